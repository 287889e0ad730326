"""What an expression reads: variables, paths and functions, found without running it."""

from __future__ import annotations

from collections.abc import Callable
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
