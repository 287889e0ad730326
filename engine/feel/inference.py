"""What can be said of an expression’s type before it runs: what literals and boxes of them give."""

from __future__ import annotations

from engine.feel import nodes
from engine.feel.errors import Failure
from engine.feel.nodes import Node
from engine.feel.temporal_text import parse_at
from engine.feel.types import ANY, Type
from engine.feel.values import kind


def inferred(node: Node) -> Type:
    """The type of what an expression gives, as far as it shows."""
    match node:
        case nodes.Literal():
            return ANY if node.value is None else Type(kind(node.value))
        case nodes.AtLiteral():
            return inferred_at(node)
        case nodes.ListLiteral():
            return inferred_list(node)
        case nodes.ContextLiteral():
            names = tuple(name for name, _ in node.entries)
            types = tuple(inferred(value) for _, value in node.entries)
            return Type("context", types, names, detailed=True)
        case nodes.If():
            then, otherwise = inferred(node.then), inferred(node.otherwise)
            return then if then == otherwise else ANY
        case nodes.InstanceOf():
            return Type("boolean")
    return ANY


def inferred_at(node: nodes.AtLiteral) -> Type:
    """The type of an `@` literal."""
    try:
        return Type(kind(parse_at(node.text)))
    except Failure:
        return ANY


def inferred_list(node: nodes.ListLiteral) -> Type:
    """The type of a list whose elements are all of one."""
    types = [inferred(item) for item in node.items]
    if types and all(one == types[0] for one in types):
        return Type("list", (types[0],), detailed=True)
    return Type("list")
