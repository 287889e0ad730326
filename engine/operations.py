"""Operations: the Python functions that service tasks call by name.

A local operation runs in the case's transaction, inside a savepoint. A remote one leaves the
process (a payment, a message): it runs in a job, outside any transaction, with retries, and
its result completes the task.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import FunctionType, ModuleType
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

GIVEN = frozenset({"session", "engine", "case", "by", "now", "idempotency_key"})
"""Parameters that the engine fills in; every other one is an input of the diagram."""


class UnknownOperation(LookupError):
    """A diagram names an operation that is not registered."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A registered function with what a diagram must know of it."""

    name: str
    function: Callable[..., Mapping[str, object] | None]
    is_remote: bool = False
    inputs: tuple[str, ...] = ()
    required: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    title: str = ""


@dataclass(slots=True)
class Operations:
    """All operations of an application."""

    by_name: dict[str, Operation] = field(default_factory=dict)

    def add(self, *modules: ModuleType) -> None:
        """Register every function of the modules that is marked as an operation."""
        for module in modules:
            for marked in _marked(vars(module).values()):
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


def operation(name: str, *, remote: bool = False) -> Callable[[Function], Function]:
    """Mark a function as the operation that service tasks call by this name.

    Its keyword-only parameters are the diagram's inputs, but for those in GIVEN. A remote one
    gets no session: it takes `engine` and opens what it needs, and `idempotency_key`, the same
    at every try.
    """

    def mark(function: Function) -> Function:
        parameters = inspect.signature(function).parameters
        inputs = tuple(each for each in parameters if each not in GIVEN)
        if remote and "session" in parameters:
            raise TypeError(f"{name}: a remote operation has no transaction")
        function.__operation__ = Operation(  # type: ignore[attr-defined]
            name=name,
            function=function,
            is_remote=remote,
            inputs=inputs,
            required=frozenset(
                each for each in inputs if parameters[each].default is inspect.Parameter.empty
            ),
            given=frozenset(parameters) & GIVEN,
            title=(inspect.getdoc(function) or "").partition("\n")[0],
        )
        return function

    return mark


def _marked(values: Iterable[object]) -> Iterable[Operation]:
    for value in values:
        # Functions only: a module may hold things that do not like to be asked.
        if isinstance(value, FunctionType):
            found = getattr(value, "__operation__", None)
            if isinstance(found, Operation):
                yield found
