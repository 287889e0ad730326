"""Operations: the Python functions that service tasks call by name.

A local operation runs in the case's transaction, inside a savepoint. A remote one leaves the
process (a payment, a message): it runs in a job, outside any transaction, with retries, and
its result completes the task.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from types import FunctionType, MappingProxyType, ModuleType
from typing import Any, TypeVar

from marshmallow import Schema

from engine.language import _
from engine.signatures import Signature, read_parameters, read_result, schema_of

Function = TypeVar("Function", bound=Callable[..., Any])

GIVEN = frozenset({"session", "engine", "case", "by", "now", "idempotency_key"})
"""Parameters that the engine fills in; every other one is an input of the diagram."""


NO_ERRORS: Mapping[str, str] = MappingProxyType({})


class UnknownOperation(LookupError):
    """A diagram names an operation that is not registered."""


@dataclass(frozen=True)
class Operation:
    """A registered function with what a diagram must know of it.

    `title` and `about` are msgids of what administrators call it and what it does; `throws` are
    the codes of the errors that it can end with, with msgids of what they are called.
    """

    name: str
    function: Callable[..., Mapping[str, object] | None]
    is_remote: bool = False
    title: str = ""
    about: str = ""
    throws: Mapping[str, str] = field(default_factory=lambda: NO_ERRORS, hash=False)

    @cached_property
    def given(self) -> frozenset[str]:
        """What the engine fills in."""
        return frozenset(inspect.signature(self.function).parameters) & GIVEN

    # The annotations of a module can be read only when all of it is there.
    @cached_property
    def takes(self) -> Signature:
        """Its inputs, by the annotations of its parameters."""
        return read_parameters(self.function, but=GIVEN)

    @cached_property
    def gives(self) -> Signature | None:
        """What it comes to, by its annotation; None: it does not say."""
        return read_result(self.function)

    @property
    def required(self) -> frozenset[str]:
        """The inputs that a diagram has to give."""
        return frozenset(each.name for each in self.takes.values() if each.is_required)

    @property
    def schema(self) -> Schema:
        """Its inputs as a marshmallow schema."""
        return schema_of(self.takes, name=self.name)

    def __str__(self) -> str:
        """What administrators call it, in the language that is spoken."""
        return _(self.title) if self.title else self.name


@dataclass(slots=True)
class Operations:
    """All operations of an application."""

    by_name: dict[str, Operation] = field(default_factory=dict)

    def add(self, *modules: ModuleType) -> None:
        """Register every function of the modules that is marked as an operation."""
        for module in modules:
            for marked in _operations_of(module):
                known = self.by_name.get(marked.name)
                if known is not None and known.function is not marked.function:
                    raise ValueError(f"two operations are called {marked.name}")
                self.by_name[marked.name] = marked

    def get(self, name: str) -> Operation:
        """The operation of a name; raises UnknownOperation."""
        try:
            return self.by_name[name]
        except KeyError:
            raise UnknownOperation(name) from None


def operation(
    name: str,
    *,
    remote: bool = False,
    title: str = "",
    about: str = "",
    throws: Mapping[str, str] = NO_ERRORS,
) -> Callable[[Function], Function]:
    """Mark a function as the operation that service tasks call by this name.

    Its keyword-only parameters are the diagram's inputs, but for those in GIVEN; what it comes
    to is a TypedDict. Both say with `engine.signatures.Named` what people call them. Each code
    of a BpmnError that it raises stands in `throws`, so that diagrams can be checked to catch it.
    A remote one gets no session: it takes `engine` and opens what it needs, and
    `idempotency_key`, the same at every try.
    """

    def mark(function: Function) -> Function:
        if remote and "session" in inspect.signature(function).parameters:
            raise TypeError(f"{name}: a remote operation has no transaction")
        function.__operation__ = Operation(  # type: ignore[attr-defined]
            name=name,
            function=function,
            is_remote=remote,
            title=title,
            about=about,
            throws=MappingProxyType(dict(throws)),
        )
        return function

    return mark


@cache
def _operations_of(module: ModuleType) -> tuple[Operation, ...]:
    # Functions only: a module may hold things that do not like to be asked.
    functions = (each for each in vars(module).values() if isinstance(each, FunctionType))
    found = (getattr(each, "__operation__", None) for each in functions)
    return tuple(each for each in found if isinstance(each, Operation))
