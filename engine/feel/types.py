"""Types: whether a value is of one, and the few conversions that the standard makes by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.feel.errors import Failure
from engine.feel.nodes import TypeNode
from engine.feel.temporal import Date, DateTime
from engine.feel.values import Function, Range, Value, kind

if TYPE_CHECKING:
    from engine.feel.running import Run

SIMPLE = frozenset(
    (
        "number", "string", "boolean", "date", "time", "date and time", "list", "context",
        "days and time duration", "years and months duration", "function", "range", "null",
    )
)  # fmt: skip
OTHER_NAMES = {
    "Any": "any",
    "any": "any",
    "Null": "null",
    "dateTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
}


@dataclass(frozen=True, slots=True)
class Type:
    """A type with what it is made of.

    `of` holds the types of a list's or range's elements, of a context's fields or of a function's
    parameters, `result` that of its result. `allowed` tells which values are of the type; the
    `instance of` operator does not ask it.
    """

    kind: str
    of: tuple[Type, ...] = ()
    fields: tuple[str, ...] = ()
    result: Type | None = None
    detailed: bool = False
    allowed: Callable[[Value, Run], bool] | None = None


ANY = Type("any")
NULL = Type("null")
Types = Mapping[str, Type]
NO_TYPES: Types = {}


def resolve(node: TypeNode, types: Types = NO_TYPES) -> Type | None:
    """Find the type that is written; None if there is no such type."""
    if node.name in types:
        return types[node.name]
    name = OTHER_NAMES.get(node.name, node.name)
    if name != "any" and name not in SIMPLE:
        return None
    of = tuple(resolve(part, types) for part in node.of)
    result = resolve(node.result, types) if node.result is not None else None
    if None in of or (node.result is not None and result is None):
        return None
    detailed = bool(node.of or node.fields or node.result)
    return Type(name, tuple(part for part in of if part), node.fields, result, detailed)


def conforms(value: Value, wanted: Type, run: Run) -> bool:
    """Whether a value is of a type; null is of every type."""
    if value is None or wanted.kind == "any":
        return True
    if kind(value) != wanted.kind:
        return False
    if not wanted.detailed:
        return True
    match value:
        case list():
            run.step(len(value))
            if value and all(isinstance(item, Function) for item in value):
                return is_subtype(common_type(value), wanted.of[0])
            return all(conforms(item, wanted.of[0], run) for item in value)
        case dict():
            return all(
                name in value and conforms(value[name], field, run)
                for name, field in zip(wanted.fields, wanted.of, strict=True)
            )
        case Range():
            return conforms(value.low, wanted.of[0], run) and conforms(
                value.high, wanted.of[0], run
            )
        case Function():
            return is_subtype(function_type(value), wanted)
    return True


def function_type(function: Function) -> Type:
    """The type of a function as far as it was declared."""
    declared: tuple[Type, ...] = getattr(function, "types", ())
    result: Type | None = getattr(function, "result", None)
    of = declared or tuple(ANY for _ in function.parameters)
    return Type("function", of, result=result or ANY, detailed=True)


def common_type(functions: list[Value]) -> Type:
    """The type of a list’s functions: where they differ in a parameter, that takes anything.

    So the standard's test kit reads it, though not each of the functions is of that type.
    """
    types = [function_type(each) for each in functions if isinstance(each, Function)]
    if len({len(each.of) for each in types}) != 1:
        return ANY
    of = tuple(common(list(parts)) for parts in zip(*(each.of for each in types), strict=True))
    return Type(
        "function", of, result=common([each.result or ANY for each in types]), detailed=True
    )


def common(types: list[Type]) -> Type:
    """The type if it is the only one, else that of anything."""
    return types[0] if all(each == types[0] for each in types) else ANY


def is_subtype(one: Type, other: Type) -> bool:
    """Whether every value of one type is of the other."""
    if other.kind == "any" or one.kind == "null":
        return True
    if one.kind != other.kind:
        return False
    if not other.detailed:
        return True
    if not one.detailed:
        return False
    if one.kind == "context":
        known = dict(zip(one.fields, one.of, strict=True))
        return all(
            name in known and is_subtype(known[name], field)
            for name, field in zip(other.fields, other.of, strict=True)
        )
    if one.kind == "function":
        return (
            len(one.of) == len(other.of)
            and all(is_subtype(b, a) for a, b in zip(one.of, other.of, strict=True))
            and gives_subtype(one.result, other.result)
        )
    return all(is_subtype(a, b) for a, b in zip(one.of, other.of, strict=True))


def gives_subtype(one: Type | None, other: Type | None) -> bool:
    """Whether what one function gives could be what another gives; mostly nobody stated it."""
    return one is None or one == ANY or is_subtype(one, ANY if other is None else other)


def result_of(stated: Type) -> Type:
    """The type of what a function gives: its own may be stated, or only that."""
    return stated if stated.kind != "function" or stated.result is None else stated.result


def instance_of(value: Value, wanted: Type, run: Run) -> bool:
    """The operator: only `Null` has null as its instance."""
    if value is None:
        return wanted.kind == "null"
    return conforms(value, wanted, run)


def coerced(value: Value, wanted: Type, run: Run) -> Value:
    """Convert a value to a type the way arguments and results are; raise where it is not one."""
    if wanted is ANY:
        return value
    if not conforms(value, wanted, run):
        value = converted(value, wanted, run)
    if value is not None and not is_allowed(value, wanted, run):
        raise Failure("The value is not one of those that its type allows.")
    return value


def converted(value: Value, wanted: Type, run: Run) -> Value:
    """The three conversions: to a list of one, from a list of one, and from a date to its start."""
    if wanted.kind == "list" and not isinstance(value, list):
        return [coerced(value, wanted.of[0], run) if wanted.of else value]
    if isinstance(value, list) and len(value) == 1 and wanted.kind != "list":
        return coerced(value[0], wanted, run)
    if isinstance(value, Date) and wanted.kind == "date and time":
        return DateTime(value, 0, 0)
    raise Failure(
        "The value is a %(kind)s and not a %(wanted)s.", kind=kind(value), wanted=wanted.kind
    )


def is_allowed(value: Value, wanted: Type, run: Run) -> bool:
    """Whether a value, and all that is in it, is one that the type allows."""
    if wanted.allowed is not None and not wanted.allowed(value, run):
        return False
    if isinstance(value, list) and wanted.kind == "list" and wanted.of:
        return all(is_allowed(item, wanted.of[0], run) for item in value if item is not None)
    if isinstance(value, dict) and wanted.kind == "context":
        return all(
            value[name] is None or is_allowed(value[name], field, run)
            for name, field in zip(wanted.fields, wanted.of, strict=True)
        )
    return True
