"""Working days of mainland China, with its holidays and the weekends worked in exchange for them.

The State Council announces them year by year, in November for the next. In a year that has not
been announced, every Monday to Friday counts; the Python functions say so in `announced`, the
functions of the expression language by a warning.

    is working day(date)                   true or false
    add working days(date, days)           the date so many working days later, or earlier
    count working days(from, to)           the working days after `from`, up to and with `to`
    holidays announced(date)               whether the date's year has been announced
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Generic, TypeVar

from holidays import country_holidays

from engine.feel.errors import Failure
from engine.feel.functions import Functions
from engine.feel.nodes import NOWHERE
from engine.feel.numbers import integer
from engine.feel.running import Run
from engine.feel.temporal import Date, DateTime

T = TypeVar("T")
LONGEST = 3_660
DAY = timedelta(days=1)
Day = Date | DateTime


@dataclass(frozen=True, slots=True)
class Calendar:
    """One year: the days off, the weekends worked, and whether both have been announced."""

    off: frozenset[date]
    worked: frozenset[date]
    announced: bool


@dataclass(frozen=True, slots=True)
class Counted(Generic[T]):
    """A result, and whether all the years it was counted in have been announced."""

    value: T
    announced: bool


@lru_cache(maxsize=64)
def calendar(year: int) -> Calendar:
    """Find a year's calendar."""
    # The next year's arrangement may have a weekend of this one worked.
    found = country_holidays("CN", years=(year, year + 1))
    worked = frozenset(day for day in found.weekend_workdays if day.year == year)
    # Each announcement exchanges weekends for holidays; before it, only the holidays are known.
    if not any(day.year == year for day in country_holidays("CN", years=year).weekend_workdays):
        return Calendar(frozenset(), frozenset(), announced=False)
    return Calendar(frozenset(day for day in found if day.year == year), worked, announced=True)


def works(day: date) -> bool:
    """Whether a day is worked."""
    year = calendar(day.year)
    return day in year.worked or (day.weekday() < 5 and day not in year.off)


def is_working_day(day: date) -> Counted[bool]:
    """Whether a day is a working day."""
    return Counted(works(day), calendar(day.year).announced)


def add_working_days(day: date, count: int) -> Counted[date]:
    """The day so many working days later, or earlier if the count is negative."""
    if abs(count) > LONGEST:
        raise Failure("More than %(limit)s working days are not counted.", limit=LONGEST)
    step = DAY if count > 0 else -DAY
    announced = calendar(day.year).announced
    left = abs(count)
    while left:
        day += step
        left -= works(day)
        announced = announced and calendar(day.year).announced
    return Counted(day, announced)


def count_working_days(start: date, end: date) -> Counted[int]:
    """The number of working days after one day, up to and with another; negative backwards."""
    if abs((end - start).days) > LONGEST * 2:
        raise Failure("More than %(limit)s working days are not counted.", limit=LONGEST)
    first, last, sign = (start, end, 1) if start <= end else (end, start, -1)
    days = list(following(first, last))
    announced = all(calendar(year).announced for year in range(first.year, last.year + 1))
    return Counted(sign * sum(map(works, days)), announced)


def following(first: date, last: date) -> Iterator[date]:
    """The days after the first, up to and with the last."""
    for distance in range(1, (last - first).days + 1):
        yield first + timedelta(days=distance)


def python_day(value: Day) -> date:
    """The day as Python has it."""
    day = value.date if isinstance(value, DateTime) else value
    if not 1900 <= day.year <= 2200:
        raise Failure("Working days are known from 1900 to 2200.")
    return date(day.year, day.month, day.day)


def told(run: Run, counted: Counted[T]) -> T:
    """Return the value; warn if it was counted without an announcement."""
    if not counted.announced:
        run.warn(
            NOWHERE,
            "Holidays not announced yet: every Monday to Friday was counted as a working day.",
        )
    return counted.value


WORKING_DAYS = Functions()


@WORKING_DAYS.declare("is working day", "date: date|date and time")
def feel_is_working_day(run: Run, day: Day) -> bool:
    """`is working day(date)`."""
    return told(run, is_working_day(python_day(day)))


@WORKING_DAYS.declare("add working days", "date: date|date and time, days: number")
def feel_add_working_days(run: Run, day: Day, days: Decimal) -> Date:
    """`add working days(date, days)`."""
    run.step(abs(integer(days)))
    moved = told(run, add_working_days(python_day(day), integer(days)))
    return Date(moved.year, moved.month, moved.day)


@WORKING_DAYS.declare("count working days", "from: date|date and time, to: date|date and time")
def feel_count_working_days(run: Run, start: Day, end: Day) -> Decimal:
    """`count working days(from, to)`."""
    first, last = python_day(start), python_day(end)
    run.step(abs((last - first).days))
    return Decimal(told(run, count_working_days(first, last)))


@WORKING_DAYS.declare("holidays announced", "date: date|date and time")
def feel_holidays_announced(run: Run, day: Day) -> bool:
    """`holidays announced(date)`."""
    return calendar(python_day(day).year).announced
