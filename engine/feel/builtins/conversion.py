"""Functions that make one type of another: dates, times, durations, numbers and strings."""

from __future__ import annotations

import re
from decimal import Decimal

from engine.feel.errors import BudgetExceeded, Failure
from engine.feel.functions import builtin
from engine.feel.numbers import CONTEXT, finite, integer, parse_number
from engine.feel.running import Run
from engine.feel.temporal import (
    SECOND,
    Date,
    DateTime,
    DaysTime,
    Duration,
    Time,
    YearsMonths,
    zone_info,
)
from engine.feel.temporal_text import (
    clock_nanos,
    parse_date,
    parse_date_time,
    parse_duration,
    parse_time,
)
from engine.feel.values import Function, Range, Value, written

NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


@builtin("date", "from: string|date|date and time")
def date(run: Run, source: Value) -> Date:
    match source:
        case DateTime():
            return source.date
        case Date():
            return source
    return parse_date(source)


@builtin("date", "year: number, month: number, day: number")
def date_of(run: Run, year: Decimal, month: Decimal, day: Decimal) -> Date:
    return Date.of(integer(year), integer(month), integer(day))


@builtin("date and time", "from: string|date and time")
def date_and_time(run: Run, source: Value) -> DateTime:
    return source if isinstance(source, DateTime) else parse_date_time(source)


@builtin("date and time", "date: date|date and time, time: time")
def date_with_time(run: Run, day: Value, time: Time) -> DateTime:
    return DateTime(day.date if isinstance(day, DateTime) else day, time.nanos, time.zone)


@builtin("date and time", "date: date and time, timezone: string")
def date_and_time_in(run: Run, moment: DateTime, timezone: str) -> DateTime:
    """The same moment by the clock of another zone."""
    zone_info(timezone)
    utc = DateTime.from_local(moment.instant, 0)
    offset = DateTime(utc.date, utc.nanos, timezone).offset or 0
    return DateTime.from_local(moment.instant + offset * SECOND, timezone)


CLOCK = "hour: number, minute: number, second: number"


@builtin("date and time", f"year: number, month: number, day: number, {CLOCK}")
@builtin(
    "date and time",
    f"year: number, month: number, day: number, {CLOCK}, offset: days and time duration?",
)
def date_and_time_of(  # noqa: PLR0917  # the standard’s function has as many parts
    run: Run,
    year: Decimal,
    month: Decimal,
    day: Decimal,
    hour: Decimal,
    minute: Decimal,
    second: Decimal,
    offset: DaysTime | None = None,
) -> DateTime:
    clock = time_of(run, hour, minute, second, offset)
    return DateTime(date_of(run, year, month, day), clock.nanos, clock.zone)


@builtin("date and time", f"year: number, month: number, day: number, {CLOCK}, timezone: string")
def date_and_time_of_zone(  # noqa: PLR0917  # the same
    run: Run,
    year: Decimal,
    month: Decimal,
    day: Decimal,
    hour: Decimal,
    minute: Decimal,
    second: Decimal,
    timezone: str,
) -> DateTime:
    zone_info(timezone)
    clock = time_of(run, hour, minute, second)
    return DateTime(date_of(run, year, month, day), clock.nanos, timezone)


@builtin("time", "from: string|date|time|date and time")
def time(run: Run, source: Value) -> Time:
    match source:
        case DateTime():
            return source.time
        case Time():
            return source
        case Date():
            return Time(0, 0)
    return parse_time(source.removeprefix("T"))


@builtin("time", f"{CLOCK}, offset: days and time duration?")
def time_of(
    run: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: DaysTime | None = None
) -> Time:
    whole = integer(second)
    fraction = int(CONTEXT.multiply(CONTEXT.subtract(second, Decimal(whole)), Decimal(SECOND)))
    nanos = clock_nanos(integer(hour), integer(minute), whole, fraction)
    if offset is None:
        return Time(nanos)
    if abs(offset.nanos) > 18 * 3600 * SECOND:
        raise Failure("The offset lies beyond 18 hours.")
    return Time(nanos, offset.nanos // SECOND)


@builtin("duration", "from: string|years and months duration|days and time duration")
def duration(run: Run, source: Value) -> Duration:
    return parse_duration(source) if isinstance(source, str) else source


@builtin("years and months duration", "from: date|date and time, to: date|date and time")
def years_and_months_duration(run: Run, start: Value, end: Value) -> YearsMonths:
    """The whole months between two days."""
    first = start.date if isinstance(start, DateTime) else start
    last = end.date if isinstance(end, DateTime) else end
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return YearsMonths.of(months)


@builtin("number", "from: string|number")
def number(run: Run, source: Value) -> Decimal:
    if isinstance(source, Decimal):
        return source
    if not NUMBER.fullmatch(source):
        raise Failure("“%(text)s” is not a number.", text=source[:80])
    return parse_number(source)


@builtin("number", "from: string, grouping separator: string?, decimal separator: string?")
def number_with_separators(
    run: Run, text: str, grouping: str | None = None, point: str | None = None
) -> Decimal:
    if grouping not in (None, " ", ",", ".") or point not in (None, ".", ","):
        raise Failure("A separator is a blank, a comma or a point.")
    if grouping is not None and grouping == point:
        raise Failure("The two separators must differ.")
    plain = text.replace(grouping, "") if grouping is not None else text
    if point is not None and point != ".":
        if "." in plain:
            raise Failure("“%(text)s” is not a number.", text=text[:80])
        plain = plain.replace(point, ".")
    return finite(number(run, plain))


@builtin("string", "from: any")
def string(run: Run, source: Value) -> str | None:
    if source is None or isinstance(source, str):
        return source
    try:
        return spelled(run, source)
    except RecursionError as error:
        raise BudgetExceeded("A value is nested too deeply.") from error


def spelled(run: Run, value: Value) -> str:
    """Write any value as text; strings within others stand in quotes."""
    run.step()
    match value:
        case list():
            text = "[" + ", ".join(spelled(run, item) for item in value) + "]"
        case dict():
            entries = (f"{key}: {spelled(run, item)}" for key, item in value.items())
            text = "{" + ", ".join(entries) + "}"
        case Function():
            text = "function(" + ", ".join(value.parameters) + ")"
        case Range():
            text = str(value)
        case _:
            text = written(value)
    run.build(len(text))
    return text
