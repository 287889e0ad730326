"""Numbers: decimals of 34 digits, as the standard asks (IEEE 754-2008 decimal128)."""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
)

from engine.feel.errors import Failure

# Without traps, what cannot be computed is a NaN or an infinity, which `finite` turns away.
CONTEXT = Context(prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[])
# Rounding to a scale may need more digits than a result may have.
WIDE = Context(prec=13_000, Emin=-6176 * 3, Emax=6144 * 3, traps=[])

ZERO = Decimal(0)
ONE = Decimal(1)
SCALES = (-6111, 6176)

FLOOR = ROUND_FLOOR
CEILING = ROUND_CEILING
UP = ROUND_UP
DOWN = ROUND_DOWN
HALF_UP = ROUND_HALF_UP
HALF_DOWN = ROUND_HALF_DOWN
HALF_EVEN = ROUND_HALF_EVEN


def finite(number: Decimal) -> Decimal:
    """Return the number if it is one."""
    if number.is_finite():
        return number
    raise Failure("The result is not a number that can be represented.")


def number_from(value: float | Decimal) -> Decimal:
    """Make a number of 34 digits out of a Python number."""
    if isinstance(value, float):
        value = Decimal(repr(value))
    return finite(CONTEXT.create_decimal(value))


def parse_number(text: str) -> Decimal:
    """Read a number as it is written in FEEL: digits, one point, a sign."""
    number = CONTEXT.create_decimal(text)
    if not number.is_finite():
        raise Failure("“%(text)s” is not a number.", text=text[:80])
    return number


def add(left: Decimal, right: Decimal) -> Decimal:
    """The sum, of 34 digits. Raises `Failure` where there is none, as the others here do."""
    return finite(CONTEXT.add(left, right))


def subtract(left: Decimal, right: Decimal) -> Decimal:
    """The difference."""
    return finite(CONTEXT.subtract(left, right))


def multiply(left: Decimal, right: Decimal) -> Decimal:
    """The product."""
    return finite(CONTEXT.multiply(left, right))


def divide(left: Decimal, right: Decimal) -> Decimal:
    """The quotient."""
    if not right:
        raise Failure("A number cannot be divided by zero.")
    return finite(CONTEXT.divide(left, right))


def power(base: Decimal, exponent: Decimal) -> Decimal:
    """The power."""
    if not exponent:
        return ONE
    return finite(CONTEXT.power(base, exponent))


def modulo(dividend: Decimal, divisor: Decimal) -> Decimal:
    """The remainder with the divisor's sign, as the standard defines it."""
    if not divisor:
        raise Failure("A number cannot be divided by zero.")
    remainder = WIDE.remainder(dividend, divisor)
    if remainder and (remainder < 0) != (divisor < 0):
        remainder = WIDE.add(remainder, divisor)
    return finite(CONTEXT.plus(remainder))


def round_to(number: Decimal, scale: Decimal, rounding: str) -> Decimal:
    """Round to so many digits after the point (before it, if negative)."""
    if not SCALES[0] <= scale <= SCALES[1]:
        raise Failure("A scale lies between -6111 and 6176.")
    exponent = -int(scale)
    if number.as_tuple().exponent >= exponent:  # type: ignore[operator]  # finite numbers only
        return number
    rounded = number.quantize(Decimal((0, (1,), exponent)), rounding=rounding, context=WIDE)
    return finite(CONTEXT.plus(rounded))


def integer(number: Decimal, what: str = "a number") -> int:
    """Return a number as an int, its fraction cut off; refuse what is beyond any use."""
    if number.adjusted() > 30:
        raise Failure("%(what)s is too large.", what=what.capitalize())
    return int(number)


def write_number(number: Decimal) -> str:
    """Write a number the way FEEL reads it: no exponent, no needless zeros."""
    if not number:
        return "0"
    if -40 < number.adjusted() < 40:
        text = format(number, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(number.normalize(CONTEXT))
