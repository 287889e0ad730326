"""When a timer is due: dates with an offset, ISO 8601 durations and repeated durations.

A time without an offset would be read in the server's zone, so it is not understood at all.
Months and years are added as the calendar counts them, in the zone of the clock; a day is 24
hours.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from engine.spiff.diagram import Timer

DURATION = re.compile(
    r"P(?=[\dT])(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?"
    r"(?:T(?=\d)(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})(?:\.\d{1,9})?S)?)?"
)
CYCLE = re.compile(r"R(\d{0,4})/(?:([^/P][^/]*)/)?(P[^/]+)")


class NoTime(ValueError):
    """A value says no time."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a timer is due first, how often it still is, and how far apart.

    `times` None is for ever; `every` None is once.
    """

    due_at: datetime
    times: int | None = 1
    every: str | None = None


def read_schedule(timer: Timer, value: object, *, now: datetime) -> Schedule:
    """Read what a timer's expression gave when it was reached at `now`; raises NoTime."""
    if not isinstance(value, str):
        raise NoTime(str(value))
    text = value.strip()
    if timer.kind == "date":
        return Schedule(read_moment(text))
    if timer.kind == "duration":
        return Schedule(add_duration(now, text))
    parts = CYCLE.fullmatch(text)
    if parts is None or parts[1] == "0":
        raise NoTime(text)
    times = int(parts[1]) if parts[1] else None
    first = read_moment(parts[2]) if parts[2] else add_duration(now, parts[3])
    if add_duration(first, parts[3]) <= first:
        raise NoTime(text)
    return Schedule(first, times, parts[3])


def add_duration(start: datetime, duration: str) -> datetime:
    """Add an ISO 8601 duration to a moment; raises NoTime."""
    parts = DURATION.fullmatch(duration)
    if parts is None:
        raise NoTime(duration)
    years, months, weeks, days, hours, minutes, seconds = (
        int(part or 0) for part in parts.groups()
    )
    try:
        moved = start + relativedelta(years=years, months=months)
        return moved.astimezone(UTC) + timedelta(
            weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds
        )
    except (OverflowError, ValueError) as error:
        raise NoTime(duration) from error


def check_timer(timer: Timer) -> bool:
    """Whether a timer that is written out says a time; computed ones are not known yet."""
    if timer.value.is_feel:
        return True
    try:
        read_schedule(timer, timer.value.source, now=datetime(2000, 1, 1, tzinfo=UTC))
    except NoTime:
        return False
    return True


def read_moment(value: object) -> datetime:
    """Read a date and time with its offset, as ISO 8601 or FEEL writes it; raises NoTime."""
    text = str(value).strip()
    moment, _, zone = text.partition("@")
    try:
        read = datetime.fromisoformat(moment)
        if zone and read.tzinfo is None:
            read = read.replace(tzinfo=ZoneInfo(zone))
    except (ValueError, LookupError, OSError) as error:
        raise NoTime(text) from error
    if read.tzinfo is None:
        raise NoTime(text)
    return read
