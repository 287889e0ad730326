"""The shipped processes at work, and an administrator who changes them."""

from uuid import UUID

import pytest

from engine.actors import Actor
from engine.checks.steps import check_operations, check_task_ids
from engine.engine import Engine
from engine.releases import Release
from forms.release_check import check_forms
from tests.workflows.conftest import NOW
from workflows.studio.current import get_current
from workflows.studio.drafts import get_document, get_draft, open_draft, save_document
from workflows.studio.releasing import DraftPlan, plan_release, release_draft

ADMIN = 1


class Desk:
    """An administrator at work: every call is a transaction of its own, as on the pages."""

    def __init__(self, engine: Engine, by: int = ADMIN) -> None:
        self.engine = engine
        self.by = by

    def open(self, process_id: str) -> UUID:
        """Open a process's draft."""
        with self.engine.database.transaction() as session:
            return open_draft(session, process_id=process_id, by=self.by, now=NOW).id

    def change(self, draft_id: UUID, path: str, old: str, new: str) -> None:
        """Put other words into a document of a draft."""
        with self.engine.database.transaction() as session:
            document = get_document(session, draft_id=draft_id, path=path)
            data, version = document.data.replace(old.encode(), new.encode()), document.version
        self.save(draft_id, path, data, version)

    def save(self, draft_id: UUID, path: str, data: bytes, expected: int | None) -> int:
        """Save a document; answers its version."""
        with self.engine.database.transaction() as session:
            return save_document(
                session,
                draft_id=draft_id,
                path=path,
                data=data,
                expected=expected,
                by=self.by,
                now=NOW,
            ).version

    def plan(self, draft_id: UUID) -> DraftPlan:
        """Look at what releasing a draft would make."""
        with self.engine.database.read() as session:
            return plan_release(session, self.engine, get_draft(session, draft_id))

    def release(
        self, planned: DraftPlan, *, without: tuple[str, ...] = (), reason: str = "要改"
    ) -> list[Release]:
        """Press the button, with every caller ticked but those left out."""
        callers = {each.process_id for each in planned.plan.offered} - set(without)
        with self.engine.database.transaction() as session:
            return list(
                release_draft(
                    session,
                    planned=planned,
                    callers=callers,
                    reason=reason,
                    by=Actor("staff", self.by),
                    now=NOW,
                )
            )

    def numbers(self, *processes: str) -> dict[str, int]:
        """The numbers of the current releases."""
        with self.engine.database.read() as session:
            return {each: get_current(session, each).number for each in processes}


@pytest.fixture
def desk(demo_engine: Engine) -> Desk:
    """An administrator of an installation with the shipped processes and its checks."""
    demo_engine.checks += [check_operations(demo_engine.operations), check_task_ids, check_forms]
    return Desk(demo_engine)
