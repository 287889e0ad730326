"""Find out the values of a model's parts, each once, and of those that they require."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.feel.closures import Closure, Code, fitted
from engine.feel.dmn.boxed import nothing
from engine.feel.errors import Failure
from engine.feel.plain import from_plain
from engine.feel.running import Frame, Run
from engine.feel.types import ANY, Type, result_of
from engine.feel.values import Function, Value

if TYPE_CHECKING:
    from engine.feel.dmn.decisions import Decisions


@dataclass(slots=True)
class Part:
    """Something of a model that has a value: an input, a decision, a function.

    `name` is the one under which others read its value, `title` the one on the diagram;
    `needs` are the parts it requires, with the models they belong to.
    """

    id: str
    name: str
    kind: str
    model: Decisions
    type: Type = ANY
    code: Code = nothing
    needs: list[Part] = field(default_factory=list)
    parameters: tuple[tuple[str, ...], tuple[Type, ...]] = ((), ())
    outputs: list[Part] = field(default_factory=list)
    title: str = ""


class Evaluation:
    """The values of a model's parts, each found out once."""

    def __init__(
        self,
        model: Decisions,
        run: Run,
        context: Mapping[str, object],
        given: dict[int, Value] | None = None,
    ) -> None:
        self.model = model
        self.run = run
        self.context = context
        self.known: dict[int, Value] = given if given is not None else {}

    def value(self, part: Part) -> Value:
        key = id(part)
        if key not in self.known:
            self.known[key] = self.find_out(part)
        return self.known[key]

    def find_out(self, part: Part) -> Value:
        if part.kind == "input":
            return self.input(part)
        if part.kind == "function":
            return Closure(*part.parameters, part.code, self.frame(part))
        if part.kind == "service":
            return Service(part, self)
        run, around = self.run, self.run.element
        run.step()
        frame = self.frame(part)
        run.element = part.id
        try:
            return part.code(frame)
        finally:
            run.element = around

    def input(self, part: Part) -> Value:
        given = self.context.get(part.name)
        return fitted(from_plain(given, self.run), part.type, self.run)

    def frame(self, part: Part) -> Frame:
        """The variables that a part sees: what it requires, imported parts within their model."""
        values: dict[str, Value] = {}
        frame = Frame(self.run, values)
        if part.kind == "function":
            self.known[id(part)] = Closure(*part.parameters, part.code, frame)
            values[part.name] = self.known[id(part)]
        for needed in map(self.model.standing_for, part.needs):
            qualifier = qualifier_of(part.model, needed)
            if qualifier:
                inner = self.imported(qualifier, needed.model)
                values.setdefault(qualifier, {})[needed.name] = inner.value(needed)
            else:
                values[needed.name] = self.value(needed)
        return frame

    def imported(self, qualifier: str, model: Decisions) -> Evaluation:
        """The same evaluation, for a model that is imported under a name."""
        within = self.context.get(qualifier)
        context = {**self.context, **within} if isinstance(within, Mapping) else self.context
        return Evaluation(model, self.run, context, self.known)

    def called(self, function: Function) -> Value:
        """The result of a function whose arguments are among the variables given."""
        given = [self.given(name) for name in function.parameters]
        return function.call(self.run, [from_plain(value, self.run) for value in given])

    def given(self, name: str) -> object:
        """A variable given; one of an imported model is found within those under its name."""
        qualifier, _, inner = name.partition(".")
        within = self.context.get(qualifier)
        if name not in self.context and isinstance(within, Mapping):
            return within.get(inner)
        return self.context.get(name)


def qualifier_of(model: Decisions, part: Part) -> str:
    """The name under which a model imports the one that the part belongs to."""
    if part.model is model:
        return ""
    return next((name for name, imported in model.imports.items() if imported is part.model), "")


def qualified_name(model: Decisions, part: Part) -> str:
    """The name under which a model speaks of a part, be it its own or an imported one."""
    qualifier = qualifier_of(model, part)
    return f"{qualifier}.{part.name}" if qualifier else part.name


class Service(Function):
    """A decision service as a function of its inputs."""

    def __init__(self, part: Part, evaluation: Evaluation) -> None:
        self.part = part
        self.name = part.name
        self.parameters = part.parameters[0]
        self.types = part.parameters[1]
        self.evaluation = evaluation

    def call(self, run: Run, arguments: list[Value]) -> Value:
        if len(arguments) != len(self.parameters):
            raise Failure("The function takes %(count)s arguments.", count=len(self.parameters))
        standing_for = self.evaluation.model.standing_for
        run.enter()
        try:
            known = {
                id(standing_for(needed)): fitted(argument, needed.type, run)
                for needed, argument in zip(self.part.needs, arguments, strict=True)
            }
            inner = Evaluation(self.evaluation.model, run, self.evaluation.context, known)
            outputs = map(standing_for, self.part.outputs)
            values = {part.name: inner.value(part) for part in outputs}
        finally:
            run.leave()
        result = next(iter(values.values())) if len(values) == 1 else values
        return fitted(result, result_of(self.part.type), run)
