"""Dates, times and durations beyond single examples: what holds for all of them."""

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from engine.feel import YearsMonths, compile_expression
from engine.feel.temporal import Date, DateTime, DaysTime
from engine.feel.temporal_text import parse_at
from tests.engine.feel.saying import means

ZONES: st.SearchStrategy[tzinfo | None] = st.sampled_from(
    [None, UTC, timezone(timedelta(hours=8)), ZoneInfo("Asia/Shanghai"),
     ZoneInfo("Europe/Paris")]
)  # fmt: skip
FIRST = datetime(2, 1, 1)  # noqa: DTZ001  # hypothesis adds the zone
LAST = datetime(9998, 12, 31)  # noqa: DTZ001  # the same
MOMENTS = st.datetimes(FIRST, LAST, timezones=ZONES).filter(lambda moment: not moment.fold)
FAR_DAYS = st.integers(-300_000_000_000, 300_000_000_000)


@given(st.dates(), st.integers(-10_000, 10_000))
def test_adding_days_and_taking_them_away_leads_back(day: date, count: int) -> None:
    context = {"day": day, "span": timedelta(days=count)}
    assert compile_expression("day + span - span").evaluate(context) == day
    assert compile_expression("(day + span) - day").evaluate(context) == timedelta(days=count)


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)), st.integers(-500, 500))
def test_adding_months_agrees_with_the_months_between(day: date, months: int) -> None:
    day = day.replace(day=min(day.day, 28))
    context = {"day": day, "span": YearsMonths(months)}
    assert (
        compile_expression("years and months duration(day, day + span) = span").evaluate(context)
        is True
    )


@given(FAR_DAYS)
def test_days_count_the_same_both_ways(days: int) -> None:
    day = Date.from_days(days)
    assert day.days == days
    assert parse_at(str(day)) == day
    assert day.weekday == (days + 3) % 7 + 1


@given(st.dates())
def test_calendar_is_pythons_where_python_has_one(day: date) -> None:
    found = compile_expression(
        "[d.weekday, day of year(d), week of year(d), d.year, d.month, d.day]"
    ).evaluate({"d": day})
    assert found == [
        Decimal(day.isoweekday()),
        Decimal(day.timetuple().tm_yday),
        Decimal(day.isocalendar().week),
        day.year,
        day.month,
        day.day,
    ]


@given(MOMENTS)
def test_moment_comes_out_as_it_went_in(moment: datetime) -> None:
    assert compile_expression("m").evaluate({"m": moment}) == moment
    text = compile_expression("string(m)").evaluate({"m": moment})
    assert means("date and time(text) = m", "true", {"text": text, "m": moment})


@given(MOMENTS, MOMENTS)
def test_difference_of_moments_is_pythons(one: datetime, other: datetime) -> None:
    found = compile_expression("a - b").evaluate({"a": one, "b": other})
    if (one.tzinfo is None) != (other.tzinfo is None):
        assert found is None
    elif one.tzinfo is None or other.tzinfo is None:
        assert found == one - other
    else:
        assert found == one.astimezone(UTC) - other.astimezone(UTC)


@given(st.integers(-(10**24), 10**24))
def test_duration_is_read_as_it_was_written(nanos: int) -> None:
    assert parse_at(str(DaysTime(nanos))) == DaysTime(nanos)


@given(st.integers(-(10**9), 10**9))
def test_months_are_read_as_they_were_written(months: int) -> None:
    assert parse_at(str(YearsMonths(months))) == YearsMonths(months)


@given(st.times(), st.integers(-(10**6), 10**6))
def test_time_of_day_goes_round_the_clock(clock: time, seconds: int) -> None:
    moved = compile_expression("t + d").evaluate({"t": clock, "d": timedelta(seconds=seconds)})
    start = datetime.combine(date(2000, 1, 1), clock)
    assert moved == (start + timedelta(seconds=seconds)).time()


def test_summer_time_moves_the_clock_and_not_the_moment() -> None:
    assert means(
        '@"2026-03-29T03:00:00@Europe/Paris" - @"2026-03-29T01:00:00@Europe/Paris"', '@"PT1H"'
    )


def test_second_round_of_an_hour_stays_the_same_moment() -> None:
    paris = ZoneInfo("Europe/Paris")
    second = datetime(2026, 10, 25, 2, 30, tzinfo=paris, fold=1)

    found = compile_expression("m").evaluate({"m": second})

    assert found.astimezone(UTC) == second.astimezone(UTC)


def test_what_python_cannot_hold_stays_ours() -> None:
    assert compile_expression('@"99999-12-31"').evaluate() == Date(99999, 12, 31)
    fine = compile_expression('@"2026-01-01T00:00:00.123456789"').evaluate()
    assert isinstance(fine, DateTime)
    assert str(fine) == "2026-01-01T00:00:00.123456789"
    assert compile_expression('@"P14M"').evaluate() == YearsMonths(14)
