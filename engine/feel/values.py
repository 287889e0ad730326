"""The values of the language, and the way from and to plain Python data.

Inside, a value is None, bool, Decimal, str, list, dict, one of `temporal`'s, a Range or a
Function; nothing else ever gets in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from engine.feel.errors import BudgetExceeded, Failure
from engine.feel.numbers import number_from, write_number
from engine.feel.temporal import (
    Date,
    DateTime,
    DaysTime,
    Time,
    YearsMonths,
    from_python,
    to_python,
)

if TYPE_CHECKING:
    from engine.feel.running import Run

# The closed union is spelled out above; recursive unions make mypy's messages unreadable.
Value = Any


class Missing:
    """The type of MISSING, which is no value: there is no such variable or argument."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()


@dataclass(frozen=True, slots=True)
class Range:
    """All that lies between two ends; None is an end that is open to infinity.

    `negated` makes the test `!= x` out of the point `x`.
    """

    low: Value
    high: Value
    low_closed: bool = True
    high_closed: bool = True
    negated: bool = False

    def __str__(self) -> str:
        opening, closing = "[" if self.low_closed else "(", "]" if self.high_closed else ")"
        return f"{opening}{written(self.low)}..{written(self.high)}{closing}"


class Function:
    """Something that can be called: built in, defined in an expression, or a model's."""

    name = "function"
    parameters: tuple[str, ...] = ()

    def call(self, run: Run, arguments: list[Value]) -> Value:
        """Call with arguments by position."""
        raise NotImplementedError

    def call_by_name(self, run: Run, arguments: dict[str, Value]) -> Value:
        """Call with arguments by name."""
        if set(arguments) != set(self.parameters):
            raise Failure(
                "“%(name)s” takes the parameters %(parameters)s.",
                name=self.name,
                parameters=", ".join(self.parameters) or "none",
            )
        return self.call(run, [arguments[name] for name in self.parameters])


def written(value: Value) -> str:
    """Write a scalar inside a range or a message."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return write_number(value)
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    list: "list",
    dict: "context",
    Date: "date",
    Time: "time",
    DateTime: "date and time",
    YearsMonths: "years and months duration",
    DaysTime: "days and time duration",
    Range: "range",
}


def kind(value: Value) -> str:
    """Name the type of a value as FEEL does."""
    return KINDS.get(type(value), "function")


UNCHANGED = (str, bool, type(None), Decimal, Date, Time, DateTime, YearsMonths, DaysTime, Function)


def from_plain(value: object, run: Run) -> Value:
    """Let plain data in; anything else becomes null with a warning, so no object is reachable."""
    if type(value) in KINDS and not isinstance(value, list | dict | Decimal | Range):
        return value
    run.step()
    try:
        match value:
            case bool() | None:
                return value
            case int() | float() | Decimal():
                return number_from(value)
            case str():
                return str(value)
            case Mapping():
                return {str(key): from_plain(item, run) for key, item in value.items()}
            case list() | tuple() | set() | frozenset():
                return [from_plain(item, run) for item in value]
            case date() | time() | timedelta():
                return from_python(value)
            case Range():
                return Range(
                    from_plain(value.low, run),
                    from_plain(value.high, run),
                    value.low_closed,
                    value.high_closed,
                    value.negated,
                )
            case Function():
                return value
    except Failure as failure:
        run.failed((1, 1), failure)
        return None
    except RecursionError as error:
        raise BudgetExceeded("A variable is nested too deeply.") from error
    run.warn((1, 1), "A variable holds something that is no data.")
    return None


def to_plain(value: Value, run: Run) -> Value:
    """Let a result out: numbers as Decimal, dates as Python's where it has them."""
    match value:
        case Date() | Time() | DateTime() | DaysTime():
            return to_python(value)
        case list():
            run.step(len(value))
            return [to_plain(item, run) for item in value]
        case dict():
            run.step(len(value))
            return {key: to_plain(item, run) for key, item in value.items()}
        case Function():
            run.warn((1, 1), "The result is a function, which is no data.")
            return None
    return value


def to_json(value: object) -> Any:
    """Turn a result or a variable into what JSON can say.

    Whole numbers become int and others stay Decimal; dates, times and durations become the text
    that the standard's `string` function writes. Raises `Failure` for anything that is no data.
    """
    match value:
        case None | bool() | str() | int():
            return value
        case float():
            return to_json(number_from(value))
        case Decimal():
            whole = value.adjusted() < 34 and value == value.to_integral_value()
            return int(value) if whole else value
        case Mapping():
            return {str(key): to_json(item) for key, item in value.items()}
        case date() | time() | datetime() | timedelta():
            return str(from_python(value))
        case Date() | Time() | DateTime() | YearsMonths() | DaysTime() | Range():
            return str(value)
        case Sequence() | set() | frozenset():
            return [to_json(item) for item in value]
    raise Failure("A value of the type %(type)s is no data.", type=type(value).__name__)


def from_json(value: object) -> Any:
    """Turn what JSON said into plain data for an expression: numbers become Decimal."""
    match value:
        case None | bool() | str():
            return value
        case int() | float() | Decimal():
            return number_from(value)
        case Mapping():
            return {str(key): from_json(item) for key, item in value.items()}
        case list() | tuple():
            return [from_json(item) for item in value]
    raise Failure("A value of the type %(type)s is no data.", type=type(value).__name__)
