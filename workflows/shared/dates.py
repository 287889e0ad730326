"""Dates as the associations mean them: on the calendar of China."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


def local_date(now: datetime) -> date:
    """The date on which a moment falls in China."""
    return now.astimezone(ZONE).date()


def age_on(birth_date: date, day: date) -> int:
    """Completed years of age on a day."""
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (0 if had_birthday else 1)
