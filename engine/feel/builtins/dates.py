"""Functions of dates and times, and the clock."""

from __future__ import annotations

from datetime import date as python_date
from decimal import Decimal

from engine.feel.comparison import equal
from engine.feel.errors import Failure
from engine.feel.functions import builtin
from engine.feel.plain import from_python
from engine.feel.running import Run
from engine.feel.temporal import Date, DateTime, Time, days_from
from engine.feel.values import Value, kind

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@builtin("now", "")
def now(run: Run) -> Value:
    if run.now is None:
        raise Failure("No time was given to this evaluation.")
    return from_python(run.now)


@builtin("today", "")
def today(run: Run) -> Value:
    return now(run).date


@builtin("is", "value1: any, value2: any")
def identical(run: Run, one: Value, other: Value) -> bool:
    """Whether two values are the same: of times, also the distance from UTC."""
    if kind(one) != kind(other):
        return False
    if isinstance(one, Time | DateTime) and one.offset != other.offset:
        return False
    return equal(one, other, run) is True


def day_of(value: Value) -> Date:
    day: Date = value.date if isinstance(value, DateTime) else value
    return day


@builtin("day of year", "date: date|date and time")
def day_of_year(run: Run, value: Value) -> Decimal:
    day = day_of(value)
    return Decimal(day.days - days_from(day.year, 1, 1) + 1)


@builtin("day of week", "date: date|date and time")
def day_of_week(run: Run, value: Value) -> str:
    return DAYS[day_of(value).weekday - 1]


@builtin("month of year", "date: date|date and time")
def month_of_year(run: Run, value: Value) -> str:
    return MONTHS[day_of(value).month - 1]


@builtin("week of year", "date: date|date and time")
def week_of_year(run: Run, value: Value) -> Decimal:
    """The week of ISO 8601, whose calendar repeats every 400 years."""
    day = day_of(value)
    return Decimal(python_date(2000 + day.year % 400, day.month, day.day).isocalendar().week)
