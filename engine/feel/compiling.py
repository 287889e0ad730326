"""Turn a parsed expression into Python closures, each of which takes a frame and gives a value.

The common case of two numbers is decided here, before the general operations are asked.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import cast

from engine.feel import nodes, numbers
from engine.feel.arithmetic import OPERATIONS, negate
from engine.feel.closures import Closure, Code, named_function
from engine.feel.comparison import ORDERINGS, compare, equal, passes, range_of, within
from engine.feel.errors import Failure
from engine.feel.inference import inferred
from engine.feel.looping import compile_for, compile_quantified
from engine.feel.nodes import Node, Place
from engine.feel.operators import arithmetic, equality, logic, ordering
from engine.feel.paths import compile_descendants, compile_filter, read_path
from engine.feel.running import Frame
from engine.feel.temporal_text import parse_at
from engine.feel.types import ANY, NO_TYPES, Types, instance_of, resolve
from engine.feel.values import MISSING, Function, Range, Value, kind

TestCode = Callable[[Value, Frame], Value]


class Compiler:
    """Compiles nodes. `types` are the types that a model names."""

    def __init__(self, types: Types = NO_TYPES) -> None:
        self.types = types

    def code(self, node: Node) -> Code:
        """Compile one node."""
        method = getattr(self, "code_" + type(node).__name__)
        return cast(Code, method(node))

    # Values

    def code_Literal(self, node: nodes.Literal) -> Code:
        value = node.value
        return lambda frame: value

    def code_AtLiteral(self, node: nodes.AtLiteral) -> Code:
        try:
            value = parse_at(node.text)
        except Failure as failure:
            return failing(node.at, failure)
        return lambda frame: value

    def code_Name(self, node: nodes.Name) -> Code:
        name, at, path = node.name, node.at, self.as_path(node)

        def read(frame: Frame) -> Value:
            value = frame.find(name)
            if value is not MISSING:
                return value
            function = named_function(name, frame.run)
            if function is None and path is not None:
                return path(frame)
            if function is None:
                frame.run.warn(at, "There is no variable “%(name)s”.", name=name)
            return function

        return read

    def as_path(self, node: nodes.Name) -> Code | None:
        """Where nothing has a name that holds a dot, it is a path."""
        target, dot, last = node.name.rpartition(".")
        if not (target and dot and last):
            return None
        inner = nodes.Name(target.strip(), at=node.at)
        return self.code(nodes.Path(inner, last.strip(), at=node.at))

    def code_ListLiteral(self, node: nodes.ListLiteral) -> Code:
        items = [self.code(item) for item in node.items]

        def build(frame: Frame) -> Value:
            frame.run.build(len(items))
            return [item(frame) for item in items]

        return build

    def code_ContextLiteral(self, node: nodes.ContextLiteral) -> Code:
        entries = [(key, self.code(value)) for key, value in node.entries]

        def build(frame: Frame) -> Value:
            frame.run.build(len(entries))
            context: dict[str, Value] = {}
            inner = Frame(frame.run, context, frame)
            for key, value in entries:
                context[key] = value(inner)
            return context

        return build

    def code_RangeLiteral(self, node: nodes.RangeLiteral) -> Code:
        low, high, at = self.code(node.low), self.code(node.high), node.at
        low_closed, high_closed = node.low_closed, node.high_closed

        def build(frame: Frame) -> Value:
            first, last = low(frame), high(frame)
            if first is not None and last is not None and kind(first) != kind(last):
                frame.run.warn(at, "The ends of a range must be of one type.")
                return None
            return Range(first, last, low_closed, high_closed)

        return build

    def code_Comparator(self, node: nodes.Comparator) -> Code:
        operand, symbol = self.code(node.operand), node.operator

        def build(frame: Frame) -> Value:
            return range_of(symbol, operand(frame))

        return build

    def code_FunctionDefinition(self, node: nodes.FunctionDefinition) -> Code:
        if node.external:
            return failing(node.at, Failure("External functions are not supported."))
        body = self.code(node.body)
        names = tuple(parameter.name for parameter in node.parameters)
        types = tuple(
            ANY if parameter.type is None else resolve(parameter.type, self.types) or ANY
            for parameter in node.parameters
        )
        result = inferred(node.body)
        return lambda frame: Closure(names, types, body, frame, result=result)

    # Operators

    def code_Negation(self, node: nodes.Negation) -> Code:
        if isinstance(node.operand, nodes.Literal) and isinstance(node.operand.value, Decimal):
            constant = numbers.CONTEXT.minus(node.operand.value)
            return lambda frame: constant
        operand, at = self.code(node.operand), node.at

        def evaluate(frame: Frame) -> Value:
            try:
                return negate(operand(frame))
            except Failure as failure:
                return frame.run.failed(at, failure)

        return evaluate

    def code_Binary(self, node: nodes.Binary) -> Code:
        left, right = self.code(node.left), self.code(node.right)
        if node.operator in ("and", "or"):
            return logic(left, right, decisive=node.operator == "or")
        if node.operator in OPERATIONS:
            return arithmetic(node.operator, left, right, node.at)
        if node.operator in ORDERINGS:
            return ordering(node.operator, left, right, node.at)
        return equality(left, right, negated=node.operator == "!=", at=node.at)

    def code_Between(self, node: nodes.Between) -> Code:
        value, low, high = self.code(node.value), self.code(node.low), self.code(node.high)

        def evaluate(frame: Frame) -> Value:
            between, first, last = value(frame), low(frame), high(frame)
            if between is None or first is None or last is None:
                return None
            return within(between, first, last)

        return evaluate

    def code_In(self, node: nodes.In) -> Code:
        value = self.code(node.value)
        tests = [self.test(test) for test in node.tests]

        def evaluate(frame: Frame) -> Value:
            tested = value(frame)
            answer: bool | None = False
            for test in tests:
                passed = test(tested, frame)
                if passed is True:
                    return True
                if passed is None:
                    answer = None
            return answer

        return evaluate

    def code_InstanceOf(self, node: nodes.InstanceOf) -> Code:
        value, at = self.code(node.value), node.at
        wanted = resolve(node.type, self.types)
        if wanted is None:
            failure = Failure("There is no type “%(name)s”.", name=node.type.name)
            return failing(at, failure)
        return lambda frame: instance_of(value(frame), wanted, frame.run)

    def code_If(self, node: nodes.If) -> Code:
        condition, then = self.code(node.condition), self.code(node.then)
        otherwise, at = self.code(node.otherwise), node.at

        def evaluate(frame: Frame) -> Value:
            decided = condition(frame)
            if decided is True:
                return then(frame)
            if decided is not False:
                frame.run.warn(
                    at, "The condition is neither true nor false, so it counts as false."
                )
            return otherwise(frame)

        return evaluate

    # Paths, filters and loops

    def code_Path(self, node: nodes.Path) -> Code:
        target, name, at = self.code(node.target), node.name, node.at

        def evaluate(frame: Frame) -> Value:
            value = target(frame)
            if type(value) is dict and name in value:
                return value[name]
            return read_path(value, name, frame.run, at)

        return evaluate

    def code_Descendants(self, node: nodes.Descendants) -> Code:
        return compile_descendants(self.code(node.target), node.name)

    def code_Filter(self, node: nodes.Filter) -> Code:
        return compile_filter(self.code(node.target), node.condition, self.code(node.condition))

    def code_For(self, node: nodes.For) -> Code:
        return compile_for(node, self.code)

    def code_Quantified(self, node: nodes.Quantified) -> Code:
        return compile_quantified(node, self.code)

    # Calls

    def code_Call(self, node: nodes.Call) -> Code:
        arguments = [self.code(argument) for argument in node.arguments]
        names, at = node.names, node.at
        find = self.callee(node.callee)

        def evaluate(frame: Frame) -> Value:
            function = find(frame)
            if function is None:
                return None
            run = frame.run
            try:
                if names is None:
                    return function.call(run, [argument(frame) for argument in arguments])
                values = [argument(frame) for argument in arguments]
                return function.call_by_name(run, dict(zip(names, values, strict=True)))
            except Failure as failure:
                return run.failed(at, failure)

        return evaluate

    def callee(self, node: Node) -> Callable[[Frame], Function | None]:
        """Compile what is called. A variable that is no function hides no function of its name."""
        if isinstance(node, nodes.Name):
            name, at = node.name, node.at

            def by_name(frame: Frame) -> Function | None:
                function = frame.find(name)
                if isinstance(function, Function):
                    return function
                function = named_function(name, frame.run)
                if function is None:
                    frame.run.warn(at, "There is no function “%(name)s”.", name=name)
                return function

            return by_name
        code, place = self.code(node), node.at

        def by_value(frame: Frame) -> Function | None:
            function = code(frame)
            if isinstance(function, Function):
                return function
            frame.run.warn(place, "A %(kind)s cannot be called.", kind=kind(function))
            return None

        return by_value

    # Tests

    def test(self, node: Node) -> TestCode:
        """Compile one test of a value that is given from outside."""
        if isinstance(node, nodes.Comparator):
            operand, symbol = self.code(node.operand), node.operator
            return lambda value, frame: compare(symbol, value, operand(frame), frame.run)
        if isinstance(node, nodes.RangeLiteral):
            low, high = self.code(node.low), self.code(node.high)
            low_closed, high_closed = node.low_closed, node.high_closed

            def between(value: Value, frame: Frame) -> Value:
                first, last = low(frame), high(frame)
                if value is None or first is None or last is None:
                    return None
                return within(value, first, last, low_closed=low_closed, high_closed=high_closed)

            return between
        if isinstance(node, nodes.Literal):
            constant = node.value
            return lambda value, frame: equal(value, constant, frame.run)
        code = self.code(node)
        return lambda value, frame: passes(value, code(frame), frame.run)

    def unary_test(self, node: Node) -> TestCode:
        """Compile one test of a table's cell, where `?` is the value."""
        if isinstance(node, nodes.Comparator | nodes.RangeLiteral | nodes.Literal):
            return self.test(node)
        code = self.code(node)
        if not mentions_input(node):
            return lambda value, frame: passes(value, code(frame), frame.run)
        if isinstance(node, nodes.Name):
            return lambda value, frame: True  # a value is equal to itself

        def holds(value: Value, frame: Frame) -> Value:
            found = code(frame)
            return found if isinstance(found, bool) else passes(value, found, frame.run)

        return holds

    def unary_tests(self, node: nodes.Tests) -> TestCode:
        """Compile the tests of a table's cell: true or not."""
        tests = [self.unary_test(test) for test in node.tests]
        negated = node.negated
        if not tests:
            return lambda value, frame: True

        def evaluate(value: Value, frame: Frame) -> Value:
            return any(test(value, frame) is True for test in tests) is not negated

        return evaluate


def failing(at: Place, failure: Failure) -> Code:
    """Code that always fails."""
    return lambda frame: frame.run.failed(at, failure)


def mentions_input(node: object) -> bool:
    """Whether `?` stands anywhere in a node."""
    if isinstance(node, nodes.Name):
        return node.name == "?"
    if isinstance(node, tuple):
        return any(mentions_input(part) for part in node)
    if isinstance(node, Node):
        return any(mentions_input(getattr(node, name)) for name in fields_of(node))
    return False


def fields_of(node: Node) -> list[str]:
    """The names of a node’s fields, but for its place."""
    return [name for name in type(node).__dataclass_fields__ if name != "at"]
