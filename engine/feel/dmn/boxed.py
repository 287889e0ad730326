"""Boxed expressions: what a decision says, as nested elements with FEEL in their texts.

Each becomes the same kind of closure that FEEL itself is compiled to. In a file that is only
tried out, a text that is no FEEL is noted and counts as null.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.feel import nodes
from engine.feel.analysis import reads_of
from engine.feel.closures import Closure, Code, fitted
from engine.feel.compiling import Compiler, TestCode, failing
from engine.feel.dmn.problems import Problem, Problems
from engine.feel.dmn.reading import (
    EXPRESSIONS,
    Element,
    all_text,
    attribute,
    child,
    children,
    expression_of,
    id_of,
    name_of,
    refused,
    tag,
    text_of,
)
from engine.feel.dmn.tables import compile_table
from engine.feel.errors import Failure, FeelSyntaxError
from engine.feel.looping import compile_for, compile_quantified
from engine.feel.names import words_of
from engine.feel.nodes import NOWHERE, Name, Node
from engine.feel.parser import parse_expression, parse_unary_tests
from engine.feel.paths import compile_filter
from engine.feel.running import Frame, Run
from engine.feel.types import ANY, Type, result_of
from engine.feel.values import Function, Value

if TYPE_CHECKING:
    from engine.feel.dmn.item_types import ItemTypes


MOST_COST = 200_000
"""So many characters of FEEL a model may hold: they are read in a few seconds."""

SHORTEST = 10
"""As so many characters counts the shortest text; each name of several words is looked for, too."""


@dataclass(frozen=True, slots=True)
class Box(Node):
    """A compiled boxed expression in the place of a node; `mentions` are names that it may read."""

    code: Code
    mentions: tuple[Node, ...] = ()


def nothing(frame: Frame) -> Value:
    """What an element that says nothing gives."""
    return None


def converted(code: Code, wanted: Type) -> Code:
    """Convert what the code gives to a type; what does not fit becomes null."""
    if wanted is ANY:
        return code
    return lambda frame: fitted(code(frame), wanted, frame.run)


class Boxes:
    """Compiles the boxed expressions of one model."""

    def __init__(self, names: Iterable[str], types: ItemTypes, problems: Problems) -> None:
        self.names = frozenset(names)
        self.long_names = frozenset(name for name in self.names if len(words_of(name)) > 1)
        self.types = types
        self.problems = problems
        self.cost = 0
        self.functions: list[tuple[str, frozenset[str]]] = []
        self.variables: set[str] = set()

    @property
    def compiler(self) -> Compiler:
        return Compiler(self.types.types)

    # FEEL

    def spend(self, text: str) -> None:
        """Count what reading a text takes; raises `InvalidDecision` for more than a model may."""
        self.cost += max(len(text), SHORTEST) + len(self.long_names)
        if self.cost > MOST_COST:
            raise refused("The formulas of the model are too many or too long.")

    def feel(self, text: str, element: Element) -> Code:
        """Compile a text of FEEL."""
        self.spend(text)
        try:
            node = parse_expression(text, self.long_names)
        except FeelSyntaxError as error:
            return self.broken(error, element)
        self.note(node, element)
        return self.compiler.code(node)

    def tests(self, text: str, element: Element) -> TestCode | None:
        """Compile the tests of a cell; None if anything passes."""
        if text in ("", "-"):
            return None
        self.spend(text)
        try:
            node = parse_unary_tests(text, self.long_names)
        except FeelSyntaxError as error:
            self.broken(error, element)
            return lambda value, frame: False
        self.note(node, element)
        return self.compiler.unary_tests(node)

    def each_test(self, text: str, element: Element) -> list[TestCode]:
        """Compile tests one by one, in their order."""
        if text in ("", "-"):
            return []
        self.spend(text)
        try:
            node = parse_unary_tests(text, self.long_names)
        except FeelSyntaxError as error:
            self.broken(error, element)
            return []
        return [self.compiler.unary_test(test) for test in node.tests]

    def note(self, node: Node, element: Element) -> None:
        """Keep what a text reads, and what it calls, to be checked when all are known."""
        reads = reads_of(node)
        self.functions.append((id_of(element), reads.unknown_functions))
        self.variables |= reads.variables

    def broken(self, error: FeelSyntaxError, element: Element) -> Code:
        problem = Problem(id_of(element), error.message, error.values, error.line, error.column)
        self.problems.fatal.append(problem)
        return failing((error.line, error.column), Failure(error.message, **error.values))

    def constraint(self, text: str, element: Element) -> Callable[[Value, Run], bool] | None:
        """Compile the tests that the values of a type must pass."""
        tests = self.tests(text, element)
        if tests is None:
            return None

        def allowed(value: Value, run: Run) -> bool:
            return tests(value, Frame(run, {"?": value})) is True

        return allowed

    # Boxes

    def inside(self, element: Element | None) -> Code:
        """Compile the expression that an element holds."""
        expression = expression_of(element) if element is not None else None
        return nothing if expression is None else self.code(expression)

    def code(self, element: Element) -> Code:
        """Compile a boxed expression, with the type that it states."""
        compile_box: dict[str, Callable[[Element], Code]] = {
            "literalExpression": self.literal,
            "context": self.context,
            "decisionTable": self.table,
            "invocation": self.invocation,
            "functionDefinition": self.function,
            "relation": self.relation,
            "list": self.list,
            "conditional": self.conditional,
            "filter": self.filter,
            "for": self.loop,
            "some": self.quantified,
            "every": self.quantified,
        }
        code = compile_box[tag(element)](element)
        if tag(element) == "functionDefinition":
            return code
        return converted(code, self.types.of_element(element))

    def literal(self, element: Element) -> Code:
        text = text_of(element)
        language = attribute(element, "expressionLanguage")
        if language and "FEEL" not in language.upper() and "feel" not in language:
            self.problems.add(
                id_of(element), "The expression language “%(name)s” is not FEEL.", name=language
            )
            return nothing
        if not text:
            self.problems.mention(id_of(element), "The expression is empty.")
            return nothing
        return self.feel(text, element)

    def table(self, element: Element) -> Code:
        return compile_table(element, self)

    def context(self, element: Element) -> Code:
        """Entries that see those before them; an entry without a name is the result."""
        entries: list[tuple[str, Code]] = []
        result: Code | None = None
        for entry in children(element, "contextEntry"):
            variable = child(entry, "variable")
            if variable is None:
                result = self.inside(entry)
                continue
            code = converted(self.inside(entry), self.types.of_element(variable))
            entries.append((attribute(variable, "name"), code))

        def build(frame: Frame) -> Value:
            values: dict[str, Value] = {}
            inner = Frame(frame.run, values, frame)
            frame.run.build(len(entries))
            for name, code in entries:
                values[name] = code(inner)
            return values if result is None else result(inner)

        return build

    def list(self, element: Element) -> Code:
        items = [self.code(item) for item in element if tag(item) in EXPRESSIONS]

        def build(frame: Frame) -> Value:
            frame.run.build(len(items))
            return [item(frame) for item in items]

        return build

    def relation(self, element: Element) -> Code:
        columns = [
            (attribute(column, "name"), self.types.of_element(column))
            for column in children(element, "column")
        ]
        rows = [
            [
                (name, converted(self.code(cell), wanted))
                for (name, wanted), cell in zip(columns, cells(row), strict=False)
            ]
            for row in children(element, "row")
        ]

        def build(frame: Frame) -> Value:
            frame.run.build(len(rows) * len(columns))
            return [{name: cell(frame) for name, cell in row} for row in rows]

        return build

    def invocation(self, element: Element) -> Code:
        called = self.inside(element)
        bindings: list[tuple[str, Code]] = []
        for binding in children(element, "binding"):
            parameter = child(binding, "parameter")
            if parameter is not None:
                code = converted(self.inside(binding), self.types.of_element(parameter))
                bindings.append((attribute(parameter, "name"), code))

        def call(frame: Frame) -> Value:
            function = called(frame)
            if not isinstance(function, Function):
                frame.run.warn(NOWHERE, "What is invoked is not a function.")
                return None
            arguments = {name: code(frame) for name, code in bindings}
            try:
                return function.call_by_name(frame.run, arguments)
            except Failure as failure:
                return frame.run.failed(NOWHERE, failure)

        return call

    def parameters(self, element: Element) -> tuple[tuple[str, ...], tuple[Type, ...]]:
        formal = list(children(element, "formalParameter"))
        names = tuple(attribute(parameter, "name") for parameter in formal)
        return names, tuple(self.types.of_element(parameter) for parameter in formal)

    def function(self, element: Element) -> Code:
        if attribute(element, "kind") not in ("", "FEEL", "F"):
            self.problems.mention(id_of(element), "External functions are not supported.")
            return failing(NOWHERE, Failure("External functions are not supported."))
        names, types = self.parameters(element)
        body = self.inside(element)
        made = converted(body, result_of(self.types.of_element(element)))
        return lambda frame: Closure(names, types, made, frame)

    # Boxes of control

    def box(self, element: Element | None) -> Box:
        text = all_text(element) if element is not None else ""
        mentions: tuple[Node, ...] = (Name("partial"),) if "partial" in text else ()
        return Box(self.inside(element), mentions)

    def conditional(self, element: Element) -> Code:
        condition = self.inside(child(element, "if"))
        then = self.inside(child(element, "then"))
        otherwise = self.inside(child(element, "else"))

        def decide(frame: Frame) -> Value:
            decided = condition(frame)
            if decided is None or isinstance(decided, bool):
                return then(frame) if decided else otherwise(frame)
            return frame.run.failed(NOWHERE, Failure("The condition is neither true nor false."))

        return decide

    def filter(self, element: Element) -> Code:
        match = child(element, "match")
        condition = expression_of(match) if match is not None else None
        node: Node = self.box(match)
        if condition is not None and text_of(condition).isdecimal():
            node = parse_expression(text_of(condition))
        return compile_filter(self.inside(child(element, "in")), node, self.inside(match))

    def iterators(self, element: Element) -> tuple[nodes.Iterator, ...]:
        name = attribute(element, "iteratorVariable")
        return (nodes.Iterator(name, self.box(child(element, "in"))),)

    def loop(self, element: Element) -> Code:
        node = nodes.For(self.iterators(element), self.box(child(element, "return")))
        return compile_for(node, unboxed)

    def quantified(self, element: Element) -> Code:
        body = self.box(child(element, "satisfies"))
        return compile_quantified(
            nodes.Quantified(tag(element), self.iterators(element), body), unboxed
        )


def unboxed(node: Node) -> Code:
    """The code of a boxed expression that stands for a node."""
    if not isinstance(node, Box):
        raise TypeError(node)
    return node.code


def cells(row: Element) -> list[Element]:
    """The expressions in a row of a relation."""
    return [cell for cell in row if tag(cell) in EXPRESSIONS]


def names_in(root: Element) -> frozenset[str]:
    """Every name that the model gives to something."""
    found = set()
    for element in root.iter():
        if tag(element):
            found |= {attribute(element, "name"), attribute(element, "iteratorVariable")}
            found.add(name_of(element))
    return frozenset(found - {""})
