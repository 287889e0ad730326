"""Walking through cases without a browser: find the open step, complete it, let jobs run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine.actors import Actor
from engine.cases import Case
from engine.completing import hold_task
from engine.engine import Engine
from engine.jobs import Worker
from engine.submissions import NewMark
from engine.tasks import Task
from tests.workflows.conftest import NOW
from workflows.inspection.applications import start_inspection, withdraw
from workflows.shared.register import Member, find_member_by_number

INFORMATION = {"address": "浙江省杭州市演示路8号", "employment": "employed", "employer": "演示大学"}
REVIEWER = Actor("staff", 900)


@dataclass
class Walk:
    """One member's case, with the steps that are open in it."""

    engine: Engine
    number: str
    case_id: UUID | None = None

    def start(self) -> "Walk":
        """Begin the inspection, or go on with the one that lives."""
        with self.engine.database.transaction() as session:
            member = find_member_by_number(session, self.number)
            assert member is not None
            case = start_inspection(session, self.engine, member=member, by=self.me, now=NOW)
            self.case_id = case.id
        return self

    @property
    def me(self) -> Actor:
        """The member as the one who acts."""
        return Actor("member", 1)

    @property
    def case(self) -> Case:
        """The case's row as it is now."""
        with self.engine.database.read() as session:
            return session.get_one(Case, self.case_id)

    @property
    def member(self) -> Member:
        """The member's row as it is now."""
        with self.engine.database.read() as session:
            member = find_member_by_number(session, self.number)
            assert member is not None
            return member

    @property
    def steps(self) -> set[str]:
        """The steps that are open, by their ids."""
        return set(self.tasks())

    def tasks(self) -> dict[str, Task]:
        """The open tasks by their steps' ids."""
        with self.engine.database.read() as session:
            found = session.scalars(
                select(Task).where(Task.case_id == self.case_id, Task.state == "open")
            )
            return {task.element_id: task for task in found}

    def do(
        self,
        step: str,
        outcome: str,
        values: Mapping[str, Any] | None = None,
        *,
        by: Actor | None = None,
        marks: tuple[NewMark, ...] = (),
    ) -> "Walk":
        """Complete an open step."""
        with self.engine.database.transaction() as session:
            held = hold_task(session, self.engine, self.tasks()[step].id)
            held.complete(
                outcome=outcome, values=values or {}, by=by or self.me, now=NOW, marks=marks
            )
        return self

    def withdraw(self) -> "Walk":
        """Take the application back."""
        with self.engine.database.transaction() as session:
            case = session.get_one(Case, self.case_id)
            withdraw(session, self.engine, case=case, by=self.me, now=NOW)
        return self

    def let_jobs_run(self) -> "Walk":
        """Do every job that is due."""
        Worker(self.engine).run_due()
        return self

    def to_materials(self) -> "Walk":
        """Walk from the start to the page of fee and materials."""
        self.do("fill_information", "apply", INFORMATION)
        self.do("view_inspection", "continue")
        return self.do("accept_commitment", "confirm", {"version": 1, "agreed": True})

    def apply(self) -> "Walk":
        """Hand in the materials and apply."""
        self.do("provide_materials", "continue", {"materials": []})
        return self.do("confirm_application", "apply")
