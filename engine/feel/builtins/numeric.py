"""Functions of numbers, and of durations where they have a sign."""

from __future__ import annotations

from decimal import Decimal

from engine.feel import numbers
from engine.feel.errors import Failure
from engine.feel.functions import builtin
from engine.feel.numbers import ZERO
from engine.feel.running import Run
from engine.feel.temporal import DaysTime, YearsMonths
from engine.feel.values import Value


@builtin("decimal", "n: number, scale: number")
def decimal(run: Run, n: Decimal, scale: Decimal) -> Decimal:
    return numbers.round_to(n, scale, numbers.HALF_EVEN)


@builtin("floor", "n: number")
@builtin("floor", "n: number, scale: number")
def floor(run: Run, n: Decimal, scale: Decimal = ZERO) -> Decimal:
    return numbers.round_to(n, scale, numbers.FLOOR)


@builtin("ceiling", "n: number")
@builtin("ceiling", "n: number, scale: number")
def ceiling(run: Run, n: Decimal, scale: Decimal = ZERO) -> Decimal:
    return numbers.round_to(n, scale, numbers.CEILING)


@builtin("round up", "n: number, scale: number")
def round_up(run: Run, n: Decimal, scale: Decimal) -> Decimal:
    return numbers.round_to(n, scale, numbers.UP)


@builtin("round down", "n: number, scale: number")
def round_down(run: Run, n: Decimal, scale: Decimal) -> Decimal:
    return numbers.round_to(n, scale, numbers.DOWN)


@builtin("round half up", "n: number, scale: number")
def round_half_up(run: Run, n: Decimal, scale: Decimal) -> Decimal:
    return numbers.round_to(n, scale, numbers.HALF_UP)


@builtin("round half down", "n: number, scale: number")
def round_half_down(run: Run, n: Decimal, scale: Decimal) -> Decimal:
    return numbers.round_to(n, scale, numbers.HALF_DOWN)


@builtin("abs", "n: number|years and months duration|days and time duration")
def absolute(run: Run, n: Value) -> Value:
    match n:
        case YearsMonths():
            return YearsMonths(abs(n.months))
        case DaysTime():
            return DaysTime(abs(n.nanos))
    return abs(n)


@builtin("modulo", "dividend: number, divisor: number")
def modulo(run: Run, dividend: Decimal, divisor: Decimal) -> Decimal:
    return numbers.modulo(dividend, divisor)


@builtin("sqrt", "number: number")
def square_root(run: Run, number: Decimal) -> Decimal:
    return numbers.finite(numbers.CONTEXT.sqrt(number))


@builtin("log", "number: number")
def logarithm(run: Run, number: Decimal) -> Decimal:
    if number <= 0:
        raise Failure("Only a positive number has a logarithm.")
    return numbers.finite(numbers.CONTEXT.ln(number))


@builtin("exp", "number: number")
def exponential(run: Run, number: Decimal) -> Decimal:
    return numbers.finite(numbers.CONTEXT.exp(number))


@builtin("odd", "number: number")
def odd(run: Run, number: Decimal) -> bool:
    return numbers.WIDE.remainder(number, Decimal(2)).copy_abs() == 1


@builtin("even", "number: number")
def even(run: Run, number: Decimal) -> bool:
    return numbers.WIDE.remainder(number, Decimal(2)) == 0
