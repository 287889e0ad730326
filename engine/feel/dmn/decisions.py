"""A DMN model: its decisions, what they require of each other, and their evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine.feel import builtins as _builtins  # declares the built-in functions
from engine.feel.closures import Closure, Code, fitted
from engine.feel.dmn.boxed import Boxes, converted, names_in, nothing
from engine.feel.dmn.item_types import ItemTypes
from engine.feel.dmn.problems import InvalidDecision, Problem, Problems
from engine.feel.dmn.reading import (
    Element,
    attribute,
    child,
    children,
    expression_of,
    id_of,
    name_of,
    read_definitions,
)
from engine.feel.errors import BudgetExceeded, Failure, FeelWarning
from engine.feel.functions import Functions
from engine.feel.plain import from_plain, to_plain
from engine.feel.running import DEFAULT_BUDGET, NO_VARIABLES, Budget, Frame, Run
from engine.feel.types import ANY, Type
from engine.feel.values import Function, Value

_ = _builtins


@dataclass(slots=True)
class Part:
    """Something of a model that has a value: an input, a decision, a function.

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


class Decisions:
    """The decisions of one DMN file, compiled: safe to keep and to share between threads.

    `ids` are those of the decisions; `problems` what is worth a look without forbidding use.
    `namespace` is the one under which other files import it.
    """

    def __init__(self, root: Element, imports: Iterable[Decisions], problems: Problems) -> None:
        self.namespace = attribute(root, "namespace")
        self.name = attribute(root, "name")
        available = {model.namespace: model for model in imports}
        self.imports = {
            attribute(element, "name"): available[attribute(element, "namespace")]
            for element in children(root, "import")
            if attribute(element, "namespace") in available
        }
        self.names: frozenset[str] = names_in(root).union(
            *(model.names for model in self.imports.values())
        )
        boxes = Boxes(self.names, problems)
        boxes.types = ItemTypes(root, self.imported_types(), boxes)
        self.types = boxes.types.types
        self.parts: dict[str, Part] = {}
        self.by_namespace = {model.namespace: model for model in self.imports.values()}
        self.read(root, boxes, problems)
        self.collected = problems

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(part.id for part in self.parts.values() if part.kind == "decision")

    @property
    def problems(self) -> tuple[Problem, ...]:
        return (*self.collected.fatal, *self.collected.minor)

    @property
    def inputs(self) -> dict[str, Type]:
        """The inputs that the model declares, by name."""
        return {part.name: part.type for part in self.parts.values() if part.kind == "input"}

    # Reading

    def imported_types(self) -> dict[str, Type]:
        return {
            f"{name}.{known}" if name else known: made
            for name, model in self.imports.items()
            for known, made in model.types.items()
        }

    def read(self, root: Element, boxes: Boxes, problems: Problems) -> None:
        elements: list[tuple[Element, Part]] = []
        kinds = {
            "inputData": "input",
            "decision": "decision",
            "businessKnowledgeModel": "function",
            "decisionService": "service",
        }
        for tag, kind in kinds.items():
            for element in children(root, tag):
                part = Part(
                    attribute(element, "id") or name_of(element), name_of(element), kind, self
                )
                if part.id in self.parts:
                    problems.add(part.id, "The id is given twice.")
                variable = child(element, "variable")
                if variable is not None:
                    part.type = boxes.types.of_element(variable)
                self.parts[part.id] = part
                elements.append((element, part))
        for element, part in elements:
            self.connect(element, part, problems)
        for element, part in elements:
            self.compile(element, part, boxes, problems)
        self.check_cycles(problems)
        self.check_functions(boxes, problems)

    def connect(self, element: Element, part: Part, problems: Problems) -> None:
        for requirement in children(element, "informationRequirement", "knowledgeRequirement"):
            part.needs += self.referred(
                requirement, problems, "requiredInput", "requiredDecision", "requiredKnowledge"
            )
        if part.kind == "service":
            part.needs = [
                *self.referred(element, problems, "inputData"),
                *self.referred(element, problems, "inputDecision"),
            ]
            part.outputs = self.referred(element, problems, "outputDecision")
            names = tuple(needed.name for needed in part.needs)
            part.parameters = (names, tuple(needed.type for needed in part.needs))

    def referred(self, element: Element, problems: Problems, *tags: str) -> list[Part]:
        found = []
        for reference in children(element, *tags):
            href = attribute(reference, "href")
            namespace, _, target = href.rpartition("#")
            model = self
            if namespace and namespace != self.namespace:
                model = self.by_namespace.get(namespace, self)
            part = model.parts.get(target)
            if part is None:
                problems.add(id_of(element), "There is no element “%(href)s”.", href=href)
            else:
                found.append(part)
        return found

    def compile(self, element: Element, part: Part, boxes: Boxes, problems: Problems) -> None:
        if part.kind == "decision":
            if expression_of(element) is None:
                problems.mention(part.id, "The decision says nothing.")
            part.code = converted(boxes.inside(element), part.type)
        elif part.kind == "function":
            logic = child(element, "encapsulatedLogic")
            if logic is None:
                problems.mention(part.id, "The knowledge model says nothing.")
                return
            part.parameters = boxes.parameters(logic)
            result = part.type.result if part.type.kind == "function" else part.type
            part.code = converted(self.function_body(logic, boxes), result or ANY)

    def function_body(self, logic: Element, boxes: Boxes) -> Code:
        if attribute(logic, "kind") not in ("", "FEEL", "F"):
            boxes.problems.mention(id_of(logic), "External functions are not supported.")
            return nothing
        return converted(boxes.inside(logic), boxes.types.of_element(logic))

    def check_cycles(self, problems: Problems) -> None:
        done: set[str] = set()

        def visit(part: Part, above: tuple[str, ...]) -> None:
            if part.id in above and part.kind == "decision":
                problems.add(part.id, "The decision requires itself.")
                part.needs = []
            elif part.id not in done and part.id not in above:
                for needed in part.needs:
                    visit(needed, (*above, part.id))
                done.add(part.id)

        for part in self.parts.values():
            visit(part, ())

    def check_functions(self, boxes: Boxes, problems: Problems) -> None:
        for element, called in boxes.functions:
            for name in sorted(called - self.names):
                problems.mention(element, "There is no function “%(name)s”.", name=name)

    # Evaluation

    def find(self, wanted: str) -> Part:
        """Find a decision or service by its id, else by its name. Raises `Failure`."""
        part = self.parts.get(wanted)
        if part is None or part.kind == "input":
            named = (p for p in self.parts.values() if p.name == wanted and p.kind != "input")
            part = next(named, None)
        if part is None:
            raise Failure("There is no decision “%(id)s”.", id=wanted)
        return part

    def evaluate(
        self,
        decision_id: str,
        context: Mapping[str, object] = NO_VARIABLES,
        *,
        now: datetime | None = None,
        functions: Functions | None = None,
        budget: Budget = DEFAULT_BUDGET,
    ) -> Value:
        """Evaluate a decision, with those it requires, to plain data.

        Raises `Failure` if there is no such decision, and `BudgetExceeded`.
        """
        return self.evaluate_with_warnings(
            decision_id, context, now=now, functions=functions, budget=budget
        )[0]

    def evaluate_with_warnings(
        self,
        decision_id: str,
        context: Mapping[str, object] = NO_VARIABLES,
        *,
        now: datetime | None = None,
        functions: Functions | None = None,
        budget: Budget = DEFAULT_BUDGET,
    ) -> tuple[Value, list[FeelWarning]]:
        """Evaluate a decision, and say what became null and why."""
        part = self.find(decision_id)
        run = Run(context, now=now, functions=functions, budget=budget)
        evaluation = Evaluation(run, context)
        try:
            value = evaluation.value(part)
            if isinstance(value, Function) and part.kind != "decision":
                value = evaluation.called(value)
            return to_plain(value, run), run.warnings
        except RecursionError as error:
            raise BudgetExceeded("The decision is nested too deeply.") from error


class Evaluation:
    """The values of a model's parts, each found out once."""

    def __init__(
        self, run: Run, context: Mapping[str, object], given: dict[int, Value] | None = None
    ) -> None:
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
        for needed in part.needs:
            qualifier = qualifier_of(part.model, needed)
            if qualifier:
                inner = self.imported(qualifier)
                values.setdefault(qualifier, {})[needed.name] = inner.value(needed)
            else:
                values[needed.name] = self.value(needed)
        return frame

    def imported(self, qualifier: str) -> Evaluation:
        """The same evaluation, for a model that is imported under a name."""
        within = self.context.get(qualifier)
        context = {**self.context, **within} if isinstance(within, Mapping) else self.context
        return Evaluation(self.run, context, self.known)

    def called(self, function: Function) -> Value:
        """The result of a function whose arguments are among the variables given."""
        given = [self.context.get(name) for name in function.parameters]
        return function.call(self.run, [from_plain(value, self.run) for value in given])


def qualifier_of(model: Decisions, part: Part) -> str:
    """The name under which a model imports the one that the part belongs to."""
    if part.model is model:
        return ""
    return next((name for name, imported in model.imports.items() if imported is part.model), "")


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
        run.enter()
        try:
            known = {
                id(needed): fitted(argument, needed.type, run)
                for needed, argument in zip(self.part.needs, arguments, strict=True)
            }
            inner = Evaluation(run, self.evaluation.context, known)
            values = {part.name: inner.value(part) for part in self.part.outputs}
        finally:
            run.leave()
        wanted = self.part.type.result if self.part.type.kind == "function" else self.part.type
        result = next(iter(values.values())) if len(values) == 1 else values
        return fitted(result, wanted or ANY, run)


def load_decisions(
    xml: bytes, imports: Iterable[Decisions] = (), *, strict: bool = True
) -> Decisions:
    """Read and compile a DMN file. Raises `InvalidDecision`.

    `imports` are the models that it may import. Without `strict`, mistakes in single elements are
    kept in `problems` and count as null.
    """
    problems = Problems()
    try:
        decisions = Decisions(read_definitions(xml), imports, problems)
    except RecursionError as error:
        raise InvalidDecision([Problem("", "An expression is nested too deeply.")]) from error
    if strict and problems.fatal:
        raise InvalidDecision(problems.fatal)
    return decisions
