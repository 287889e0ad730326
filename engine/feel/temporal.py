"""Dates, times and durations, with years beyond Python's and nanoseconds.

A zone is a number of seconds east of UTC, the name of an IANA zone, or None for local time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
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
    """Whether the year has a 29th of February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    """The number of days in a month."""
    if month == 2:
        return 29 if is_leap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def days_from(year: int, month: int, day: int) -> int:
    """Count the days since 1970-01-01 in the proleptic Gregorian calendar."""
    shifted = year - (month <= 2)
    era, year_of_era = divmod(shifted, 400)
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return (
        era * 146_097
        + year_of_era * 365
        + year_of_era // 4
        - year_of_era // 100
        + (day_of_year - 719_468)
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
    """Write seconds with as many digits of a fraction as are needed."""
    seconds, fraction = divmod(nanos, SECOND)
    text = f"{seconds:02}" if pad else str(seconds)
    return f"{text}.{fraction:09}".rstrip("0") if fraction else text


def write_clock(nanos: int) -> str:
    """Write a time of day."""
    hours, rest = divmod(nanos, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    return f"{hours:02}:{minutes:02}:{write_seconds(rest, pad=True)}"


def write_zone(zone: Zone) -> str:
    """Write a zone behind a time."""
    if zone is None:
        return ""
    if isinstance(zone, str):
        return f"@{zone}"
    return write_offset(zone)


def write_offset(seconds: int) -> str:
    """Write an offset from UTC."""
    if not seconds:
        return "Z"
    minutes, rest = divmod(abs(seconds), 60)
    text = f"{'-' if seconds < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{rest:02}" if rest else text


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """The IANA names known on this machine."""
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
    moment = datetime(year, day.month, day.day)  # noqa: DTZ001  # the zone is asked about it
    moment += timedelta(seconds=seconds)
    offset = zone_info(name).utcoffset(moment)
    return int(offset.total_seconds()) if offset is not None else 0
