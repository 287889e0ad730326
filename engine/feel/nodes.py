"""What a parsed expression is made of.

Every node knows its place (`at`: line and column), which does not count when nodes are compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

Place = tuple[int, int]
NOWHERE: Place = (1, 1)


@dataclass(frozen=True, slots=True)
class TypeNode:
    """A type as written: its name, and what stands between `<` and `>`.

    `of` holds the element type of a list or range, the fields' types of a context, or the
    parameters' types of a function; `fields` the names beside them; `result` a function's.
    """

    name: str
    of: tuple[TypeNode, ...] = ()
    fields: tuple[str, ...] = ()
    result: TypeNode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What all nodes have."""

    at: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """Null, a boolean, a number or a string."""

    value: Decimal | str | bool | None


@dataclass(frozen=True, slots=True)
class AtLiteral(Node):
    """`@"2026-04-30"`: a date, a time, a date and time or a duration."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable, or a function’s name."""

    name: str


@dataclass(frozen=True, slots=True)
class Path(Node):
    """`target.name`."""

    target: Node
    name: str


@dataclass(frozen=True, slots=True)
class Descendants(Node):
    """`target...name`: every entry of that name, however deep."""

    target: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """`target[condition]`."""

    target: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function called with arguments by position, or all by name."""

    callee: Node
    arguments: tuple[Node, ...] = ()
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """`-operand`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Arithmetic, comparison, `and` and `or`."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`value between low and high`."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """`value in (tests)`."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """`value instance of type`."""

    value: Node
    type: TypeNode


@dataclass(frozen=True, slots=True)
class If(Node):
    """`if condition then … else …`."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Iterator(Node):
    """`name in source`, or `name in source..end`."""

    name: str
    source: Node
    end: Node | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    """`for … in … return body`."""

    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`some` or `every`."""

    kind: str
    iterators: tuple[Iterator, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class Parameter:
    """A function’s parameter."""

    name: str
    type: TypeNode | None = None


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Node):
    """`function(parameters) body`."""

    parameters: tuple[Parameter, ...]
    body: Node
    external: bool = False


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    """`[items]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextLiteral(Node):
    """`{key: value}`."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class RangeLiteral(Node):
    """`[low..high]`, with round or turned brackets where an end is open."""

    low: Node
    high: Node
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Comparator(Node):
    """`< 5` on its own: a test of something, or a range without one end."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """Unary tests: a dash (no tests at all), tests of which one must hold, or none of them."""

    tests: tuple[Node, ...]
    negated: bool = False
