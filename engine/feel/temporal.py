"""Dates, times and durations, with years beyond Python's and nanoseconds.

A zone is a number of seconds east of UTC, the name of an IANA zone, or None for local time.
`to_python` and `from_python` convert where Python's own types can hold the value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from engine.feel.errors import Failure

Zone = int | str | None

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LARGEST_YEAR = 999_999_999
LARGEST_MONTHS = 12 * LARGEST_YEAR
LARGEST_NANOS = LARGEST_YEAR * 366 * DAY


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    if month == 2:
        return 29 if is_leap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def days_from(year: int, month: int, day: int) -> int:
    """Count the days since 1970-01-01 in the proleptic Gregorian calendar."""
    shifted = year - (month <= 2)
    era, year_of_era = divmod(shifted, 400)
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + (
        day_of_year - 719_468
    )


@dataclass(frozen=True, slots=True)
class Date:
    """A day of the proleptic Gregorian calendar."""

    year: int
    month: int
    day: int

    @classmethod
    def of(cls, year: int, month: int, day: int) -> Date:
        if not 1 <= month <= 12 or not 1 <= day <= month_length(year, month):
            raise Failure("There is no such day.")
        if abs(year) > LARGEST_YEAR:
            raise Failure("The year has more than nine digits.")
        return cls(year, month, day)

    @classmethod
    def from_days(cls, days: int) -> Date:
        """The inverse of `days`."""
        era, day_of_era = divmod(days + 719_468, 146_097)
        year_of_era = (
            day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096
        ) // 365
        day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
        shifted_month = (5 * day_of_year + 2) // 153
        day = day_of_year - (153 * shifted_month + 2) // 5 + 1
        month = shifted_month + (3 if shifted_month < 10 else -9)
        return cls.of(year_of_era + era * 400 + (month <= 2), month, day)

    @property
    def days(self) -> int:
        return days_from(self.year, self.month, self.day)

    @property
    def weekday(self) -> int:
        """Monday is 1, Sunday 7."""
        return (self.days + 3) % 7 + 1

    def plus_months(self, months: int) -> Date:
        """The same day so many months later, or that month's last day."""
        years, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Date.of(years, month + 1, min(self.day, month_length(years, month + 1)))

    def __str__(self) -> str:
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04}-{self.month:02}-{self.day:02}"


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day, in nanoseconds since midnight."""

    nanos: int
    zone: Zone = None

    @property
    def offset(self) -> int | None:
        """Seconds east of UTC; a named zone's are those it has today, outside of summer time."""
        if isinstance(self.zone, str):
            moment = datetime(2020, 1, 1)  # noqa: DTZ001  # the zone is asked about it
            offset = zone_info(self.zone).utcoffset(moment) or timedelta()
            summer = zone_info(self.zone).dst(moment) or timedelta()
            return int((offset - summer).total_seconds())
        return self.zone

    @property
    def instant(self) -> int:
        return self.nanos - (self.offset or 0) * SECOND

    def __str__(self) -> str:
        return write_clock(self.nanos) + write_zone(self.zone)


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date with a time of day."""

    date: Date
    nanos: int
    zone: Zone = None

    @classmethod
    def from_local(cls, nanos: int, zone: Zone) -> DateTime:
        """Make it of the nanoseconds since 1970-01-01 by the clock on the wall."""
        days, rest = divmod(nanos, DAY)
        return cls(Date.from_days(days), rest, zone)

    @property
    def time(self) -> Time:
        return Time(self.nanos, self.zone)

    @property
    def local(self) -> int:
        return self.date.days * DAY + self.nanos

    @property
    def offset(self) -> int | None:
        if isinstance(self.zone, str):
            return offset_at(self.zone, self.local)
        return self.zone

    @property
    def instant(self) -> int:
        """Nanoseconds since 1970-01-01; a local time is taken as UTC."""
        return self.local - (self.offset or 0) * SECOND

    def __str__(self) -> str:
        return f"{self.date}T{write_clock(self.nanos)}{write_zone(self.zone)}"


@dataclass(frozen=True, slots=True)
class YearsMonths:
    """A duration of years and months, counted in months."""

    months: int

    @classmethod
    def of(cls, months: int) -> YearsMonths:
        if abs(months) > LARGEST_MONTHS:
            raise Failure("The duration is too long.")
        return cls(months)

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-" if self.months < 0 else "") + "P" + (text or "0M")


@dataclass(frozen=True, slots=True)
class DaysTime:
    """A duration of days and time, counted in nanoseconds."""

    nanos: int

    @classmethod
    def of(cls, nanos: int) -> DaysTime:
        if abs(nanos) > LARGEST_NANOS:
            raise Failure("The duration is too long.")
        return cls(nanos)

    def __str__(self) -> str:
        days, rest = divmod(abs(self.nanos), DAY)
        hours, rest = divmod(rest, HOUR)
        minutes, nanos = divmod(rest, MINUTE)
        clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
        if nanos:
            clock += write_seconds(nanos, pad=False) + "S"
        text = (f"{days}D" if days else "") + ("T" + clock if clock else "")
        return ("-" if self.nanos < 0 else "") + "P" + (text or "T0S")


Temporal = Date | Time | DateTime
Duration = YearsMonths | DaysTime


def write_seconds(nanos: int, *, pad: bool) -> str:
    seconds, fraction = divmod(nanos, SECOND)
    text = f"{seconds:02}" if pad else str(seconds)
    return f"{text}.{fraction:09}".rstrip("0") if fraction else text


def write_clock(nanos: int) -> str:
    hours, rest = divmod(nanos, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    return f"{hours:02}:{minutes:02}:{write_seconds(rest, pad=True)}"


def write_zone(zone: Zone) -> str:
    if zone is None:
        return ""
    if isinstance(zone, str):
        return f"@{zone}"
    return write_offset(zone)


def write_offset(seconds: int) -> str:
    if not seconds:
        return "Z"
    minutes, rest = divmod(abs(seconds), 60)
    text = f"{'-' if seconds < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{rest:02}" if rest else text


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


@lru_cache(maxsize=256)
def zone_info(name: str) -> ZoneInfo:
    """Find an IANA zone; only names of the list, so that no other file can be reached."""
    if name not in zone_names():
        raise Failure("There is no time zone “%(name)s”.", name=name[:80])
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Failure("There is no time zone “%(name)s”.", name=name[:80]) from error


def offset_at(name: str, local_nanos: int) -> int:
    """Seconds east of UTC in a named zone at a local time; years beyond Python's as in 9998."""
    day = Date.from_days(local_nanos // DAY)
    year = min(max(day.year, 2), 9998)
    if day.month == 2 and day.day == 29 and not is_leap(year):
        day = Date(year, 2, 28)
    seconds = local_nanos % DAY // SECOND
    moment = datetime(year, day.month, day.day) + timedelta(seconds=seconds)
    offset = zone_info(name).utcoffset(moment)
    return int(offset.total_seconds()) if offset is not None else 0


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
    return int((digits or "0")[:9].ljust(9, "0"))


def parse_date(text: str) -> Date:
    match = DATE.fullmatch(text)
    if match is None or match[1] and int(match[2]) == 0:
        raise Failure("“%(text)s” is not a date like 2026-04-30.", text=text[:80])
    year = int(match[2])
    return Date.of(-year if match[1] else year, int(match[3]), int(match[4]))


def parse_zone(text: str) -> Zone:
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
    if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 60):
        raise Failure("There is no such time of day.")
    return hours * HOUR + minutes * MINUTE + seconds * SECOND + nanos


def parse_time(text: str) -> Time:
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


def zone_from_python(value: tzinfo | None, offset: timedelta | None) -> Zone:
    if value is None or offset is None:
        return None
    if isinstance(value, ZoneInfo) and value.key in zone_names():
        return value.key
    return int(offset.total_seconds())


def zone_to_python(zone: Zone) -> tzinfo | None:
    if zone is None:
        return None
    if isinstance(zone, str):
        return zone_info(zone)
    return timezone(timedelta(seconds=zone)) if zone else UTC


def clock_from_python(value: time | datetime) -> int:
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return seconds * SECOND + value.microsecond * 1000


def from_python(value: date | time | datetime | timedelta) -> Temporal | DaysTime:
    """Convert Python's date, time, datetime or timedelta."""
    if isinstance(value, datetime):
        zone = zone_from_python(value.tzinfo, value.utcoffset())
        return DateTime(Date(value.year, value.month, value.day), clock_from_python(value), zone)
    if isinstance(value, date):
        return Date(value.year, value.month, value.day)
    if isinstance(value, time):
        return Time(clock_from_python(value), zone_from_python(value.tzinfo, value.utcoffset()))
    return DaysTime((value.days * 86_400 + value.seconds) * SECOND + value.microseconds * 1000)


def clock_to_python(nanos: int, zone: Zone) -> time:
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
