"""Functions that relate points and ranges, after Allen's algebra, and `range` itself.

A point is taken as the range from itself to itself wherever that says the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.feel import nodes
from engine.feel.comparison import ordered
from engine.feel.compiling import Compiler
from engine.feel.errors import Failure, FeelSyntaxError
from engine.feel.functions import builtin
from engine.feel.parser import parse_expression
from engine.feel.running import Frame, Run
from engine.feel.values import Range, Value, kind

POINT = "number|string|date|time|date and time|years and months duration|days and time duration"
Relation = Callable[[Run, Range, Range], bool]


def span(value: Value) -> Range:
    return value if isinstance(value, Range) else Range(value, value)


def less(left: Value, right: Value) -> bool:
    """Whether one end lies before another. Raises where they cannot be compared."""
    answer = ordered("<", left, right)
    if answer is None:
        raise Failure(
            "A %(left)s and a %(right)s cannot be compared.", left=kind(left), right=kind(right)
        )
    return answer


def same(left: Value, right: Value) -> bool:
    return not less(left, right) and not less(right, left)


def is_before(run: Run, a: Range, b: Range) -> bool:
    if a.high is None or b.low is None:
        return False
    return less(a.high, b.low) or (same(a.high, b.low) and not (a.high_closed and b.low_closed))


def does_meet(run: Run, a: Range, b: Range) -> bool:
    return a.high_closed and b.low_closed and same(a.high, b.low)


def starts_sooner(a: Range, b: Range) -> bool:
    """Whether something lies in `a` before anything does in `b`."""
    if a.low is None or b.low is None:
        return a.low is None and b.low is not None
    return less(a.low, b.low) or (same(a.low, b.low) and a.low_closed and not b.low_closed)


def ends_sooner(a: Range, b: Range) -> bool:
    if a.high is None or b.high is None:
        return b.high is None and a.high is not None
    return less(a.high, b.high) or (same(a.high, b.high) and b.high_closed and not a.high_closed)


def starts_together(a: Range, b: Range) -> bool:
    return not starts_sooner(a, b) and not starts_sooner(b, a)


def ends_together(a: Range, b: Range) -> bool:
    return not ends_sooner(a, b) and not ends_sooner(b, a)


def do_overlap(run: Run, a: Range, b: Range) -> bool:
    return not is_before(run, a, b) and not is_before(run, b, a)


def overlaps_start(run: Run, a: Range, b: Range) -> bool:
    """`overlaps before`: begins before the other and ends within it, or with it."""
    return starts_sooner(a, b) and not ends_sooner(b, a) and do_overlap(run, a, b)


def is_during(run: Run, a: Range, b: Range) -> bool:
    return not starts_sooner(a, b) and not ends_sooner(b, a)


def does_finish(run: Run, a: Range, b: Range) -> bool:
    return ends_together(a, b) and not starts_sooner(a, b)


def does_start(run: Run, a: Range, b: Range) -> bool:
    return starts_together(a, b) and not ends_sooner(b, a)


def do_coincide(run: Run, a: Range, b: Range) -> bool:
    return starts_together(a, b) and ends_together(a, b)


def flipped(relation: Relation) -> Relation:
    return lambda run, a, b: relation(run, b, a)


def declare(name: str, relation: Relation, *signatures: str) -> None:
    """Declare a function for the pairs of points and ranges that it takes."""

    def related(run: Run, a: Value, b: Value) -> bool:
        return relation(run, span(a), span(b))

    names = {
        "points": f"point1: {POINT}, point2: {POINT}",
        "point range": f"point: {POINT}, range: range",
        "range point": f"range: range, point: {POINT}",
        "ranges": "range1: range, range2: range",
    }
    for signature in signatures:
        builtin(name, names[signature])(related)


declare("before", is_before, "points", "point range", "range point", "ranges")
declare("after", flipped(is_before), "points", "point range", "range point", "ranges")
declare("meets", does_meet, "ranges")
declare("met by", flipped(does_meet), "ranges")
declare("overlaps", do_overlap, "ranges")
declare("overlaps before", overlaps_start, "ranges")
declare("overlaps after", flipped(overlaps_start), "ranges")
declare("finishes", does_finish, "point range", "ranges")
declare("finished by", flipped(does_finish), "range point", "ranges")
declare("includes", flipped(is_during), "range point", "ranges")
declare("during", is_during, "point range", "ranges")
declare("starts", does_start, "point range", "ranges")
declare("started by", flipped(does_start), "range point", "ranges")
declare("coincides", do_coincide, "points", "ranges")


@builtin("range", "from: string")
def range_from(run: Run, text: str) -> Range:
    """Read a range as it is written, with literals as its ends."""
    run.step(len(text))
    failure = Failure("“%(text)s” is not a range like [1..10].", text=text[:80])
    try:
        node = parse_expression(OPEN_HIGH.sub(r"\1 null)", OPEN_LOW.sub(r"\1null \2", text)))
    except FeelSyntaxError as error:
        raise failure from error
    if not isinstance(node, nodes.RangeLiteral):
        raise failure
    low, high = end_of(run, node.low, failure), end_of(run, node.high, failure)
    if (low is None and node.low_closed) or (high is None and node.high_closed):
        raise failure
    if low is high or (low is not None and high is not None and is_reversed(low, high)):
        raise failure
    return Range(low, high, node.low_closed, node.high_closed)


def is_reversed(low: Value, high: Value) -> bool:
    return kind(low) != kind(high) or less(high, low)


# An end that is left out is infinity, which the open ends of other expressions write as null.
OPEN_LOW = re.compile(r"^(\s*[(\]]\s*)(\.\.)")
OPEN_HIGH = re.compile(r"(\.\.)\s*[)\[]\s*$")
MAKERS = frozenset(("date", "time", "date and time", "duration"))


def end_of(run: Run, node: nodes.Node, failure: Failure) -> Value:
    """The value of an end, which is a literal or a date, time or duration made of a string."""
    inner = node.operand if isinstance(node, nodes.Negation) else node
    if isinstance(inner, nodes.Call):
        callee = inner.callee
        if not (
            isinstance(callee, nodes.Name)
            and callee.name in MAKERS
            and all(end_of(run, part, failure) is not None for part in inner.arguments)
        ):
            raise failure
    elif not isinstance(inner, nodes.Literal | nodes.AtLiteral):
        raise failure
    value = Compiler().code(node)(Frame(run, {}))
    if value is None and not isinstance(inner, nodes.Literal):
        raise failure
    if isinstance(value, bool):
        raise failure
    return value
