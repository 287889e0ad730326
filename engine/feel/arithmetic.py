"""Addition, subtraction, multiplication, division and powers, of numbers, strings and times."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

from engine.feel import numbers
from engine.feel.errors import Failure
from engine.feel.temporal import DAY, Date, DateTime, DaysTime, Time, YearsMonths
from engine.feel.values import Value, kind

if TYPE_CHECKING:
    from engine.feel.running import Run


def whole(number: Decimal) -> int:
    """Cut a number of months or nanoseconds to a whole one."""
    if number.adjusted() > 30:
        raise Failure("The duration is too long.")
    return int(number.to_integral_value(rounding=ROUND_DOWN))


def midnight(day: Date) -> DateTime:
    """A date in arithmetic with times is its first moment, in UTC."""
    return DateTime(day, 0, 0)


def moved(moment: Value, duration: YearsMonths | DaysTime) -> Value:
    """Return the moment that much later."""
    match moment, duration:
        case Date(), YearsMonths():
            return moment.plus_months(duration.months)
        case Date(), DaysTime():
            return Date.from_days((moment.days * DAY + duration.nanos) // DAY)
        case DateTime(), YearsMonths():
            return DateTime(moment.date.plus_months(duration.months), moment.nanos, moment.zone)
        case DateTime(), DaysTime():
            return DateTime.from_local(moment.local + duration.nanos, moment.zone)
        case Time(), DaysTime():
            return Time((moment.nanos + duration.nanos) % DAY, moment.zone)
    raise Failure(
        "A %(left)s and a %(right)s cannot be added.", left=kind(moment), right=kind(duration)
    )


def opposite(duration: YearsMonths | DaysTime) -> YearsMonths | DaysTime:
    """The duration backwards."""
    if isinstance(duration, YearsMonths):
        return YearsMonths(-duration.months)
    return DaysTime(-duration.nanos)


def add(left: Value, right: Value, run: Run) -> Value:
    """Add two values. Raises `Failure` where they have no sum, as the others here do."""
    match left, right:
        case Decimal(), Decimal():
            return numbers.add(left, right)
        case str(), str():
            run.build(len(left) + len(right))
            return left + right
        case YearsMonths(), YearsMonths():
            return YearsMonths.of(left.months + right.months)
        case DaysTime(), DaysTime():
            return DaysTime.of(left.nanos + right.nanos)
        case ((Date() | DateTime() | Time()), (YearsMonths() | DaysTime())):
            return moved(left, right)
        case ((YearsMonths() | DaysTime()), (Date() | DateTime() | Time())):
            return moved(right, left)
    raise unfit("added", left, right)


def subtract(left: Value, right: Value, run: Run) -> Value:
    """Subtract a value from another."""
    match left, right:
        case Decimal(), Decimal():
            return numbers.subtract(left, right)
        case YearsMonths(), YearsMonths():
            return YearsMonths.of(left.months - right.months)
        case DaysTime(), DaysTime():
            return DaysTime.of(left.nanos - right.nanos)
        case ((Date() | DateTime() | Time()), (YearsMonths() | DaysTime())):
            return moved(left, opposite(right))
        case Date(), Date():
            return DaysTime.of((left.days - right.days) * DAY)
        case Date(), DateTime():
            return subtract(midnight(left), right, run)
        case DateTime(), Date():
            return subtract(left, midnight(right), run)
        case (DateTime(), DateTime()) | (Time(), Time()):
            if (left.zone is None) != (right.zone is None):
                raise Failure("A time with a zone and one without cannot be subtracted.")
            return DaysTime.of(left.instant - right.instant)
    raise unfit("subtracted", left, right)


def multiply(left: Value, right: Value, run: Run) -> Value:
    """Multiply numbers, or a duration by one."""
    match left, right:
        case Decimal(), Decimal():
            return numbers.multiply(left, right)
        case YearsMonths(), Decimal():
            return YearsMonths.of(whole(numbers.multiply(Decimal(left.months), right)))
        case DaysTime(), Decimal():
            return DaysTime.of(whole(numbers.multiply(Decimal(left.nanos), right)))
        case Decimal(), (YearsMonths() | DaysTime()):
            return multiply(right, left, run)
    raise unfit("multiplied", left, right)


def divide(left: Value, right: Value, run: Run) -> Value:
    """Divide numbers, durations by each other, or a duration by a number."""
    match left, right:
        case Decimal(), Decimal():
            return numbers.divide(left, right)
        case YearsMonths(), Decimal():
            return YearsMonths.of(whole(numbers.divide(Decimal(left.months), right)))
        case DaysTime(), Decimal():
            return DaysTime.of(whole(numbers.divide(Decimal(left.nanos), right)))
        case YearsMonths(), YearsMonths():
            return numbers.divide(Decimal(left.months), Decimal(right.months))
        case DaysTime(), DaysTime():
            return numbers.divide(Decimal(left.nanos), Decimal(right.nanos))
    raise unfit("divided", left, right)


def power(left: Value, right: Value, run: Run) -> Value:
    """Raise a number to a power."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return numbers.power(left, right)
    raise unfit("raised to a power", left, right)


def negate(value: Value) -> Value:
    """Turn a number or duration around."""
    match value:
        case Decimal():
            return numbers.CONTEXT.minus(value)
        case YearsMonths() | DaysTime():
            return opposite(value)
    raise Failure("A %(kind)s has no negative.", kind=kind(value))


def unfit(done: str, left: Value, right: Value) -> Failure:
    """The failure of an operation whose operands do not go together."""
    return Failure(
        "A %(left)s and a %(right)s cannot be %(done)s.",
        left=kind(left),
        right=kind(right),
        done=done,
    )


OPERATIONS: dict[str, Callable[[Value, Value, Run], Value]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
}
