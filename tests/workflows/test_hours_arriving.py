"""An inspection that waits for hours goes on by itself, whatever process brings them."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, date, datetime
from typing import Any

from engine.engine import Engine
from engine.message_events import publish
from tests.workflows.enrolling import School
from tests.workflows.test_output_hours import PAPER, begin, grant
from tests.workflows.walking import INFORMATION, Walk
from workflows.shared.enrolments import Enrolment
from workflows.shared.hours import credit_hours
from workflows.shared.messages import list_messages

SHORT = "330000100006"
"""A member who lacks 20 hours."""


def waiting(engine: Engine) -> Walk:
    """His inspection, which waits for hours."""
    walk = Walk(engine, SHORT).start().do("fill_information", "apply", INFORMATION)
    assert (walk.steps, walk.case.status) == ({"await_hours"}, "awaiting_hours")
    return walk


def told(walk: Walk) -> list[str]:
    """What he was told, the newest first."""
    with walk.engine.database.read() as session:
        return [each.template for each in list_messages(session, member_id=walk.member.id)]


def apply(engine: Engine, **changed: Any) -> Walk:
    """Hours for a paper of the year, applied for and granted."""
    claim: Mapping[str, Any] = {**PAPER, "finished_date": "2021-11-20", **changed}
    walk = begin(engine, SHORT).do("state_output", "apply", claim)
    return grant(walk, claim["hours_claimed"])


def test_hours_for_output_let_it_go_on(demo_engine: Engine) -> None:
    walk = waiting(demo_engine)
    apply(demo_engine, hours_claimed=8)
    walk.let_jobs_run()
    assert walk.steps == {"await_hours"}
    apply(demo_engine, hours_claimed=12, title="第二篇")
    walk.let_jobs_run()
    assert walk.steps == {"view_inspection"}
    assert told(walk) == ["application_approved.output_hours", "hours_credited"] * 2


def test_hours_of_a_class_let_it_go_on(demo_engine: Engine) -> None:
    walk = waiting(demo_engine)
    school = School(demo_engine, association_id=walk.member.association_id)
    held = school.offer(
        hours=2000, start_date=date(2022, 9, 12), end_date=date(2022, 9, 12), year=2021
    )
    enrolment = school.sign_up(held, walk.member)
    school.decide(enrolment)
    school.at(datetime(2022, 9, 12, 16, 0, tzinfo=UTC))
    with school.transaction() as session:
        session.get_one(Enrolment, enrolment.id).attendance = "present"
        publish(session, name="attendance_recorded", key=str(enrolment.id), now=school.now)
    school.work()
    assert school.state(enrolment) == "completed"
    assert walk.steps == {"view_inspection"}
    assert "hours_credited" in told(walk)


def test_hours_that_come_in_the_moment_of_the_check_are_not_missed(demo_engine: Engine) -> None:
    walk = Walk(demo_engine, SHORT).start()
    with ThreadPoolExecutor(1) as threads:
        with demo_engine.database.transaction() as session:
            credit_hours(
                session,
                member_id=walk.member.id,
                year=2021,
                earned_date=date(2021, 12, 1),
                hours=2000,
                title="补学",
                source="培训班",
                external_key="test:1",
                now=demo_engine.now(),
            )
            going = threads.submit(walk.do, "fill_information", "apply", INFORMATION)
            wait([going], timeout=0.5)
        going.result()
    walk.let_jobs_run()
    assert walk.steps == {"view_inspection"}
