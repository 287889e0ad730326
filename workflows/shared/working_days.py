"""Working days in China: weekdays without public holidays, and the make-up days 调休.

Of a year that the State Council has not announced yet the holidays are known by law and moon,
and the make-up days as they were usual; when they are announced, what begins from then on is
counted by them.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from holidays import country_holidays
from holidays.holiday_base import HolidayBase

from workflows.shared.dates import ZONE, local_date

SATURDAY = 5


def is_working_day(day: date) -> bool:
    """Whether offices work on a day."""
    calendar = _calendar(day.year)
    if day.weekday() >= SATURDAY:
        return day in calendar.weekend_workdays
    return day not in calendar


def end_of_working_day(now: datetime, days: int) -> datetime:
    """The end of the nth working day after today, as a moment."""
    day = local_date(now)
    while days > 0:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return datetime.combine(day, time(23, 59, 59), ZONE).astimezone(UTC)


def working_days_between(first: datetime, last: datetime) -> int:
    """How many working days began after one moment and until another.

    It is the number with which `end_of_working_day` comes from the first to the last day.
    """
    begin, days = local_date(first), (local_date(last) - local_date(first)).days
    return sum(is_working_day(begin + timedelta(days=each)) for each in range(1, days + 1))


@cache
def _calendar(year: int) -> HolidayBase:
    return country_holidays("CN", years=[year])
