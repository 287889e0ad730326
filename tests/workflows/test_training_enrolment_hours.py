"""An inspection that waits for hours goes on when a class brings them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from engine.actors import Actor
from engine.completing import hold_task
from engine.engine import Engine
from engine.jobs import Worker
from engine.message_events import publish
from tests.workflows.conftest import NOW
from tests.workflows.walking import INFORMATION, Walk
from workflows.shared.enrolments import Enrolment
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.signing_up import sign_up

SHORT = "330000100006"
STAFF = Actor("staff", 900)


@dataclass
class Clock:
    """The time of an engine, moved on by tests."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def test_hours_of_a_class_wake_the_inspection_that_waits_for_them(demo_engine: Engine) -> None:
    clock = Clock()
    demo_engine.now = clock
    walk = Walk(demo_engine, SHORT).start().do("fill_information", "apply", INFORMATION)
    assert walk.steps == {"await_hours"}
    day = date(2022, 9, 7)
    with demo_engine.database.transaction() as session:
        training_class = TrainingClass(
            association_id=walk.member.association_id,
            year=2021,
            name="2021年度补学培训班",
            audience=["non_practising"],
            opens_date=date(2022, 9, 1),
            closes_date=day,
            start_date=day,
            end_date=day,
            start_time=time(9),
            planned=10,
            capacity=10,
            hours=2000,
            created_at=NOW,
        )
        session.add(training_class)
        session.flush()
        enrolment = sign_up(
            session,
            demo_engine,
            training_class=training_class,
            person=walk.member,
            answers={},
            by=walk.me,
            firm_id=None,
            now=NOW,
        )
    walk_class = Walk(demo_engine, SHORT, enrolment.case_id)
    with demo_engine.database.transaction() as session:
        held = hold_task(session, demo_engine, walk_class.tasks()["confirm_enrolment"].id)
        held.complete(outcome="confirm", values={}, by=STAFF, now=NOW)
    clock.now = NOW + timedelta(days=1)
    with demo_engine.database.transaction() as session:
        session.get_one(Enrolment, enrolment.id).attendance = "present"
        publish(session, name="attendance_recorded", key=str(enrolment.id), now=clock.now)
    Worker(demo_engine).run_due()
    assert walk.steps == {"await_hours"}
    clock.now = NOW + timedelta(days=2)
    Worker(demo_engine).run_due()
    assert walk_class.case.status == "enrolment_completed"
    assert walk.steps == {"view_inspection"}
