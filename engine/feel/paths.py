"""Reach into values: entries of contexts, properties of times, elements of lists."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from engine.feel.errors import Failure
from engine.feel.nodes import Literal, Negation, Node, Place
from engine.feel.running import Frame, Run
from engine.feel.temporal import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Date,
    DateTime,
    DaysTime,
    Time,
    YearsMonths,
)
from engine.feel.values import Range, Value, kind

Code = Callable[[Frame], Value]
Property = Callable[[Value], Value]


def number(value: int) -> Decimal:
    """An int as a number."""
    return Decimal(value)


def zone_offset(moment: Time | DateTime) -> Value:
    """How far a time is from UTC, as a duration."""
    offset = moment.offset
    return None if offset is None else DaysTime(offset * SECOND)


def signed(nanos: int, unit: int, within: int) -> Decimal:
    """One part of a duration; all parts of a negative one are negative."""
    part = abs(nanos) % within // unit
    return Decimal(part if nanos >= 0 else -part)


def months(duration: YearsMonths, *, years: bool) -> Decimal:
    """The years or the months of a duration; both are negative if it is."""
    whole, rest = divmod(abs(duration.months), 12)
    part = whole if years else rest
    return Decimal(part if duration.months >= 0 else -part)


DATE: dict[str, Property] = {
    "year": lambda day: number(day.year),
    "month": lambda day: number(day.month),
    "day": lambda day: number(day.day),
    "weekday": lambda day: number(day.weekday),
}
TIME: dict[str, Property] = {
    "hour": lambda moment: number(moment.nanos // HOUR),
    "minute": lambda moment: number(moment.nanos % HOUR // MINUTE),
    "second": lambda moment: number(moment.nanos % MINUTE // SECOND),
    "time offset": zone_offset,
    "timezone": lambda moment: moment.zone if isinstance(moment.zone, str) else None,
}
LONGEST = 10**30
PROPERTIES: dict[type, dict[str, Property]] = {
    Date: DATE,
    Time: TIME,
    DateTime: TIME
    | {
        "year": lambda moment: number(moment.date.year),
        "month": lambda moment: number(moment.date.month),
        "day": lambda moment: number(moment.date.day),
        "weekday": lambda moment: number(moment.date.weekday),
    },
    YearsMonths: {
        "years": lambda duration: months(duration, years=True),
        "months": lambda duration: months(duration, years=False),
    },
    DaysTime: {
        "days": lambda duration: signed(duration.nanos, DAY, LONGEST),
        "hours": lambda duration: signed(duration.nanos, HOUR, DAY),
        "minutes": lambda duration: signed(duration.nanos, MINUTE, HOUR),
        "seconds": lambda duration: signed(duration.nanos, SECOND, MINUTE),
    },
    Range: {
        "start": lambda span: span.low,
        "end": lambda span: span.high,
        "start included": lambda span: span.low_closed,
        "end included": lambda span: span.high_closed,
    },
}


def read_path(value: Value, name: str, run: Run, at: Place) -> Value:
    """Return the entry or property of that name; of a list, those of its elements."""
    if isinstance(value, dict):
        if name not in value:
            run.warn(at, "The context has no entry “%(name)s”.", name=name)
        return value.get(name)
    if isinstance(value, list):
        run.step(len(value))
        return [read_path(item, name, run, at) for item in value]
    prop = PROPERTIES.get(type(value), {}).get(name)
    if prop is None:
        run.warn(at, "A %(kind)s has no “%(name)s”.", kind=kind(value), name=name)
        return None
    return prop(value)


def compile_descendants(target: Code, name: str) -> Code:
    """Every entry of a name, at any depth, in the order of the text."""

    def collect(value: Value, run: Run, found: list[Value]) -> list[Value]:
        run.step()
        if isinstance(value, dict):
            for key, item in value.items():
                if key == name and item is not None:
                    found.append(item)
                collect(item, run, found)
        elif isinstance(value, list):
            for item in value:
                collect(item, run, found)
        return found

    return lambda frame: collect(target(frame), frame.run, [])


def element(items: list[Value], index: Decimal, run: Run, at: Place) -> Value:
    """The element at a position that counts from one, or from the end if it is negative."""
    if index == index.to_integral_value() and 1 <= abs(index) <= len(items):
        position = int(index)
        return items[position - 1 if position > 0 else position]
    run.warn(at, "The list has no element %(index)s.", index=index)
    return None


def constant_index(condition: Node) -> Decimal | None:
    """The number, if the condition is nothing but a number."""
    if isinstance(condition, Literal) and isinstance(condition.value, Decimal):
        return condition.value
    if isinstance(condition, Negation):
        inner = constant_index(condition.operand)
        return None if inner is None else -inner
    return None


def picked(items: list[Value], by: Value, run: Run, at: Place) -> Value:
    """The element at a position that turned up in a filter; null if it is no position either."""
    if isinstance(by, Decimal):
        return element(items, by, run, at)
    return run.failed(at, Failure("What a list is filtered by is neither true nor false."))


def compile_filter(target: Code, node: Node, condition: Code) -> Code:
    """`list[condition]`: an element by its position, or those for which the condition holds."""
    constant = constant_index(node)
    at = node.at

    def listed(frame: Frame) -> list[Value]:
        value = target(frame)
        if isinstance(value, list):
            return value
        return [] if value is None else [value]

    if constant is not None:
        index = constant
        return lambda frame: element(listed(frame), index, frame.run, at)

    def evaluate(frame: Frame) -> Value:
        items = listed(frame)
        run = frame.run
        run.step(len(items))
        kept = []
        for item in items:
            inner = Frame(run, {"item": item}, frame)
            if isinstance(item, dict):
                inner = Frame(run, item, inner)
            holds = condition(inner)
            if holds is True:
                kept.append(item)
            elif holds is not False and holds is not None:
                return picked(items, holds, run, at)
        if not items and type(condition(Frame(run, {"item": None}, frame))) is Decimal:
            return element(items, Decimal(1), run, at)
        run.build(len(kept))
        return kept

    return evaluate
