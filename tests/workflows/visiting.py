"""Somebody without an account: his visit, the steps of his case, what is sent to him."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

import workflows
from engine.cases import Case
from engine.completing import Completed
from engine.engine import Engine
from engine.tasks import Task
from tests.workflows.conftest import NOW
from workflows.shared.access import Viewer, get_viewer, get_visitor
from workflows.shared.accounts import find_account
from workflows.shared.deliveries import Delivery
from workflows.shared.one_time_links import derive_token
from workflows.shared.tasks import NOTHING_PROVED, Refused, Tasks, Unconfirmed
from workflows.shared.visits import Visit, open_visit
from workflows.shared.work import OpenForm

ADDRESS = "192.0.2.7"


def tasks_of(engine: Engine) -> Tasks:
    """The steps of an application, with all that its processes offer."""
    found = workflows.collect()
    return Tasks(
        engine,
        form_data=found.form_data,
        answer_checks=found.answer_checks,
        proofs=found.proofs,
        deeds=found.deeds,
    )


@dataclass
class Guest:
    """A visit with its case; `after`: how much later than NOW it is."""

    engine: Engine
    is_phone: bool = False
    address: str = ADDRESS
    after: timedelta = timedelta()
    case_id: UUID = field(init=False)
    visit: Visit = field(init=False)

    def __post_init__(self) -> None:
        self.tasks = tasks_of(self.engine)
        with self.engine.database.transaction() as session:
            opened = open_visit(session, address=self.address, is_phone=self.is_phone, now=self.now)
        self.visit = opened.visit

    @property
    def now(self) -> datetime:
        """The time for him."""
        return NOW + self.after

    @property
    def case(self) -> Case:
        """The case's row as it is now."""
        with self.engine.database.read() as session:
            return session.get_one(Case, self.case_id)

    def task(self, lane: str = "visitor") -> Task:
        """The one open step of a lane."""
        with self.engine.database.read() as session:
            query = select(Task).where(
                Task.case_id == self.case_id, Task.state == "open", Task.lane == lane
            )
            return session.scalars(query).one()

    @property
    def step(self) -> str:
        """The step that he is at; empty when he waits or it is over."""
        with self.engine.database.read() as session:
            query = select(Task.element_id).where(
                Task.case_id == self.case_id, Task.state == "open", Task.lane == "visitor"
            )
            return session.scalar(query) or ""

    def opened(self) -> OpenForm:
        """His step as he sees it."""
        task = self.task()
        with self.engine.database.read() as session:
            return self.tasks.open(
                session, task_id=task.id, viewer=self.viewer, language="en", now=self.now
            )

    @property
    def viewer(self) -> Viewer:
        """Who he is."""
        return get_visitor(self.visit)

    def send(
        self, outcome: str, values: Mapping[str, str] | None = None, **typed: str
    ) -> Completed | Refused | Unconfirmed:
        """Send his step, as a page does."""
        return self._send(self.task(), self.viewer, outcome, {**(values or {}), **typed})

    def press(self, action: str, **typed: str) -> Refused:
        """Press a button that stays on the page."""
        return self.tasks.do(
            task_id=self.task().id,
            action=action,
            posted=MultiDict(typed),
            viewer=self.viewer,
            language="en",
            address=self.address,
            now=self.now,
        )

    def decide(self, login: str, outcome: str, **typed: str) -> Completed | Refused | Unconfirmed:
        """Let a person of the staff decide what waits for the association."""
        with self.engine.database.read() as session:
            account = find_account(session, user_type="staff", login=login)
            assert account is not None
            viewer = get_viewer(session, account)
        return self._send(self.task("association"), viewer, outcome, typed)

    def attach(self, slot: str, name: str = "scan.pdf") -> UUID:
        """Put a file into a slot of his step; its key."""
        received = self.engine.files.receive(io.BytesIO(f"%PDF-1.7 {slot} {name}".encode()))
        with self.engine.database.transaction() as session:
            self.tasks.attach(
                session,
                task_id=self.task().id,
                slot_name=slot,
                received=received,
                name=name,
                kind="pdf",
                viewer=self.viewer,
                language="en",
                now=self.now,
            )
        return received.id

    def links(self) -> list[tuple[str, str, str]]:
        """What was sent to him, the oldest first: purpose, destination, token."""
        with self.engine.database.read() as session:
            query = select(Delivery).where(Delivery.link_id.is_not(None)).order_by(Delivery.id)
            return [
                (
                    each.what,
                    self.engine.vault.open_text(each.to_sealed or b""),
                    derive_token(self.engine.vault, each.link_id),
                )
                for each in session.scalars(query)
                if each.link_id is not None
            ]

    def _send(
        self, task: Task, viewer: Viewer, outcome: str, typed: Mapping[str, str]
    ) -> Completed | Refused | Unconfirmed:
        posted = MultiDict({**typed, "confirmed": outcome})
        is_his = viewer.visit_id is not None
        proved = NOTHING_PROVED
        if is_his:
            looked_at = self.tasks.prove(
                task_id=task.id,
                outcome=outcome,
                posted=posted,
                viewer=viewer,
                language="en",
                address=self.address,
                now=self.now,
            )
            if isinstance(looked_at, Refused):
                return looked_at
            proved = looked_at
        with self.engine.database.transaction() as session:
            return self.tasks.complete(
                session,
                task_id=task.id,
                outcome=outcome,
                posted=posted,
                viewer=viewer,
                language="en",
                now=self.now,
                proved=proved,
            )


def sentences(done: Completed | Refused | Unconfirmed) -> dict[str, str]:
    """What was wrong with a step, by field."""
    assert isinstance(done, Refused)
    return {each.path: each.sentence for each in done.errors}
