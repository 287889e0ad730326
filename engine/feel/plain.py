"""The way of values from and to plain Python data, and JSON.

Python's dates and times are used wherever they can hold a value; years beyond 9999, nanoseconds
and months stay values of the language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from engine.feel.errors import BudgetExceeded, Failure
from engine.feel.nodes import NOWHERE
from engine.feel.numbers import number_from
from engine.feel.temporal import (
    SECOND,
    Date,
    DateTime,
    DaysTime,
    Duration,
    Temporal,
    Time,
    YearsMonths,
    Zone,
    zone_info,
    zone_names,
)
from engine.feel.values import KINDS, Function, Range, Value

if TYPE_CHECKING:
    from engine.feel.running import Run


def zone_from_python(value: tzinfo | None, offset: timedelta | None) -> Zone:
    """The zone of a Python time."""
    if value is None or offset is None:
        return None
    if isinstance(value, ZoneInfo) and value.key in zone_names():
        return value.key
    return int(offset.total_seconds())


def zone_to_python(zone: Zone) -> tzinfo | None:
    """Python’s zone for one of ours."""
    if zone is None:
        return None
    if isinstance(zone, str):
        return zone_info(zone)
    return timezone(timedelta(seconds=zone)) if zone else UTC


def clock_from_python(value: time | datetime) -> int:
    """The nanoseconds since midnight of a Python time."""
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return seconds * SECOND + value.microsecond * 1000


def from_python(value: date | time | datetime | timedelta) -> Temporal | DaysTime:
    """Convert Python's date, time, datetime or timedelta."""
    if isinstance(value, datetime):
        zone = zone_from_python(value.tzinfo, value.utcoffset())
        if value.fold and isinstance(zone, str):
            # The second round of an hour that summer time ends: no text can name it by its zone.
            zone = zone_from_python(UTC, value.utcoffset())
        return DateTime(Date(value.year, value.month, value.day), clock_from_python(value), zone)
    if isinstance(value, date):
        return Date(value.year, value.month, value.day)
    if isinstance(value, time):
        return Time(clock_from_python(value), zone_from_python(value.tzinfo, value.utcoffset()))
    return DaysTime((value.days * 86_400 + value.seconds) * SECOND + value.microseconds * 1000)


def clock_to_python(nanos: int, zone: Zone) -> time:
    """Python’s time of day."""
    seconds, fraction = divmod(nanos, SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return time(hour, minute, second, fraction // 1000, zone_to_python(zone))


def to_python(
    value: Temporal | Duration,
) -> date | time | datetime | timedelta | Temporal | Duration:
    """Convert to Python's type; what it cannot hold (years, nanoseconds, months) stays ours."""
    if isinstance(value, YearsMonths):
        return value
    if isinstance(value, Date):
        return date(value.year, value.month, value.day) if 1 <= value.year <= 9999 else value
    if value.nanos % 1000:
        return value
    if isinstance(value, DaysTime):
        try:
            return timedelta(microseconds=value.nanos // 1000)
        except OverflowError:
            return value
    clock = clock_to_python(value.nanos, value.zone)
    if isinstance(value, Time):
        return clock
    day = to_python(value.date)
    return datetime.combine(day, clock) if isinstance(day, date) else value


def from_plain(value: object, run: Run) -> Value:
    """Let plain data in; anything else becomes null with a warning, so no object is reachable."""
    kind = type(value)
    if kind in KINDS and kind not in COMPOUND:
        return value
    run.step()
    try:
        return data(value, run)
    except Failure as failure:
        return run.failed(NOWHERE, failure)
    except RecursionError as error:
        raise BudgetExceeded("A variable is nested too deeply.") from error


# Decimals are among them because they may be longer than 34 digits.
COMPOUND = frozenset((list, dict, Decimal, Range))


def data(value: object, run: Run) -> Value:
    """Convert one value and all that is in it."""
    match value:
        case bool() | None:
            return value
        case str():
            return str(value)
        case int() | float() | Decimal():
            return number_from(value)
        case Mapping():
            return {str(key): from_plain(item, run) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [from_plain(item, run) for item in value]
        case date() | time() | timedelta():
            return from_python(value)
        case Range():
            return replace(value, low=from_plain(value.low, run), high=from_plain(value.high, run))
        case Function():
            return value
    raise Failure("A variable holds something that is no data.")


def to_plain(value: Value, run: Run) -> Value:
    """Let a result out: numbers as Decimal, dates as Python's where it has them."""
    match value:
        case Date() | Time() | DateTime() | DaysTime():
            return to_python(value)
        case list():
            run.step(len(value))
            return [to_plain(item, run) for item in value]
        case dict():
            run.step(len(value))
            return {key: to_plain(item, run) for key, item in value.items()}
        case Function():
            run.warn((1, 1), "The result is a function, which is no data.")
            return None
    return value


def to_json(value: object) -> Any:
    """Turn a result or a variable into what JSON can say.

    Whole numbers become int and others stay Decimal; dates, times and durations become the text
    that the standard's `string` function writes. Raises `Failure` for anything that is no data.
    """
    match value:
        case None | bool() | str() | int():
            return value
        case float():
            return to_json(number_from(value))
        case Decimal():
            whole = value.adjusted() < 34 and value == value.to_integral_value()
            return int(value) if whole else value
        case Mapping():
            return {str(key): to_json(item) for key, item in value.items()}
        case date() | time() | datetime() | timedelta():
            return str(from_python(value))
        case Date() | Time() | DateTime() | YearsMonths() | DaysTime() | Range():
            return str(value)
        case Sequence() | set() | frozenset():
            return [to_json(item) for item in value]
    raise Failure("A value of the type %(type)s is no data.", type=type(value).__name__)


def from_json(value: object) -> Any:
    """Turn what JSON said into plain data for an expression: numbers become Decimal."""
    match value:
        case None | bool() | str():
            return value
        case int() | float() | Decimal():
            return number_from(value)
        case Mapping():
            return {str(key): from_json(item) for key, item in value.items()}
        case list() | tuple():
            return [from_json(item) for item in value]
    raise Failure("A value of the type %(type)s is no data.", type=type(value).__name__)
