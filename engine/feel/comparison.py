"""Equality, order and membership, with null where things cannot be compared."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.feel.temporal import SECOND, Date, DateTime, DaysTime, Time, YearsMonths
from engine.feel.values import Function, Range, Value

if TYPE_CHECKING:
    from engine.feel.running import Run

ORDERINGS: dict[str, Callable[[Value, Value], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def equal(left: Value, right: Value, run: Run) -> bool | None:
    """Whether two values are equal; None where their types differ."""
    if left is None or right is None:
        return left is right
    if type(left) is not type(right):
        return unlike_equal(left, right)
    if isinstance(left, list):
        run.step(len(left))
        if len(left) != len(right):
            return False
        return all_equal(((a, b) for a, b in zip(left, right, strict=True)), run)
    if isinstance(left, dict):
        run.step(len(left))
        if left.keys() != right.keys():
            return False
        return all_equal(((left[key], right[key]) for key in left), run)
    if isinstance(left, Range):
        return range_equal(left, right, run)
    if isinstance(left, DateTime | Time):
        return same_moment(left, right)
    return bool(left == right)


def unlike_equal(left: Value, right: Value) -> bool | None:
    """A date is the start of its day in UTC, a function equal to itself; others cannot compare."""
    match left, right:
        case (Date(), DateTime()):
            return same_moment(DateTime(left, 0, 0), right)
        case (DateTime(), Date()):
            return same_moment(left, DateTime(right, 0, 0))
        case (Function(), Function()):
            return left is right
    return None


def all_equal(pairs: Value, run: Run) -> bool | None:
    """Whether all pairs are equal; a pair that differs outweighs one that cannot be compared."""
    answer: bool | None = True
    for left, right in pairs:
        same = equal(left, right, run)
        if same is False:
            return False
        if same is None:
            answer = None
    return answer


def range_equal(left: Range, right: Range, run: Run) -> bool | None:
    """Whether two ranges have the same ends."""
    if (left.low_closed, left.high_closed, left.negated) != (
        right.low_closed,
        right.high_closed,
        right.negated,
    ):
        return False
    return all_equal(((left.low, right.low), (left.high, right.high)), run)


def same_moment(left: DateTime | Time, right: DateTime | Time) -> bool:
    """Whether two times are the same, to the second; one with a zone never is one without."""
    if (left.zone is None) != (right.zone is None):
        return False
    return left.instant // SECOND == right.instant // SECOND


def is_equal(left: Value, right: Value, run: Run) -> bool:
    """Whether two values are equal for sure."""
    return equal(left, right, run) is True


def ordered(symbol: str, left: Value, right: Value) -> bool | None:
    """Compare by `<`, `<=`, `>` or `>=`; None where there is no order."""
    compare = ORDERINGS[symbol]
    match left, right:
        case (Decimal(), Decimal()) | (str(), str()):
            return compare(left, right)
        case Date(), Date():
            key = (left.year, left.month, left.day)
            return compare(key, (right.year, right.month, right.day))
        case (DateTime(), DateTime()) | (Time(), Time()):
            if (left.zone is None) != (right.zone is None):
                return None
            return compare(left.instant // SECOND, right.instant // SECOND)
        case YearsMonths(), YearsMonths():
            return compare(left.months, right.months)
        case DaysTime(), DaysTime():
            return compare(left.nanos, right.nanos)
    return None


def within(
    value: Value, low: Value, high: Value, *, low_closed: bool = True, high_closed: bool = True
) -> bool | None:
    """Whether a value lies between two ends, of which None is infinity."""
    above = True if low is None else ordered(">=" if low_closed else ">", value, low)
    if above is False:
        return False
    below = True if high is None else ordered("<=" if high_closed else "<", value, high)
    if below is False:
        return False
    return None if above is None or below is None else True


def includes(span: Range, value: Value, run: Run) -> bool | None:
    """Whether a range includes a value."""
    if span.negated:
        same = equal(value, span.low, run)
        return None if same is None else not same
    if span.low is None and span.high is None:
        return None
    if span.low is not None and span.low_closed and span.low is span.high:
        return equal(value, span.low, run)
    if value is None:
        return None
    return within(
        value, span.low, span.high, low_closed=span.low_closed, high_closed=span.high_closed
    )


def compare(symbol: str, left: Value, right: Value, run: Run) -> bool | None:
    """Compare by any of the six signs."""
    if symbol == "=":
        return equal(left, right, run)
    if symbol == "!=":
        same = equal(left, right, run)
        return None if same is None else not same
    return ordered(symbol, left, right)


def passes(value: Value, test: Value, run: Run) -> bool | None:
    """Whether a value passes a test that is itself a value: equal to it, in it, or within it."""
    if isinstance(test, Range) and not isinstance(value, Range):
        return includes(test, value, run)
    if isinstance(test, list):
        run.step(len(test))
        if isinstance(value, list) and is_equal(value, test, run):
            return True
        return any(passes(value, item, run) is True for item in test)
    return equal(value, test, run)


def range_of(symbol: str, value: Value) -> Range:
    """The range that stands for a comparison with one value."""
    if symbol in ("=", "!="):
        return Range(value, value, symbol == "=", symbol == "=", negated=symbol == "!=")
    if symbol in ("<", "<="):
        return Range(None, value, False, symbol == "<=")
    return Range(value, None, symbol == ">=", False)
