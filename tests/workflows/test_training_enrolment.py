"""A sign-up for a class goes its way: reserved, confirmed, reminded, attended, credited."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.actors import SYSTEM, Actor
from engine.engine import Engine
from engine.message_events import publish
from engine.releases import make_release
from engine.shipped import gather_unit
from engine.submissions import submissions
from tests.workflows.conftest import ROOT
from tests.workflows.enrolling import BEGINS_AT, OVER_AT, School
from workflows.shared.enrolments import Enrolment
from workflows.shared.hours import list_hours


@pytest.fixture
def school(engine: Engine) -> School:
    """An association that offers classes."""
    with engine.database.transaction() as session:
        make_release(
            session,
            process_id="training_enrolment",
            documents=gather_unit("training_enrolment", ROOT),
            checks=engine.checks,
            reason="as shipped",
            by=SYSTEM,
            now=engine.now(),
        )
    return School(engine).found()


def attend(school: School, enrolment: Enrolment, attendance: str) -> None:
    """Record whether somebody came."""
    with school.transaction() as session:
        session.get_one(Enrolment, enrolment.id).attendance = attendance
        publish(session, name="attendance_recorded", key=str(enrolment.id), now=school.now)


def test_who_signs_up_is_confirmed_reminded_and_credited(school: School) -> None:
    training_class = school.offer()
    member = school.member()
    enrolment = school.sign_up(training_class, member)
    assert (enrolment.state, enrolment.number) == ("reserved", 1)
    assert school.case(enrolment).status == "enrolment_reserved"
    school.decide(enrolment)
    assert school.state(enrolment) == "confirmed"
    school.at(BEGINS_AT - timedelta(days=3))
    school.at(BEGINS_AT)
    attend(school, enrolment, "present")
    school.work()
    assert school.state(enrolment) == "confirmed"
    school.at(OVER_AT)
    assert school.state(enrolment) == "completed"
    case = school.case(enrolment)
    assert (case.state, case.status, case.ended_in) == ("ended", "enrolment_completed", "completed")
    assert school.told(enrolment.case_id) == [
        "enrolment_reserved",
        "enrolment_confirmed",
        "enrolment_reminder",
        "enrolment_completed",
    ]
    with school.engine.database.read() as session:
        (entry,) = list_hours(session, member_id=member.id)
        assert (entry.year, entry.hours, entry.earned_date) == (2022, 1600, training_class.end_date)
        assert (entry.title, entry.source) == (training_class.name, "培训班")
        assert entry.external_key == f"enrolment:{enrolment.id}"
