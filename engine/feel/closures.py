"""Functions that expressions and models define, and where a function's name leads."""

from __future__ import annotations

from collections.abc import Callable

from engine.feel.errors import Failure
from engine.feel.functions import BUILTINS
from engine.feel.nodes import NOWHERE
from engine.feel.running import Frame, Run
from engine.feel.types import ANY, Type, coerced
from engine.feel.values import Function, Value

Code = Callable[[Frame], Value]


class Closure(Function):
    """A function defined in an expression, with the variables around its definition."""

    def __init__(
        self,
        names: tuple[str, ...],
        types: tuple[Type, ...],
        body: Code,
        frame: Frame,
        *,
        result: Type = ANY,
    ) -> None:
        self.parameters = names
        self.types = types
        self.result = result
        self.body = body
        self.frame = frame

    def call(self, run: Run, arguments: list[Value]) -> Value:
        if len(arguments) != len(self.parameters):
            raise Failure("The function takes %(count)s arguments.", count=len(self.parameters))
        values = {
            name: argument if wanted is ANY else fitted(argument, wanted, run)
            for name, wanted, argument in zip(self.parameters, self.types, arguments, strict=True)
        }
        run.enter()
        try:
            return self.body(Frame(run, values, self.frame))
        finally:
            run.leave()


def fitted(value: Value, wanted: Type, run: Run) -> Value:
    """Convert a value to a type; what does not fit becomes null."""
    try:
        return coerced(value, wanted, run)
    except Failure as failure:
        return run.failed(NOWHERE, failure)


def named_function(name: str, run: Run) -> Function | None:
    """Find a function of the application or a built-in one."""
    if run.functions is not None:
        found = run.functions.find(name)
        if found is not None:
            return found
    return BUILTINS.get(name)
