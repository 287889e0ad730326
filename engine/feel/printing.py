"""Write a parsed expression as text again; parsing that gives the same expression."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel import nodes
from engine.feel.names import KEYWORDS, NAMES_WITH_KEYWORDS
from engine.feel.nodes import Node, TypeNode

PLAIN_NAME = re.compile(r"[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*")
ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quoted(text: str) -> str:
    """Write a string literal."""
    return '"' + "".join(ESCAPES.get(sign, sign) for sign in text) + '"'


def name_text(name: str) -> str:
    """Write a name, between backticks unless it is a plain word or one that FEEL knows."""
    if name == "?" or name in NAMES_WITH_KEYWORDS:
        return name
    if all(PLAIN_NAME.fullmatch(word) for word in name.split(" ")) and not (
        KEYWORDS | {"instance", "external"}
    ) & set(name.split(" ")):
        return name
    return f"`{name}`"


def type_text(node: TypeNode) -> str:
    """Write a type."""
    inner = [type_text(part) for part in node.of]
    if node.result is not None:
        return f"function<{', '.join(inner)}> -> {type_text(node.result)}"
    if node.fields:
        fields = (f"{name_text(n)}: {t}" for n, t in zip(node.fields, inner, strict=True))
        return f"context<{', '.join(fields)}>"
    return f"{node.name}<{', '.join(inner)}>" if inner else node.name


def print_expression(node: Node) -> str:
    """Write an expression; brackets stand wherever the order could be in doubt."""
    return WRITERS[type(node)](node)


def inner(node: Node) -> str:
    """Write an operand, in brackets unless nothing can come apart in it."""
    text = print_expression(node)
    return text if isinstance(node, TIGHT) else f"({text})"


def listed(parts: tuple[Node, ...]) -> str:
    """Write several expressions with commas between them."""
    return ", ".join(print_expression(part) for part in parts)


def literal(node: nodes.Literal) -> str:
    """Write a literal."""
    value = node.value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else quoted(value)


def call(node: nodes.Call) -> str:
    """Write a call."""
    if node.names is None:
        return f"{inner(node.callee)}({listed(node.arguments)})"
    pairs = zip(node.names, node.arguments, strict=True)
    arguments = ", ".join(f"{name_text(name)}: {print_expression(value)}" for name, value in pairs)
    return f"{inner(node.callee)}({arguments})"


def iterators(found: tuple[nodes.Iterator, ...]) -> str:
    """Write what a loop goes through."""
    return ", ".join(
        f"{name_text(one.name)} in {inner(one.source)}"
        + (f"..{inner(one.end)}" if one.end is not None else "")
        for one in found
    )


def in_tests(node: nodes.In) -> str:
    """Write `in` with one test or several."""
    if len(node.tests) == 1:
        return f"{inner(node.value)} in {inner(node.tests[0])}"
    return f"{inner(node.value)} in ({', '.join(map(inner, node.tests))})"


def function(node: nodes.FunctionDefinition) -> str:
    """Write a function’s definition."""
    parameters = ", ".join(
        name_text(one.name) + (f": {type_text(one.type)}" if one.type is not None else "")
        for one in node.parameters
    )
    external = "external " if node.external else ""
    return f"function({parameters}) {external}{print_expression(node.body)}"


def context(node: nodes.ContextLiteral) -> str:
    """Write a context; its keys are strings."""
    entries = (f"{quoted(key)}: {print_expression(value)}" for key, value in node.entries)
    return "{" + ", ".join(entries) + "}"


def span(node: nodes.RangeLiteral) -> str:
    """Write a range."""
    opening, closing = "[" if node.low_closed else "(", "]" if node.high_closed else ")"
    return f"{opening}{inner(node.low)}..{inner(node.high)}{closing}"


def tests(node: nodes.Tests) -> str:
    """Write unary tests."""
    if not node.tests:
        return "-"
    return f"not({listed(node.tests)})" if node.negated else listed(node.tests)


WRITERS: dict[type[Node], Callable[[Any], str]] = {
    nodes.Literal: literal,
    nodes.AtLiteral: lambda node: f"@{quoted(node.text)}",
    nodes.Name: lambda node: name_text(node.name),
    nodes.Path: lambda node: f"{inner(node.target)}.{name_text(node.name)}",
    nodes.Descendants: lambda node: f"{inner(node.target)}...{name_text(node.name)}",
    nodes.Filter: lambda node: f"{inner(node.target)}[{inner(node.condition)}]",
    nodes.Call: call,
    nodes.Negation: lambda node: f"-{inner(node.operand)}",
    nodes.Binary: lambda node: f"{inner(node.left)} {node.operator} {inner(node.right)}",
    nodes.Between: lambda node: (
        f"{inner(node.value)} between {inner(node.low)} and {inner(node.high)}"
    ),
    nodes.In: in_tests,
    nodes.InstanceOf: lambda node: f"{inner(node.value)} instance of {type_text(node.type)}",
    nodes.If: lambda node: (
        f"if {print_expression(node.condition)} then {print_expression(node.then)}"
        f" else {print_expression(node.otherwise)}"
    ),
    nodes.For: lambda node: f"for {iterators(node.iterators)} return {print_expression(node.body)}",
    nodes.Quantified: lambda node: (
        f"{node.kind} {iterators(node.iterators)} satisfies {print_expression(node.condition)}"
    ),
    nodes.FunctionDefinition: function,
    nodes.ListLiteral: lambda node: f"[{', '.join(map(inner, node.items))}]",
    nodes.ContextLiteral: context,
    nodes.RangeLiteral: span,
    nodes.Comparator: lambda node: f"{node.operator} {inner(node.operand)}",
    nodes.Tests: tests,
}
TIGHT = (
    nodes.Literal,
    nodes.AtLiteral,
    nodes.Name,
    nodes.Path,
    nodes.Filter,
    nodes.Call,
    nodes.ListLiteral,
    nodes.ContextLiteral,
    nodes.RangeLiteral,
)
