"""What an expression reads: variables, paths and functions, found without running it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.feel import nodes
from engine.feel.functions import BUILTINS
from engine.feel.nodes import Node


@dataclass(frozen=True, slots=True)
class Reads:
    """Variables by name and with their paths; `possible` ones stand in filters."""

    variables: frozenset[str]
    paths: frozenset[str]
    possible: frozenset[str]
    functions: frozenset[str]

    @property
    def unknown_functions(self) -> frozenset[str]:
        return frozenset(name for name in self.functions if name not in BUILTINS)


def reads_of(node: Node) -> Reads:
    """Find out what an expression reads."""
    visitor = Visitor()
    visitor.visit(node, frozenset(("?",)))
    return Reads(
        frozenset(visitor.variables),
        frozenset(visitor.paths),
        frozenset(visitor.possible - visitor.variables),
        frozenset(visitor.functions),
    )


class Visitor:
    """Walks through nodes; `bound` are the names that the expression itself gives a value."""

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self.variables: set[str] = set()
        self.possible: set[str] = set()
        self.functions: set[str] = set()
        self.filters = 0
        self.visits: dict[type, Callable[..., None]] = {
            tuple: self.several,
            nodes.Name: self.path,
            nodes.Path: self.path,
            nodes.Filter: self.filter,
            nodes.Call: self.call,
            nodes.For: self.loop,
            nodes.Quantified: self.loop,
            nodes.FunctionDefinition: self.function,
            nodes.ContextLiteral: self.context,
        }

    def visit(self, node: object, bound: frozenset[str]) -> None:
        visit = self.visits.get(type(node))
        if visit is not None:
            visit(node, bound)
        elif isinstance(node, Node):
            for name in type(node).__dataclass_fields__:
                if name not in ("at", "type"):
                    self.visit(getattr(node, name), bound)

    def several(self, parts: tuple[object, ...], bound: frozenset[str]) -> None:
        for part in parts:
            self.visit(part, bound)

    def filter(self, node: nodes.Filter, bound: frozenset[str]) -> None:
        self.visit(node.target, bound)
        self.filters += 1
        self.visit(node.condition, bound | {"item"})
        self.filters -= 1

    def call(self, node: nodes.Call, bound: frozenset[str]) -> None:
        if not isinstance(node.callee, nodes.Name):
            self.visit(node.callee, bound)
        elif node.callee.name not in bound:
            self.functions.add(node.callee.name)
        self.visit(node.arguments, bound)

    def loop(self, node: nodes.For | nodes.Quantified, bound: frozenset[str]) -> None:
        for iterator in node.iterators:
            self.visit((iterator.source, iterator.end), bound)
            bound |= {iterator.name}
        if isinstance(node, nodes.For):
            self.visit(node.body, bound | {"partial"})
        else:
            self.visit(node.condition, bound)

    def function(self, node: nodes.FunctionDefinition, bound: frozenset[str]) -> None:
        if not node.external:
            self.visit(node.body, bound | {parameter.name for parameter in node.parameters})

    def context(self, node: nodes.ContextLiteral, bound: frozenset[str]) -> None:
        for key, value in node.entries:
            self.visit(value, bound)
            bound |= {key}

    def path(self, node: Node, bound: frozenset[str]) -> None:
        """Note a variable with the path read of it."""
        names: list[str] = []
        target = node
        while isinstance(target, nodes.Path):
            names.append(target.name)
            target = target.target
        if not isinstance(target, nodes.Name):
            self.visit(target, bound)
        elif target.name in bound:
            return
        elif self.filters or target.name in BUILTINS:
            self.possible.add(target.name)
        else:
            self.variables.add(target.name)
            self.paths.add(".".join((target.name, *reversed(names))))


def compared_texts(node: object) -> dict[str, set[str]]:
    """The texts that variables are compared with, by variable: `outcome = "a"`, `in ("a", "b")`."""
    found: dict[str, set[str]] = {}
    ahead = [node]
    while ahead:
        each = ahead.pop()
        if isinstance(each, tuple):
            ahead.extend(each)
        elif isinstance(each, Node):
            for name, texts in _compared_in(each):
                found.setdefault(name, set()).update(texts)
            ahead.extend(getattr(each, name) for name in type(each).__dataclass_fields__)
    return found


def given_texts(node: Node) -> frozenset[str]:
    """The texts that an expression may come to, as far as they are written out in it."""
    match node:
        case nodes.Literal(value=str(text)):
            return frozenset({text})
        case nodes.If(then=then, otherwise=otherwise):
            return given_texts(then) | given_texts(otherwise)
    return frozenset()


def _compared_in(node: Node) -> Iterator[tuple[str, set[str]]]:
    match node:
        case nodes.Binary(operator="=" | "!=", left=nodes.Name(name=name), right=other):
            yield name, _texts_in(other)
        case nodes.Binary(operator="=" | "!=", left=other, right=nodes.Name(name=name)):
            yield name, _texts_in(other)
        case nodes.In(value=nodes.Name(name=name), tests=tests):
            yield name, {text for test in tests for text in _texts_in(test)}
        case nodes.Call(
            callee=nodes.Name(name="list contains"), arguments=(items, nodes.Name(name=name))
        ):
            yield name, _texts_in(items)


def _texts_in(node: object) -> set[str]:
    match node:
        case nodes.Literal(value=str(text)):
            return {text}
        case nodes.ListLiteral(items=items):
            return {text for item in items for text in _texts_in(item)}
        case nodes.Comparator(operand=operand):
            return _texts_in(operand)
        case nodes.Tests(tests=tests):
            return {text for test in tests for text in _texts_in(test)}
    return set()
