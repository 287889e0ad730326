from collections import Counter, defaultdict

from sqlalchemy import func, select

from engine.engine import Engine
from engine.incidents import Incident
from engine.jobs import Job, Worker
from engine.tasks import Task
from tests.workflows.conftest import NOW
from workflows import demo
from workflows.shared.enrolments import Enrolment
from workflows.shared.hours import HoursEntry
from workflows.shared.register import Member
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.places import counts_of
from workflows.training_enrolment.states import STATE_LABELS, class_state

PEOPLE = {
    "330000100001": {"confirmed", "completed", "cancelled"},
    "330000100002": {"reserved", "absent"},
    "330000100003": {"cancelled", "completed"},
    "330000100004": {"refused"},
    "330000100005": {"waiting"},
    "330000100006": {"confirmed"},
    "330000900001": {"reserved", "confirmed", "completed"},
    "440100100001": {"confirmed", "reserved"},
}


def test_the_demo_has_classes_and_sign_ups_in_every_state(demo_engine: Engine) -> None:
    # One test: what it looks at is made once.
    with demo_engine.database.transaction() as session:
        demo.add_training(session, demo_engine, now=NOW)
    with demo_engine.database.read() as session:
        classes = session.scalars(select(TrainingClass)).all()
        counts = counts_of(session, [each.id for each in classes])
        assert {class_state(each, counts[each.id], NOW) for each in classes} == set(STATE_LABELS)
        assert len(classes) > 20
        assert max(each.created_at for each in classes) < NOW
        # Whoever cannot sign up here is not sent here to sign up.
        assert {"登录本系统" in each.announcement for each in classes if each.outside_url} == {
            False
        }
        (full,) = [counts[each.id] for each in classes if each.capacity == 8]
        assert (full.placed, full.waiting) == (8, 4)
        states = defaultdict(set)
        signed = select(Member.number, Enrolment.state).where(Member.id == Enrolment.person_id)
        for number, state in session.execute(signed):
            states[number].add(state)
        assert {number: states[number] for number in PEOPLE} == PEOPLE
        completed = select(func.count()).where(Enrolment.state == "completed")
        credited = select(func.count()).where(HoursEntry.external_key.startswith("enrolment:"))
        assert session.scalar(completed) == session.scalar(credited)
        assert session.scalar(select(func.count()).where(Task.kind == "training_enrolment"))
        before = Counter(session.scalars(select(Enrolment.state)))
    Worker(demo_engine).run_due()
    with demo_engine.database.read() as session:
        assert session.scalars(select(Incident)).all() == []
        assert session.scalars(select(Job.name).where(Job.attempts > 1)).all() == []
        assert Counter(session.scalars(select(Enrolment.state))) == before
