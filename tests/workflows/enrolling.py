"""Classes and people who sign up for them, for tests of what becomes of both."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import SYSTEM, Actor
from engine.cases import Case, get_case
from engine.completing import hold_task
from engine.engine import Engine
from engine.jobs import Worker
from engine.releases import make_release
from engine.shipped import gather_unit
from engine.tasks import Task
from tests.workflows.conftest import ROOT
from workflows.shared.associations import Association
from workflows.shared.employees import Employee
from workflows.shared.enrolments import PROCESS, Enrolment
from workflows.shared.messages import Message
from workflows.shared.register import Firm, Member, identity_hash
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.audience import Person
from workflows.training_enrolment.cancelling import cancel_enrolment
from workflows.training_enrolment.signing_up import sign_up

OPENS, CLOSES = date(2022, 9, 1), date(2022, 9, 20)
STARTS, ENDS = date(2022, 10, 10), date(2022, 10, 11)
BEGINS_AT = datetime(2022, 10, 10, 1, 0, tzinfo=UTC)
OVER_AT = datetime(2022, 10, 11, 16, 0, tzinfo=UTC)
STAFF = Actor("staff", 900)


@dataclass
class School:
    """An engine with a clock of its own, an association, and its classes."""

    engine: Engine
    now: datetime = datetime(2022, 9, 6, 9, 32, 45, tzinfo=UTC)
    association_id: int = 0
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 10_000)))

    def __post_init__(self) -> None:
        self.engine.now = lambda: self.now

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One transaction."""
        with self.engine.database.transaction() as session:
            yield session

    def found(self) -> "School":
        """Make the association."""
        with self.transaction() as session:
            association = Association(
                code="330000", name="浙江省注册会计师协会", area="浙江", level="provincial"
            )
            session.add(association)
            session.flush()
            self.association_id = association.id
        return self

    def offer(self, **differs: Any) -> TrainingClass:
        """A class of two places that is open for sign-up."""
        values: dict[str, Any] = {
            "association_id": self.association_id,
            "year": 2022,
            "name": "2022年审计准则培训班",
            "organiser": "北京国家会计学院",
            "organiser_phone": "010-60000000",
            "audience": ["cpa", "employee", "non_practising"],
            "opens_date": OPENS,
            "closes_date": CLOSES,
            "start_date": STARTS,
            "end_date": ENDS,
            "start_time": time(9),
            "planned": 2,
            "capacity": 2,
            "place": "杭州",
            "hours": 1600,
            "required_fields": [],
            "created_at": self.now,
            **differs,
        }
        with self.transaction() as session:
            training_class = TrainingClass(**values)
            session.add(training_class)
        return training_class

    def firm(self) -> Firm:
        """A firm of the association."""
        with self.transaction() as session:
            firm = Firm(
                number=f"3300{next(self.numbers):04}",
                name="示例会计师事务所",
                association_id=self.association_id,
            )
            session.add(firm)
        return firm

    def member(self, **differs: Any) -> Member:
        """A practising CPA of the association."""
        with self.transaction() as session:
            member = self._member(**differs)
            session.add(member)
        return member

    def members(self, count: int, **differs: Any) -> list[Member]:
        """Many of them."""
        with self.transaction() as session:
            members = [self._member(**differs) for _ in range(count)]
            session.add_all(members)
        return members

    def _member(self, **differs: Any) -> Member:
        number = f"33{next(self.numbers):010}"
        vault = self.engine.vault
        values: dict[str, Any] = {
            "number": number,
            "kind": "cpa",
            "name": "陈会员",
            "association_id": self.association_id,
            "identity_sealed": vault.seal_text(number),
            "identity_hash": identity_hash(vault, number),
            **differs,
        }
        return Member(**values)

    def employee(self, firm: Firm) -> Employee:
        """Another practitioner of a firm."""
        with self.transaction() as session:
            employee = Employee(
                firm_id=firm.id, number=f"E{next(self.numbers)}", name="孙从业", state="active"
            )
            session.add(employee)
        return employee

    def sign_up(
        self,
        training_class: TrainingClass,
        person: Person,
        answers: Mapping[str, Any] | None = None,
        *,
        by: Actor = SYSTEM,
        firm: Firm | None = None,
    ) -> Enrolment:
        """Sign somebody up."""
        with self.transaction() as session:
            return sign_up(
                session,
                self.engine,
                training_class=training_class,
                person=person,
                answers=answers or {},
                by=by,
                firm_id=None if firm is None else firm.id,
                now=self.now,
            )

    def cancel(self, enrolment: Enrolment, reason: str = "临时有事") -> bool:
        """Cancel a sign-up."""
        with self.transaction() as session:
            return cancel_enrolment(
                session,
                self.engine,
                enrolment=session.get_one(Enrolment, enrolment.id),
                reason=reason,
                by=Actor("member", 1),
                now=self.now,
            )

    def decide(self, enrolment: Enrolment, outcome: str = "confirm", reason: str = "") -> None:
        """Confirm or refuse a sign-up."""
        with self.transaction() as session:
            held = hold_task(session, self.engine, self.task(enrolment).id)
            held.complete(outcome=outcome, values={"reason": reason}, by=STAFF, now=self.now)

    def task(self, enrolment: Enrolment) -> Task:
        """The open task of a sign-up."""
        with self.engine.database.read() as session:
            query = select(Task).where(Task.case_id == enrolment.case_id, Task.state == "open")
            return session.scalars(query).one()

    def at(self, moment: datetime) -> "School":
        """Let time pass until a moment, and everything be done that is due then."""
        self.now = moment
        return self.work()

    def work(self) -> "School":
        """Do every job that is due."""
        Worker(self.engine).run_due()
        return self

    def state(self, enrolment: Enrolment) -> str:
        """Where a sign-up stands."""
        return self.row(enrolment).state

    def row(self, enrolment: Enrolment) -> Enrolment:
        """A sign-up as it is now."""
        with self.engine.database.read() as session:
            return session.get_one(Enrolment, enrolment.id)

    def case(self, enrolment: Enrolment) -> Case:
        """The case of a sign-up as it is now."""
        with self.engine.database.read() as session:
            return get_case(session, enrolment.case_id)

    def told(self, case_id: UUID) -> list[str]:
        """The messages of a case, by their templates, the oldest first."""
        with self.engine.database.read() as session:
            query = select(Message.template).where(Message.case_id == case_id)
            return list(session.scalars(query.order_by(Message.id)))


def make_school(engine: Engine) -> School:
    """An association on an empty database, with the process as it is shipped."""
    with engine.database.transaction() as session:
        make_release(
            session,
            process_id=PROCESS,
            documents=gather_unit(PROCESS, ROOT),
            checks=engine.checks,
            reason="as shipped",
            by=SYSTEM,
            now=engine.now(),
        )
    return School(engine).found()
