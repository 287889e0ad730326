"""Read dates, times and durations from their ISO 8601 texts."""

from __future__ import annotations

import re

from engine.feel.errors import Failure
from engine.feel.temporal import (
    DAY,
    HOUR,
    MINUTE,
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
)

DATE = re.compile(r"(-?)(\d{4}|[1-9]\d{4,8})-(\d\d)-(\d\d)", re.ASCII)
CLOCK = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,20}))?(.*)", re.ASCII | re.DOTALL)
OFFSET = re.compile(r"([+-])(\d\d):(\d\d)(?::(\d\d))?", re.ASCII)
YEARS_MONTHS = re.compile(r"(-?)P(?=\d)(?:(\d{1,12})Y)?(?:(\d{1,12})M)?", re.ASCII)
DAYS_TIME = re.compile(
    r"(-?)P(?=[\dT])(?:(\d{1,15})D)?"
    r"(?:T(?=\d)(?:(\d{1,18})H)?(?:(\d{1,18})M)?(?:(\d{1,18})(?:\.(\d{0,20}))?S)?)?",
    re.ASCII,
)


def fraction_nanos(digits: str | None) -> int:
    """The nanoseconds of a fraction’s digits; what is finer is cut off."""
    return int((digits or "0")[:9].ljust(9, "0"))


def parse_date(text: str) -> Date:
    """Read a date. Raises `Failure` for what is none, as the others here do."""
    match = DATE.fullmatch(text)
    if match is None or (match[1] and int(match[2]) == 0):
        raise Failure("“%(text)s” is not a date like 2026-04-30.", text=text[:80])
    year = int(match[2])
    return Date.of(-year if match[1] else year, int(match[3]), int(match[4]))


def parse_zone(text: str) -> Zone:
    """Read what follows a time: nothing, `Z`, an offset or `@` with a zone’s name."""
    if not text:
        return None
    if text == "Z":
        return 0
    if text.startswith("@"):
        zone_info(text[1:])
        return text[1:]
    match = OFFSET.fullmatch(text)
    if match is None:
        raise Failure("“%(text)s” is not an offset like +08:00.", text=text[:80])
    hours, minutes, seconds = int(match[2]), int(match[3]), int(match[4] or 0)
    if hours > 18 or minutes > 59 or seconds > 59 or (hours == 18 and (minutes or seconds)):
        raise Failure("The offset lies beyond 18 hours.")
    total = hours * 3600 + minutes * 60 + seconds
    return -total if match[1] == "-" else total


def clock_nanos(hours: int, minutes: int, seconds: int, nanos: int = 0) -> int:
    """The nanoseconds since midnight."""
    if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 60):
        raise Failure("There is no such time of day.")
    return hours * HOUR + minutes * MINUTE + seconds * SECOND + nanos


def parse_time(text: str) -> Time:
    """Read a time of day."""
    match = CLOCK.fullmatch(text)
    if match is None:
        raise Failure("“%(text)s” is not a time like 17:30:00.", text=text[:80])
    nanos = clock_nanos(int(match[1]), int(match[2]), int(match[3]), fraction_nanos(match[4]))
    return Time(nanos, parse_zone(match[5]))


def parse_date_time(text: str) -> DateTime:
    """Read a date and time; a date alone is its midnight; 24:00:00 is the next one."""
    day, found, clock = text.partition("T")
    if not found:
        return DateTime(parse_date(day), 0)
    if clock.startswith("24:00:00"):
        rest = clock.removeprefix("24:00:00")
        return DateTime(Date.from_days(parse_date(day).days + 1), 0, parse_zone(rest))
    moment = parse_time(clock)
    return DateTime(parse_date(day), moment.nanos, moment.zone)


def parse_duration(text: str) -> Duration:
    """Read a duration of one kind or the other."""
    match = YEARS_MONTHS.fullmatch(text)
    if match is not None:
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        return YearsMonths.of(-months if match[1] else months)
    match = DAYS_TIME.fullmatch(text)
    if match is None:
        raise Failure("“%(text)s” is not a duration like P30D or P1Y.", text=text[:80])
    nanos = (
        int(match[2] or 0) * DAY
        + int(match[3] or 0) * HOUR
        + int(match[4] or 0) * MINUTE
        + int(match[5] or 0) * SECOND
        + fraction_nanos(match[6])
    )
    return DaysTime.of(-nanos if match[1] else nanos)


def parse_at(text: str) -> Temporal | Duration:
    """Read what stands in `@"…"`: a date, a time, a date and time or a duration."""
    if text.lstrip("-").startswith("P"):
        return parse_duration(text)
    if "T" in text.partition("@")[0]:
        return parse_date_time(text)
    if ":" in text:
        return parse_time(text)
    return parse_date(text)
