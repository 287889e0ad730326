"""Days of China as databases count them: a number for each day, the same on both."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from workflows.shared.dates import ZONE


class DayOf(FunctionElement[int]):
    """The day in China on which a moment falls, as `date.toordinal` counts.

    China has had no summer time since this was first asked; its clock is eight hours ahead.
    """

    type = Integer()
    inherit_cache = True


@compiles(DayOf, "sqlite")
def _on_sqlite(element: DayOf, compiler: SQLCompiler, **options: Any) -> str:
    (moment,) = element.clauses
    written = compiler.process(moment, **options)
    # Day 1721424.5 of Julius is the day before the first one of our calendar.
    return f"CAST(julianday({written}) + 8 / 24.0 - 1721424.5 AS INTEGER)"


@compiles(DayOf, "postgresql")
def _on_postgresql(element: DayOf, compiler: SQLCompiler, **options: Any) -> str:
    (moment,) = element.clauses
    written = compiler.process(moment, **options)
    return f"((({written}) AT TIME ZONE 'Asia/Shanghai')::date - DATE '0001-01-01' + 1)"


def day_of(moment: InstrumentedAttribute[Any]) -> DayOf:
    """The day of a column's moment."""
    return DayOf(moment)


def begin_of(day: date) -> datetime:
    """The moment at which a day begins in China."""
    return datetime.combine(day, time(), ZONE)
