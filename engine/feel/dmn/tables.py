"""Decision tables: which rules hold, and what the hit policy makes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.feel.builtins.statistics import greatest, least, total
from engine.feel.closures import Code, fitted
from engine.feel.comparison import is_equal
from engine.feel.compiling import TestCode
from engine.feel.dmn.reading import (
    Element,
    attribute,
    child,
    children,
    id_of,
    text_of,
    type_name,
)
from engine.feel.errors import Failure
from engine.feel.nodes import NOWHERE
from engine.feel.running import Frame, Run
from engine.feel.types import ANY, Type
from engine.feel.values import Value

if TYPE_CHECKING:
    from engine.feel.dmn.boxed import Boxes

POLICIES = {
    "U": "UNIQUE", "A": "ANY", "P": "PRIORITY", "F": "FIRST", "R": "RULE ORDER",
    "O": "OUTPUT ORDER", "C": "COLLECT",
}  # fmt: skip
AGGREGATORS: dict[str, Callable[[Run, list[Value]], Value]] = {
    "SUM": total,
    "MIN": least,
    "MAX": greatest,
    "COUNT": lambda run, values: Decimal(len(values)),
}
SINGLE = frozenset(("UNIQUE", "ANY", "PRIORITY", "FIRST"))


@dataclass(frozen=True, slots=True)
class Input:
    """A column of conditions: what is looked at, and what it may be."""

    label: str
    code: Code
    type: Type
    allowed: TestCode | None


@dataclass(frozen=True, slots=True)
class Output:
    """A column of conclusions; `order` tests its values from the most to the least important."""

    name: str
    type: Type
    order: tuple[TestCode, ...]
    default: Code | None


@dataclass(frozen=True, slots=True)
class Rule:
    """The tests by column, without those that always pass, and the conclusions."""

    tests: tuple[tuple[int, TestCode], ...]
    outputs: tuple[Code, ...]


class Table:
    """A compiled decision table."""

    def __init__(
        self,
        policy: str,
        aggregator: str,
        inputs: list[Input],
        outputs: list[Output],
        rules: list[Rule],
    ) -> None:
        self.policy = policy
        self.aggregator = aggregator
        self.inputs = inputs
        self.outputs = outputs
        self.rules = rules

    def evaluate(self, frame: Frame) -> Value:
        """Decide; null with a warning where the table does not say what to do."""
        run = frame.run
        try:
            values = [self.input_value(column, frame) for column in self.inputs]
            frames = [Frame(run, {"?": value}, frame) for value in values]
            matched = self.matches(values, frames, run)
            if not matched:
                return self.default(frame)
            return self.decide(matched, frame)
        except Failure as failure:
            return run.failed(NOWHERE, failure)

    def input_value(self, column: Input, frame: Frame) -> Value:
        """What is looked at; null if it is none of the values that the column is for."""
        value = fitted(column.code(frame), column.type, frame.run)
        if column.allowed is None or value is None or is_among(value, column.allowed, frame):
            return value
        frame.run.warn(NOWHERE, "The input “%(name)s” is not one of its values.", name=column.label)
        return None

    def matches(self, values: list[Value], frames: list[Frame], run: Run) -> list[Rule]:
        first_only = self.policy == "FIRST"
        run.step(len(self.rules))
        matched = []
        for rule in self.rules:
            for index, test in rule.tests:
                if test(values[index], frames[index]) is not True:
                    break
            else:
                matched.append(rule)
                if first_only:
                    break
        return matched

    def conclusions(self, rule: Rule, frame: Frame) -> list[Value]:
        values = []
        for code, column in zip(rule.outputs, self.outputs, strict=True):
            value = fitted(code(frame), column.type, frame.run)
            if column.order and not any(is_among(value, test, frame) for test in column.order):
                frame.run.warn(
                    NOWHERE, "The output “%(name)s” is not one of its values.", name=column.name
                )
                value = None
            values.append(value)
        return values

    def shaped(self, values: list[Value]) -> Value:
        """One output is a value, several are a context."""
        if len(self.outputs) == 1:
            return values[0]
        return {column.name: value for column, value in zip(self.outputs, values, strict=True)}

    def default(self, frame: Frame) -> Value:
        if any(column.default is not None for column in self.outputs):
            values = [
                column.default(frame) if column.default is not None else None
                for column in self.outputs
            ]
            return self.shaped(values)
        if self.policy in SINGLE:
            frame.run.warn(NOWHERE, "No rule of the table holds.")
            return None
        return self.aggregated([], frame.run)

    def decide(self, matched: list[Rule], frame: Frame) -> Value:
        run = frame.run
        if self.policy == "UNIQUE" and len(matched) > 1:
            raise Failure("More than one rule of the table holds.")
        results = [self.conclusions(rule, frame) for rule in matched]
        if self.policy == "ANY" and not all(is_equal(results[0], r, run) for r in results):
            raise Failure("The rules that hold differ in what they say.")
        if self.policy in ("PRIORITY", "OUTPUT ORDER"):
            results.sort(key=lambda values: self.rank(values, frame))
        if self.policy in SINGLE:
            return self.shaped(results[0])
        run.build(len(results))
        return self.aggregated([self.shaped(values) for values in results], run)

    def aggregated(self, results: list[Value], run: Run) -> Value:
        if self.policy != "COLLECT" or not self.aggregator:
            return results
        if len(self.outputs) > 1 and self.aggregator != "COUNT":
            return {
                column.name: self.aggregate([result[column.name] for result in results], run)
                for column in self.outputs
            }
        return self.aggregate(results, run)

    def aggregate(self, values: list[Value], run: Run) -> Value:
        if not values and self.aggregator != "COUNT":
            return None
        return AGGREGATORS[self.aggregator](run, values)

    def rank(self, values: list[Value], frame: Frame) -> list[int]:
        """The place of each value in the order of its column's values."""
        return [
            next(
                (place for place, test in enumerate(column.order) if is_among(value, test, frame)),
                len(column.order),
            )
            for column, value in zip(self.outputs, values, strict=True)
        ]


def is_among(value: Value, test: TestCode, frame: Frame) -> bool:
    """Whether a value passes a test, or if it is a list, all its elements do."""
    inner = Frame(frame.run, {"?": value}, frame)
    if test(value, inner) is True:
        return True
    return isinstance(value, list) and all(
        test(item, Frame(frame.run, {"?": item}, frame)) is True for item in value
    )


def compile_table(element: Element, boxes: Boxes) -> Code:
    """Compile a decision table; what is wrong with it is noted."""
    policy = attribute(element, "hitPolicy") or "UNIQUE"
    policy = POLICIES.get(policy, policy)
    aggregator = attribute(element, "aggregation")
    if policy not in POLICIES.values():
        boxes.problems.add(id_of(element), "There is no hit policy “%(name)s”.", name=policy)
    if aggregator and aggregator not in AGGREGATORS:
        boxes.problems.add(id_of(element), "There is no aggregation “%(name)s”.", name=aggregator)
        aggregator = ""
    inputs = [compile_input(column, boxes) for column in children(element, "input")]
    outputs = [compile_output(column, boxes) for column in children(element, "output")]
    if not outputs:
        boxes.problems.add(id_of(element), "The table has no output.")
    rules = [
        compile_rule(rule, len(inputs), len(outputs), boxes) for rule in children(element, "rule")
    ]
    if policy in ("PRIORITY", "OUTPUT ORDER") and not any(column.order for column in outputs):
        boxes.problems.mention(id_of(element), "The hit policy needs the values of an output.")
    return Table(policy, aggregator, inputs, outputs, rules).evaluate


def compile_input(element: Element, boxes: Boxes) -> Input:
    """Compile a column of conditions."""
    expression = child(element, "inputExpression")
    text = text_of(expression)
    if expression is None or not text:
        boxes.problems.add(id_of(element), "The input has no expression.")
        return Input(attribute(element, "label"), lambda frame: None, ANY, None)
    return Input(
        attribute(element, "label") or text,
        boxes.feel(text, expression),
        boxes.types.of_element(expression),
        boxes.tests(text_of(child(element, "inputValues")), element),
    )


def compile_output(element: Element, boxes: Boxes) -> Output:
    """Compile a column of conclusions."""
    values = child(element, "outputValues")
    default = child(element, "defaultOutputEntry")
    named = type_name(element)
    return Output(
        attribute(element, "name"),
        boxes.types.of_element(element) if named else ANY,
        tuple(boxes.each_test(text_of(values), element)),
        boxes.feel(text_of(default), element) if text_of(default) else None,
    )


def compile_rule(element: Element, inputs: int, outputs: int, boxes: Boxes) -> Rule:
    """Compile a row; there must be a cell for each column."""
    conditions = list(children(element, "inputEntry"))
    conclusions = list(children(element, "outputEntry"))
    if len(conditions) != inputs or len(conclusions) != outputs:
        boxes.problems.add(id_of(element), "The rule has not one cell for each column.")
    tests = [(index, boxes.tests(text_of(cell), cell)) for index, cell in enumerate(conditions)]
    codes = [
        boxes.feel(text_of(cell), cell) if text_of(cell) not in ("", "-") else (lambda frame: None)
        for cell in conclusions
    ]
    codes += [lambda frame: None] * (outputs - len(codes))
    return Rule(
        tuple((index, test) for index, test in tests[:inputs] if test is not None),
        tuple(codes[:outputs]),
    )
