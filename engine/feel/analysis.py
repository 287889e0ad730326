"""What an expression reads: variables, paths and functions, found without running it."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.feel import nodes
from engine.feel.functions import BUILTINS
from engine.feel.nodes import Node


@dataclass(slots=True)
class Found:
    paths: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)
    possible: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)


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
    found = Found()
    visit(node, frozenset(("?",)), False, found)
    return Reads(
        frozenset(found.variables),
        frozenset(found.paths),
        frozenset(found.possible - found.variables),
        frozenset(found.functions),
    )


def visit(node: object, bound: frozenset[str], filtering: bool, found: Found) -> None:
    """Walk a node; `bound` are the names it gets from the expression itself."""
    match node:
        case tuple():
            for part in node:
                visit(part, bound, filtering, found)
        case nodes.Name() | nodes.Path():
            path(node, bound, filtering, found)
        case nodes.Filter():
            visit(node.target, bound, filtering, found)
            visit(node.condition, bound | {"item"}, True, found)
        case nodes.Call():
            if isinstance(node.callee, nodes.Name):
                if node.callee.name not in bound:
                    found.functions.add(node.callee.name)
            else:
                visit(node.callee, bound, filtering, found)
            visit(node.arguments, bound, filtering, found)
        case nodes.For() | nodes.Quantified():
            for iterator in node.iterators:
                visit((iterator.source, iterator.end), bound, filtering, found)
                bound |= {iterator.name}
            if isinstance(node, nodes.For):
                visit(node.body, bound | {"partial"}, filtering, found)
            else:
                visit(node.condition, bound, filtering, found)
        case nodes.FunctionDefinition():
            if not node.external:
                names = {parameter.name for parameter in node.parameters}
                visit(node.body, bound | names, filtering, found)
        case nodes.ContextLiteral():
            for key, value in node.entries:
                visit(value, bound, filtering, found)
                bound |= {key}
        case Node():
            for name in type(node).__dataclass_fields__:
                if name not in ("at", "type"):
                    visit(getattr(node, name), bound, filtering, found)


def path(node: Node, bound: frozenset[str], filtering: bool, found: Found) -> None:
    """Note a variable with the path read of it."""
    names: list[str] = []
    target = node
    while isinstance(target, nodes.Path):
        names.append(target.name)
        target = target.target
    if not isinstance(target, nodes.Name):
        visit(target, bound, filtering, found)
        return
    root = target.name
    if root in bound:
        return
    if filtering or root in BUILTINS:
        found.possible.add(root)
        return
    found.variables.add(root)
    found.paths.add(".".join((root, *reversed(names))))
