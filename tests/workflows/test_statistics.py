"""Numbers on real cases, on both databases; percentiles of what was counted."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.tasks import Task
from tests.workflows.conftest import NOW
from tests.workflows.office import applied, review_of
from workflows.shared.associations import Association
from workflows.statistics.days import day_of
from workflows.statistics.percentiles import percentile
from workflows.statistics.queries import NumbersFilters, by_month, by_week, count, working_days


@pytest.mark.parametrize(
    ("counts", "share", "expected"),
    [
        ({}, 0.5, None),
        ({3: 1}, 0.5, 3),
        ({1: 1, 2: 1}, 0.5, 1),
        ({0: 9, 7: 1}, 0.9, 0),
        ({0: 8, 5: 1, 7: 1}, 0.9, 5),
        ({2: 1, 1: 1, 9: 1}, 0.5, 2),
    ],
)
def test_a_percentile_is_a_value_that_was_counted(
    counts: dict[int, int], share: float, expected: int | None
) -> None:
    assert percentile(counts, share) == expected


def test_working_days_leave_out_weekends_and_holidays() -> None:
    friday, monday = date(2022, 9, 2).toordinal(), date(2022, 9, 5).toordinal()
    assert (working_days(friday, monday), working_days(friday, friday)) == (1, 0)
    assert working_days(date(2022, 9, 30).toordinal(), date(2022, 10, 7).toordinal()) == 0


def test_events_are_counted_by_day_reason_and_association(demo_engine: Engine) -> None:
    returned, waiting = applied(demo_engine), applied(demo_engine, "330000100002")
    with demo_engine.database.transaction() as session:
        done = session.get_one(Task, review_of(returned))
        done.state, done.outcome, done.ground = "completed", "return", "hours"
        done.completed_at = NOW + timedelta(days=1)
        session.get_one(Task, review_of(waiting)).due_at = NOW - timedelta(days=1)
        office = done.association_id
        assert office is not None
    filters = NumbersFilters([office], date(2022, 9, 1), date(2022, 9, 30))
    with demo_engine.database.read() as session:
        found = count(session, filters, now=NOW)
        total = found.total
        assert (total.counts["applied"], total.counts["returned"]) == (2, 1)
        assert (total.in_review, total.overdue, total.median, total.most) == (1, 1, 1, 1)
        assert found.grounds == {"hours": 1}
        assert found.days[date(2022, 9, 6)] == {"applied": 2}
        assert found.days[date(2022, 9, 7)] == {"returned": 1}
        assert found.offices[office].counts == total.counts
        assert list(by_week(found.days.items())) == [date(2022, 9, 5)]
        assert by_month(found.days.items())[date(2022, 9, 1)]["applied"] == 2
        for other in (
            replace(filters, kind="deferral"),
            replace(filters, year=2001),
            replace(filters, association_ids=[office + 1]),
        ):
            assert not count(session, other, now=NOW).total.counts
        one_day = replace(filters, first=date(2022, 9, 7), last=date(2022, 9, 7))
        assert count(session, one_day, now=NOW).total.counts == {"returned": 1}


def test_a_day_begins_at_midnight_in_china(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    for moment, expected in (
        (datetime(2022, 9, 6, 15, 59, 59, tzinfo=UTC), date(2022, 9, 6)),
        (datetime(2022, 9, 6, 16, 0, 0, tzinfo=UTC), date(2022, 9, 7)),
    ):
        with demo_engine.database.transaction() as session:
            session.get_one(Task, review_of(walk)).opened_at = moment
            session.flush()
            query = select(day_of(Task.opened_at)).where(Task.id == review_of(walk))
            assert session.scalar(query) == expected.toordinal()


def test_nothing_to_count_is_no_error(seeded: Session) -> None:
    office = seeded.scalars(select(Association.id)).first() or 0
    filters = NumbersFilters([office], date(2001, 1, 1), date(2001, 1, 2))
    found = count(seeded, filters, now=NOW)
    assert (found.total.median, dict(found.total.counts), found.days) == (None, {}, {})


def test_what_happened_in_a_period_is_counted_from_indexes_alone(demo_engine: Engine) -> None:
    database = demo_engine.database
    if not database.is_sqlite:
        pytest.skip("PostgreSQL looks through a small table whatever indexes it has")
    asked = list[tuple[str, object]]()

    def note(_c: object, _cursor: object, sql: str, given: object, *_more: object) -> None:
        asked.append((sql, given))

    with database.read() as session:
        offices = list(session.scalars(select(Association.id)))
        event.listen(database.sql, "before_cursor_execute", note)
        for ids in (offices, offices[:1]):
            day = NOW.date()
            count(session, NumbersFilters(ids, day - timedelta(days=90), day), now=NOW)
        event.remove(database.sql, "before_cursor_execute", note)
    plans = list[str]()
    with database.sql.connect() as connection:
        for sql, given in asked:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given)  # type: ignore[arg-type]
            plans.append(" ".join(str(row) for row in rows))
    counted = [each for each in plans if "COVERING INDEX" in each]
    assert len(plans) == 10
    assert len(counted) >= 8, plans
