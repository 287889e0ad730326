"""Functions that make one value of a list: sums, means, the least and the greatest."""

from __future__ import annotations

from decimal import Decimal

from engine.feel import numbers
from engine.feel.arithmetic import add, divide
from engine.feel.comparison import ordered
from engine.feel.errors import Failure
from engine.feel.functions import builtin
from engine.feel.running import Run
from engine.feel.temporal import DaysTime, YearsMonths
from engine.feel.values import Value, kind


def numbers_of(run: Run, values: list[Value]) -> list[Decimal]:
    """Return the list if it is one of numbers."""
    run.step(len(values))
    for value in values:
        if not isinstance(value, Decimal):
            raise Failure("The list holds a %(kind)s and not only numbers.", kind=kind(value))
    return values


@builtin("count", "list: list")
def count(run: Run, values: list[Value]) -> Decimal:
    return Decimal(len(values))


def extreme(run: Run, values: list[Value], symbol: str) -> Value:
    run.step(len(values))
    if not values:
        raise Failure("An empty list has no least or greatest element.")
    best = values[0]
    for value in values:
        better = ordered(symbol, value, best)
        if better is None:
            raise Failure("The elements cannot all be compared.")
        if better:
            best = value
    return best


@builtin("min", "list: any*")
def least(run: Run, values: list[Value]) -> Value:
    return extreme(run, values, "<")


@builtin("max", "list: any*")
def greatest(run: Run, values: list[Value]) -> Value:
    return extreme(run, values, ">")


@builtin("sum", "list: any*")
def total(run: Run, values: list[Value]) -> Value:
    run.step(len(values))
    if not values or not isinstance(values[0], Decimal | YearsMonths | DaysTime):
        raise Failure("Only numbers and durations have a sum.")
    result = values[0]
    for value in values[1:]:
        result = add(result, value, run)
    return result


@builtin("mean", "list: any*")
def mean(run: Run, values: list[Value]) -> Value:
    return divide(total(run, values), Decimal(len(values)), run)


@builtin("product", "list: any*")
def product(run: Run, values: list[Value]) -> Decimal:
    if not numbers_of(run, values):
        raise Failure("An empty list has no product.")
    result = numbers.ONE
    for value in values:
        result = numbers.multiply(result, value)
    return result


@builtin("median", "list: any*")
def median(run: Run, values: list[Value]) -> Decimal:
    ordered_values = sorted(numbers_of(run, values))
    if not ordered_values:
        raise Failure("An empty list has no median.")
    middle = len(ordered_values) // 2
    if len(ordered_values) % 2:
        return ordered_values[middle]
    pair = numbers.add(ordered_values[middle - 1], ordered_values[middle])
    return numbers.divide(pair, Decimal(2))


@builtin("stddev", "list: any*")
def standard_deviation(run: Run, values: list[Value]) -> Decimal:
    """The standard deviation of a sample."""
    if len(numbers_of(run, values)) < 2:
        raise Failure("A standard deviation takes two numbers at least.")
    average = mean(run, values)
    squares = numbers.ZERO
    for value in values:
        distance = numbers.subtract(value, average)
        squares = numbers.add(squares, numbers.multiply(distance, distance))
    return numbers.CONTEXT.sqrt(numbers.divide(squares, Decimal(len(values) - 1)))


@builtin("mode", "list: any*")
def mode(run: Run, values: list[Value]) -> list[Decimal]:
    """The most frequent numbers, in order."""
    counts: dict[Decimal, int] = {}
    for value in numbers_of(run, values):
        counts[value] = counts.get(value, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(value for value, times in counts.items() if times == most)


def decided(run: Run, values: list[Value], *, decisive: bool) -> bool | None:
    run.step(len(values))
    if any(value is decisive for value in values):
        return decisive
    if all(isinstance(value, bool) for value in values):
        return not decisive
    return None


@builtin("all", "list: any*")
def all_hold(run: Run, values: list[Value]) -> bool | None:
    return decided(run, values, decisive=False)


@builtin("any", "list: any*")
def any_holds(run: Run, values: list[Value]) -> bool | None:
    return decided(run, values, decisive=True)
