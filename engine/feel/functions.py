"""Functions that are called by name: how they are declared, and how arguments reach them.

A signature is written as text, `"string: string, start position: number, length: number?"`:
names with types; `?` allows null or nothing at all; `*` takes one list or any number of arguments,
`+` any number of arguments; `|` separates types.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from engine.feel.errors import Failure
from engine.feel.plain import from_plain, to_plain
from engine.feel.temporal import Date, DateTime
from engine.feel.types import ANY, Type
from engine.feel.values import MISSING, Function, Value, kind

if TYPE_CHECKING:
    from engine.feel.running import Run

Implementation = Callable[..., Value]
Declared = TypeVar("Declared", bound=Implementation)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its name and the kinds of values that it takes."""

    name: str
    kinds: frozenset[str]
    optional: bool
    many: bool
    spread: bool

    def accept(self, value: Value) -> Value:
        """Return the value as this parameter wants it, or raise."""
        if "any" in self.kinds:
            return value
        found = kind(value)
        if found in self.kinds or (value is None and self.optional):
            return value
        if value is not None and "list" in self.kinds:
            return [value]
        if isinstance(value, list) and len(value) == 1 and value[0] is not None:
            return self.accept(value[0])
        if isinstance(value, Date) and "date and time" in self.kinds:
            return DateTime(value, 0, 0)
        raise Failure(
            "The parameter “%(name)s” takes a %(wanted)s, not a %(found)s.",
            name=self.name,
            wanted=" or ".join(sorted(self.kinds)),
            found=found,
        )


def read_signature(text: str) -> tuple[Parameter, ...]:
    """Read the text of a signature."""
    parameters = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, wanted = part.partition(":")
        wanted = wanted.strip()
        kinds = frozenset(choice.strip() for choice in wanted.rstrip("?*+").split("|"))
        ending = wanted[-1:]
        parameters.append(
            Parameter(name, kinds, ending == "?", many=ending in "*+", spread=ending == "*")
        )
    return tuple(parameters)


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a function."""

    parameters: tuple[Parameter, ...]
    implementation: Implementation

    def bind(self, arguments: list[Value]) -> list[Value] | None:
        """Return the arguments to pass, or None if their number is wrong."""
        parameters = self.parameters
        if parameters and parameters[-1].many:
            last = len(parameters) - 1
            if len(arguments) <= last:
                return None
            rest = arguments[last:]
            if not parameters[-1].spread:
                rest = [parameters[-1].accept(argument) for argument in rest]
            elif len(rest) == 1 and isinstance(rest[0], list):
                rest = rest[0]
            heads = [p.accept(a) for p, a in zip(parameters, arguments[:last], strict=False)]
            return [*heads, rest]
        if len(arguments) > len(parameters):
            return None
        if any(not parameter.optional for parameter in parameters[len(arguments) :]):
            return None
        return [p.accept(a) for p, a in zip(parameters, arguments, strict=False)]

    def bind_names(self, arguments: dict[str, Value]) -> list[Value] | None:
        """Return the arguments to pass, or None if their names are wrong."""
        names = {parameter.name for parameter in self.parameters}
        if not arguments.keys() <= names:
            return None
        bound = []
        for parameter in self.parameters:
            value = arguments.get(parameter.name, MISSING)
            if value is MISSING:
                if not parameter.optional:
                    return None
                value = None
            elif parameter.many:
                value = value if isinstance(value, list) else [value]
            else:
                value = parameter.accept(value)
            bound.append(value)
        return bound


class Builtin(Function):
    """A function with one or more signatures, tried in their order."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.signatures: list[Signature] = []

    @property
    def parameters(self) -> tuple[str, ...]:  # type: ignore[override]  # fixed once it is declared
        return tuple(parameter.name for parameter in self.signatures[0].parameters)

    @property
    def types(self) -> tuple[Type, ...]:
        """The parameters' types, as far as they are a single one."""
        return tuple(
            Type(next(iter(p.kinds))) if len(p.kinds) == 1 else ANY
            for p in self.signatures[0].parameters
        )

    def call(self, run: Run, arguments: list[Value]) -> Value:
        return self.attempt(run, lambda signature: signature.bind(arguments))

    def call_by_name(self, run: Run, arguments: dict[str, Value]) -> Value:
        return self.attempt(run, lambda signature: signature.bind_names(arguments))

    def attempt(self, run: Run, bind: Callable[[Signature], list[Value] | None]) -> Value:
        failure: Failure | None = None
        for signature in self.signatures:
            try:
                bound = bind(signature)
            except Failure as error:
                failure = failure or error
                continue
            if bound is not None:
                return signature.implementation(run, *bound)
        if failure is not None:
            raise failure
        raise Failure(
            "“%(name)s” takes the parameters %(parameters)s.",
            name=self.name,
            parameters=" or ".join(
                "(" + ", ".join(p.name for p in signature.parameters) + ")"
                for signature in self.signatures
            ),
        )


BUILTINS: dict[str, Builtin] = {}


def builtin(name: str, signature: str) -> Callable[[Declared], Declared]:
    """Declare a built-in function, or one more signature of it. It gets the run first."""

    def declare(implementation: Declared) -> Declared:
        declared = BUILTINS.setdefault(name, Builtin(name))
        declared.signatures.append(Signature(read_signature(signature), implementation))
        return implementation

    return declare


class Functions:
    """Functions of an application: pure ones, which take and return plain Python data.

    A function raises `Failure` where it has no result; the expression then goes on with null.
    """

    def __init__(self) -> None:
        self.declared: dict[str, Builtin] = {}

    def add(self, name: str, signature: str) -> Callable[[Declared], Declared]:
        """Declare a function; the signature is written as for the built-in ones."""

        def declare(implementation: Declared) -> Declared:
            def called(run: Run, *arguments: Value) -> Value:
                return from_plain(implementation(*(to_plain(a, run) for a in arguments)), run)

            self.declare(name, signature)(called)
            return implementation

        return declare

    def declare(self, name: str, signature: str) -> Callable[[Declared], Declared]:
        """Declare a function as the built-in ones are: it gets the run and FEEL's own values."""

        def declare(implementation: Declared) -> Declared:
            declared = self.declared.setdefault(name, Builtin(name))
            declared.signatures.append(Signature(read_signature(signature), implementation))
            return implementation

        return declare

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.declared)

    def find(self, name: str) -> Builtin | None:
        return self.declared.get(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.declared)

    def __or__(self, other: Functions) -> Functions:
        both = Functions()
        both.declared = self.declared | other.declared
        return both
