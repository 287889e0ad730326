"""A DMN model: its decisions, what they require of each other, and their evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from engine.feel import builtins as _builtins  # declares the built-in functions
from engine.feel.closures import Code
from engine.feel.dmn.boxed import Boxes, converted, names_in, nothing
from engine.feel.dmn.evaluation import Evaluation, Part, qualified_name
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
    refused,
)
from engine.feel.errors import BudgetExceeded, Failure, FeelWarning
from engine.feel.functions import Functions
from engine.feel.plain import to_plain
from engine.feel.running import DEFAULT_BUDGET, NO_VARIABLES, Budget, Run
from engine.feel.types import Type, result_of
from engine.feel.values import Function, Value

_ = _builtins

MOST_PARTS = 1_000
"""So many decisions, inputs, types and the like a model may have."""


class Decisions:
    """The decisions of one DMN file, compiled: safe to keep and to share between threads.

    `ids` are those of the decisions; `variables` the names that must be given, declared as inputs
    or not; `problems` what is worth a look without forbidding use.
    `namespace` is the one under which other files import it. `imports` are the models that it
    imports under a name; those `merged` have none, and their parts are as if they were its own:
    `replaced` maps those of their parts that another part of the same name stands for.
    """

    def __init__(self, root: Element, imports: Iterable[Decisions], problems: Problems) -> None:
        self.namespace = attribute(root, "namespace")
        self.name = attribute(root, "name")
        available = {model.namespace: model for model in imports}
        imported = [
            (attribute(element, "name"), available[attribute(element, "namespace")])
            for element in children(root, "import")
            if attribute(element, "namespace") in available
        ]
        self.imports = {name: model for name, model in imported if name}
        self.merged = [model for name, model in imported if not name]
        self.names: frozenset[str] = names_in(root).union(*(model.names for _, model in imported))
        boxes = Boxes(self.names, ItemTypes(root, self.imported_types()), problems)
        boxes.types.complete(boxes)
        self.types = boxes.types.types
        self.parts: dict[str, Part] = {}
        self.by_namespace = {model.namespace: model for _, model in imported}
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
        return {
            part.name: part.type for part in reversed([*self.visible()]) if part.kind == "input"
        }

    def inputs_of(self, decision_id: str) -> dict[str, Type]:
        """The inputs that a decision requires, itself or by others that it requires, by name.

        Raises `Failure` if there is no such decision.
        """
        found: dict[str, Type] = {}
        seen: set[int] = set()
        ahead = [self.find(decision_id)]
        while ahead:
            part = self.standing_for(ahead.pop())
            if id(part) in seen:
                continue
            seen.add(id(part))
            if part.kind == "input":
                found.setdefault(part.name, part.type)
            ahead += part.needs
        return found

    # Reading

    def visible(self) -> Iterator[Part]:
        """The model's own parts, then those of the models merged into it."""
        yield from self.parts.values()
        for model in self.merged:
            yield from model.visible()

    def find_replaced(self) -> dict[int, Part]:
        """What stands for parts of merged models, by their identity: the first of that name."""
        first: dict[str, Part] = {}
        for part in self.visible():
            first.setdefault(part.name, part)
        return {
            id(part): first[part.name]
            for part in self.visible()
            if first[part.name].model is not part.model
        }

    def standing_for(self, part: Part) -> Part:
        """The part itself, or the one that counts in its place."""
        return self.replaced.get(id(part), part)

    def imported_types(self) -> dict[str, Type]:
        types: dict[str, Type] = {}
        for model in reversed(self.merged):
            types |= model.types
        for name, model in self.imports.items():
            types |= {f"{name}.{known}": made for known, made in model.types.items()}
        return types

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
                part.title = " ".join(attribute(element, "name").split())
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
        self.replaced = self.find_replaced()
        self.check_cycles(problems)
        self.check_functions(boxes, problems)
        self.variables = frozenset(self.inputs) | (boxes.variables - self.names)

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
            names = tuple(qualified_name(self, needed) for needed in part.needs)
            part.parameters = (names, tuple(needed.type for needed in part.needs))

    def referred(self, element: Element, problems: Problems, *tags: str) -> list[Part]:
        found = []
        for reference in children(element, *tags):
            href = attribute(reference, "href")
            namespace, _, target = href.rpartition("#")
            model = self
            if namespace and namespace != self.namespace:
                model = self.by_namespace.get(namespace, self)
            part = next((each for each in model.visible() if each.id == target), None)
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
            part.code = converted(self.function_body(logic, boxes), result_of(part.type))

    def function_body(self, logic: Element, boxes: Boxes) -> Code:
        if attribute(logic, "kind") not in ("", "FEEL", "F"):
            boxes.problems.mention(id_of(logic), "External functions are not supported.")
            return nothing
        stated = boxes.types.of_element(logic)
        return converted(boxes.inside(logic), result_of(stated))

    def check_cycles(self, problems: Problems) -> None:
        done: set[int] = set()  # parts of imported models may have the same ids

        def visit(part: Part, above: tuple[Part, ...]) -> None:
            circle = next((above[at:] for at, each in enumerate(above) if each is part), ())
            if circle and part.kind == "decision":
                # An imported model stays as it is: what leads back into it is the model's own.
                own = next((each for each in circle if each.model is self), part)
                problems.add(own.id, "The decision requires itself.")
                own.needs = []
            elif id(part) not in done and not circle:
                for needed in part.needs:
                    visit(self.standing_for(needed), (*above, part))
                done.add(id(part))

        for part in self.parts.values():
            visit(part, ())

    def check_functions(self, boxes: Boxes, problems: Problems) -> None:
        for element, called in boxes.functions:
            for name in sorted(called - self.names):
                problems.mention(element, "There is no function “%(name)s”.", name=name)

    # Evaluation

    def has(self, wanted: str) -> bool:
        """Whether there is a decision, service or knowledge model of that id or name."""
        return any(
            wanted in (part.id, part.name, part.title)
            for part in self.visible()
            if part.kind != "input"
        )

    def find(self, wanted: str) -> Part:
        """Find a decision or service by its id, else by its name. Raises `Failure`."""
        usable = [each for each in self.visible() if each.kind != "input"]
        named = (
            *(each for each in usable if each.id == wanted),
            *(each for each in usable if each.name == wanted),
            *(each for each in usable if each.title == wanted),
        )
        part = next(iter(named), None)
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
        evaluation = Evaluation(self, run, context)
        try:
            value = evaluation.value(part)
            if isinstance(value, Function) and part.kind != "decision":
                value = evaluation.called(value)
            return to_plain(value, run), run.warnings
        except RecursionError as error:
            raise BudgetExceeded("The decision is nested too deeply.") from error


def load_decisions(
    xml: bytes, imports: Iterable[Decisions] = (), *, strict: bool = True
) -> Decisions:
    """Read and compile a DMN file. Raises `InvalidDecision`.

    `imports` are the models that it may import. Without `strict`, mistakes in single elements are
    kept in `problems` and count as null.
    """
    problems = Problems()
    try:
        root = read_definitions(xml)
        if len(root) > MOST_PARTS:
            raise refused("The model has more than %(limit)s parts.", limit=MOST_PARTS)
        decisions = Decisions(root, imports, problems)
    except RecursionError as error:
        raise InvalidDecision([Problem("", "An expression is nested too deeply.")]) from error
    if strict and problems.fatal:
        raise InvalidDecision(problems.fatal)
    return decisions
