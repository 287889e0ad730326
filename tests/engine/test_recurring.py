"""Jobs that come again: planned once, done at their time, whatever went wrong before."""

import sys
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from engine.engine import Engine
from engine.jobs import Job, Worker, defer, job, plan_recurring
from engine.recurring import Daily, Every, row_id
from tests.engine.cast import MORNING, Clock

CHINA = ZoneInfo("Asia/Shanghai")
SIX = Daily(time(6, tzinfo=CHINA))


class Dues:
    """What the jobs of these tests did, and whether they are to fail."""

    done: int = 0
    fails: bool = False


@job("test.hourly", attempts=2, recurs=Every(timedelta(hours=1)))
def hourly(engine: Engine) -> None:
    """Count that it was done."""
    del engine
    Dues.done += 1
    if Dues.fails:
        raise RuntimeError("no time")


@job("test.daily", recurs=SIX)
def daily(session: object) -> None:
    """Count that it was done, in a transaction."""
    del session
    Dues.done += 1


@pytest.fixture(autouse=True)
def registered(engine: Engine) -> None:
    """Both jobs are the engine's, and nothing was done yet."""
    Dues.done, Dues.fails = 0, False
    engine.jobs.add(sys.modules[__name__])


def waiting(engine: Engine, name: str) -> list[tuple[str, datetime]]:
    """State and time of the rows of a job."""
    with engine.database.read() as session:
        rows = session.execute(select(Job.state, Job.due_at).where(Job.name == name))
        return [(state, due_at) for state, due_at in rows]


def run(engine: Engine) -> int:
    """Do what is due and answer how often one of the jobs was done."""
    before = Dues.done
    Worker(engine).run_due()
    return Dues.done - before


def test_a_job_comes_again_after_its_interval(engine: Engine, clock: Clock) -> None:
    plan_recurring(engine)
    assert run(engine) == 1
    assert run(engine) == 0
    clock.move(timedelta(minutes=61))
    assert run(engine) == 1
    assert waiting(engine, "test.hourly") == [("due", MORNING + timedelta(minutes=121))]


def test_a_daily_job_is_done_when_local_clocks_show_its_time(engine: Engine, clock: Clock) -> None:
    plan_recurring(engine)  # at nine in the morning in China
    run(engine)
    assert waiting(engine, "test.daily") == [("due", datetime(2026, 7, 1, 22, tzinfo=UTC))]
    clock.time = datetime(2026, 7, 1, 22, tzinfo=UTC)
    run(engine)
    assert waiting(engine, "test.daily") == [("due", datetime(2026, 7, 2, 22, tzinfo=UTC))]


def test_a_time_that_passed_while_no_server_ran_is_made_up_for_once(
    engine: Engine, clock: Clock
) -> None:
    plan_recurring(engine)
    run(engine)
    clock.move(timedelta(days=4))
    plan_recurring(engine)
    assert run(engine) == 2
    assert run(engine) == 0


def test_one_at_most_waits_however_many_servers_start(engine: Engine) -> None:
    for _start in range(3):
        plan_recurring(engine)
    assert len(waiting(engine, "test.hourly")) == 1
    run(engine)
    plan_recurring(engine)
    assert waiting(engine, "test.hourly") == [("due", MORNING + timedelta(hours=1))]


def test_it_outlives_its_failures(engine: Engine, clock: Clock) -> None:
    plan_recurring(engine)
    Dues.fails = True
    assert run(engine) == 1
    clock.move(timedelta(minutes=5))
    assert run(engine) == 1  # the last attempt: it waits for its next time
    assert waiting(engine, "test.hourly") == [("due", MORNING + timedelta(minutes=65))]
    Dues.fails = False
    clock.move(timedelta(minutes=61))
    assert run(engine) == 1
    with engine.database.read() as session:
        (row,) = session.scalars(select(Job).where(Job.name == "test.hourly"))
    assert (row.attempts, row.error) == (0, None)


def test_a_row_that_another_version_left_astray_is_found_again(
    engine: Engine, clock: Clock
) -> None:
    plan_recurring(engine)
    with engine.database.transaction() as session:
        is_hourly = Job.id == row_id("test.hourly")
        session.execute(update(Job).where(is_hourly).values(state="failed"))
        is_daily = Job.id == row_id("test.daily")
        session.execute(update(Job).where(is_daily).values(due_at=clock.time + timedelta(days=30)))
    plan_recurring(engine)
    assert waiting(engine, "test.hourly") == [("due", MORNING + timedelta(hours=1))]
    assert waiting(engine, "test.daily") == [("due", SIX.next(MORNING))]


def test_it_can_have_itself_done_besides_and_still_comes_again(
    engine: Engine, clock: Clock
) -> None:
    plan_recurring(engine)
    run(engine)
    with engine.database.transaction() as session:
        defer(session, "test.hourly", {}, at=clock.time)
    assert run(engine) == 1
    assert waiting(engine, "test.hourly") == [("due", MORNING + timedelta(hours=1))]


def test_a_time_of_day_says_in_which_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        Daily(time(6))
