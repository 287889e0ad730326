"""Operations that fail, wait, and are done elsewhere; timers; the worker."""

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import get_case
from engine.checks.steps import check_task_ids
from engine.engine import Engine
from engine.errors import BpmnError, InvalidRelease, NotFound
from engine.incidents import Incident, open_incidents
from engine.jobs import CASES, Job, Worker, defer, job
from engine.releases import check_unit
from engine.retrying import retry_incident
from tests.engine import cast
from tests.engine.cast import (
    APPLICATION,
    REVIEWER,
    Clock,
    Troubles,
    begin,
    complete,
    release,
    service_task,
)

MAPPED = (
    '<zeebe:ioMapping><zeebe:input source="=member_id" target="member_id"/>'
    '<zeebe:output source="=number" target="number"/></zeebe:ioMapping>'
)
PRINTED = APPLICATION.replace(
    service_task("record", "登记结果", "test.record", MAPPED),
    service_task("record", "印制证书", "test.print", MAPPED),
)


def approved(engine: Engine, xml: str = APPLICATION) -> UUID:
    with engine.database.transaction() as session:
        release(session, engine, xml)
        case = begin(session, engine)
        complete(session, engine, case.id, "fill_in", "submit", school="浙江大学")
        complete(session, engine, case.id, "review", "approve", by=REVIEWER)
        return case.id


def status_of(engine: Engine, case_id: UUID) -> str:
    with engine.database.read() as session:
        return get_case(session, case_id).status


def wait_until(is_so: Callable[[], bool]) -> bool:
    """Look again and again for up to half a minute."""
    look = threading.Event()
    return any(is_so() or look.wait(0.05) for _ in range(600))


def retry(session: Session, engine: Engine, incident: Incident) -> None:
    retry_incident(
        session,
        engine,
        case_id=incident.case_id,
        incident_id=incident.id,
        by=REVIEWER,
        now=engine.now(),
    )


def test_an_incident_is_retried_through_its_own_case_only(engine: Engine) -> None:
    Troubles.failure = RuntimeError("the register is closed")
    case_id = approved(engine)
    with engine.database.transaction() as session:
        (incident,) = open_incidents(session, case_id)
        other = begin(session, engine, "application:2")
        incident.case_id, own = other.id, incident.case_id
        session.expunge(incident)
        with pytest.raises(NotFound):
            retry(session, engine, incident)
        incident.case_id = own


def test_a_failed_operation_keeps_the_answer_and_makes_an_incident(engine: Engine) -> None:
    Troubles.failure = RuntimeError("the register is closed")
    case_id = approved(engine)
    with engine.database.read() as session:
        case = get_case(session, case_id)
        (incident,) = open_incidents(session, case_id)
        assert case.state == "open"
        assert (incident.element_id, incident.operation) == ("record", "test.record")
        assert "the register is closed" in incident.error
    with engine.database.transaction() as session:
        retry(session, engine, incident)
    with engine.database.read() as session:
        assert len(open_incidents(session, case_id)) == 1
    Troubles.failure = None
    with engine.database.transaction() as session:
        (again,) = open_incidents(session, case_id)
        retry(session, engine, again)
    with engine.database.read() as session:
        assert get_case(session, case_id).status == "passed"
        assert open_incidents(session, case_id) == []


def test_an_error_that_the_diagram_knows_takes_its_way(engine: Engine) -> None:
    Troubles.failure = BpmnError("no_quota")
    case_id = approved(engine)
    with engine.database.read() as session:
        assert get_case(session, case_id).ended_in == "without_quota"


@pytest.mark.parametrize("xml", [APPLICATION, PRINTED], ids=["local", "remote"])
def test_an_error_that_the_diagram_does_not_know_makes_an_incident(
    engine: Engine, xml: str
) -> None:
    Troubles.failure = BpmnError("struck_by_lightning")
    case_id = approved(engine, xml)
    Worker(engine).run_due()
    with engine.database.read() as session:
        assert get_case(session, case_id).state == "open"
        (incident,) = open_incidents(session, case_id)
        assert "struck_by_lightning" in incident.error


def test_a_remote_operation_is_done_by_a_job_after_the_transaction(engine: Engine) -> None:
    case_id = approved(engine, PRINTED)
    assert Troubles.called == 0
    assert Worker(engine).run_due() == 1
    assert Troubles.called == 1
    with engine.database.read() as session:
        assert get_case(session, case_id).status == "passed"


def test_a_remote_operation_is_tried_again_and_becomes_an_incident(
    engine: Engine, clock: Clock
) -> None:
    Troubles.failure = RuntimeError("no paper")
    case_id = approved(engine, PRINTED)
    for _ in range(20):
        Worker(engine).run_due()
        clock.move(timedelta(hours=2))
    assert Troubles.called == 8
    with engine.database.read() as session:
        (incident,) = open_incidents(session, case_id)
    Troubles.failure = None
    with engine.database.transaction() as session:
        retry(session, engine, incident)
    Worker(engine).run_due()
    with engine.database.read() as session:
        assert get_case(session, case_id).status == "passed"


def test_a_remote_operation_answers_with_an_error_of_the_diagram(engine: Engine) -> None:
    Troubles.failure = BpmnError("no_quota")
    case_id = approved(engine, PRINTED)
    Worker(engine).run_due()
    with engine.database.read() as session:
        assert get_case(session, case_id).ended_in == "without_quota"


def test_a_timer_fires_when_it_is_due_and_not_before(engine: Engine, clock: Clock) -> None:
    with engine.database.transaction() as session:
        case = begin(session, engine)
        complete(session, engine, case.id, "fill_in", "submit")
    clock.move(timedelta(days=4, hours=23))
    assert Worker(engine).run_due() == 0
    clock.move(timedelta(hours=2))
    assert Worker(engine).run_due() == 1
    assert Troubles.reminded == 1
    with engine.database.transaction() as session:
        complete(session, engine, case.id, "review", "approve", by=REVIEWER)
        assert get_case(session, case.id).status == "passed"


def test_a_timer_of_a_case_that_went_on_does_nothing(engine: Engine, clock: Clock) -> None:
    approved(engine)
    clock.move(timedelta(days=30))
    Worker(engine).run_due()
    assert Troubles.reminded == 0
    with engine.database.read() as session:
        assert session.scalars(select(Job)).all() == []


def test_a_job_of_a_transaction_that_was_rolled_back_does_not_exist(engine: Engine) -> None:
    with engine.database.transaction() as session:
        defer(session, "cases.fire_timers", {"case_id": "x"}, at=engine.now())
        session.rollback()
    assert Worker(engine).run_due() == 0


def test_a_job_that_nobody_knows_is_set_aside_with_its_reason(engine: Engine) -> None:
    with engine.database.transaction() as session:
        defer(session, "no.such_job", {}, at=engine.now())
    Worker(engine).run_due()
    with engine.database.read() as session:
        (job,) = session.scalars(select(Job)).all()
    assert (job.state, job.error) == ("failed", "no job is called no.such_job")


def test_a_job_of_a_worker_that_died_is_claimed_again(engine: Engine, clock: Clock) -> None:
    case_id = approved(engine, PRINTED)
    assert Worker(engine)._claim() is not None
    assert Worker(engine).run_due() == 0
    clock.move(timedelta(minutes=6))
    assert Worker(engine).run_due() == 1
    with engine.database.read() as session:
        assert get_case(session, case_id).status == "passed"


def test_a_job_whose_lease_ran_out_happens_once(engine: Engine, clock: Clock) -> None:
    with engine.database.transaction() as session:
        case = begin(session, engine)
        complete(session, engine, case.id, "fill_in", "submit")
    clock.move(timedelta(days=6))
    slow = Worker(engine)
    claimed = slow._claim()
    assert claimed is not None
    clock.move(timedelta(minutes=6))
    assert Worker(engine).run_due() == 1
    slow._run(claimed)
    assert Troubles.reminded == 1


def test_a_queue_that_waits_for_somebody_outside_keeps_no_other_waiting(engine: Engine) -> None:
    entered, answered = threading.Event(), threading.Event()

    @job("test.call_slowly", queues=("outside",))
    def call_slowly() -> None:
        entered.set()
        answered.wait(timeout=30)

    engine.jobs.add(cast)
    engine.jobs.by_name["test.call_slowly"] = call_slowly.__job__  # type: ignore[attr-defined]
    with engine.database.transaction() as session:
        defer(session, "test.call_slowly", {}, at=engine.now(), queue="outside")
    worker = Worker(engine)
    worker.start()
    try:
        assert entered.wait(timeout=30)
        case_id = approved(engine, PRINTED)
        # The case's job is done by another thread while the first one still waits.
        assert wait_until(lambda: status_of(engine, case_id) == "passed")
        assert not answered.is_set()
    finally:
        answered.set()
        worker.stop()


def test_jobs_of_one_queue_are_done_alone(engine: Engine) -> None:
    approved(engine, PRINTED)
    assert Worker(engine).run_due(queue="outside") == 0
    assert Troubles.called == 0
    assert Worker(engine).run_due(queue=CASES) == 1


def test_a_release_whose_operation_does_not_exist_is_refused(engine: Engine) -> None:
    wrong = APPLICATION.replace('type="test.remind"', 'type="test.forget"')
    with pytest.raises(InvalidRelease, match="提醒"), engine.database.transaction() as session:
        cast.release(session, engine, wrong)


def test_two_tasks_of_one_id_in_a_release_are_refused(engine: Engine) -> None:
    called = APPLICATION.replace('process id="application"', 'process id="called"')
    units = {**cast.documents(), "bpmn/called/called.bpmn": called.encode()}
    problems = check_unit("application", units, [check_task_ids])
    assert {problem.element for problem in problems} == {"fill_in", "review"}


def test_the_same_unit_again_is_the_release_that_it_was(engine: Engine) -> None:
    with engine.database.transaction() as session:
        first = cast.release(session, engine)
        assert cast.release(session, engine) == first
        other = cast.release(session, engine, APPLICATION.replace("填写", "填报"))
        assert cast.release(session, engine) not in {first, other}
