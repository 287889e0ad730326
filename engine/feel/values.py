"""The values of the language.

Inside, a value is None, bool, Decimal, str, list, dict, one of `temporal`'s, a Range or a
Function; nothing else ever gets in.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from engine.feel.errors import Failure
from engine.feel.numbers import write_number
from engine.feel.temporal import Date, DateTime, DaysTime, Time, YearsMonths

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
