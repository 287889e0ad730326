"""The operators as closures; the common case of two numbers or strings is decided here."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from engine.feel import numbers
from engine.feel.arithmetic import OPERATIONS
from engine.feel.comparison import ORDERINGS, compare, equal
from engine.feel.errors import Failure
from engine.feel.nodes import Place
from engine.feel.running import Frame, Run
from engine.feel.values import Value, kind

Code = Callable[[Frame], Value]


def logic(left: Code, right: Code, *, decisive: bool) -> Code:
    """`or` is decided by true, `and` by false; what is not boolean counts as null."""

    def evaluate(frame: Frame) -> Value:
        first = left(frame)
        if first is decisive:
            return decisive
        second = right(frame)
        if second is decisive:
            return decisive
        if isinstance(first, bool) and isinstance(second, bool):
            return not decisive
        return None

    return evaluate


def arithmetic(symbol: str, left: Code, right: Code, at: Place) -> Code:
    """Compile an arithmetic operator."""
    operation = OPERATIONS[symbol]
    quick = {
        "+": numbers.CONTEXT.add,
        "-": numbers.CONTEXT.subtract,
        "*": numbers.CONTEXT.multiply,
    }.get(symbol)

    def evaluate(frame: Frame) -> Value:
        first, second = left(frame), right(frame)
        if quick is not None and type(first) is Decimal and type(second) is Decimal:
            result = quick(first, second)
            if result.is_finite():
                return result
        try:
            return operation(first, second, frame.run)
        except Failure as failure:
            return frame.run.failed(at, failure)

    return evaluate


def ordering(symbol: str, left: Code, right: Code, at: Place) -> Code:
    """Compile `<`, `<=`, `>` or `>=`."""
    quick = ORDERINGS[symbol]

    def evaluate(frame: Frame) -> Value:
        first, second = left(frame), right(frame)
        if type(first) is Decimal and type(second) is Decimal:
            return quick(first, second)
        answer = compare(symbol, first, second, frame.run)
        if answer is None:
            incomparable(frame.run, at, first, second)
        return answer

    return evaluate


def equality(left: Code, right: Code, *, negated: bool, at: Place) -> Code:
    """Compile `=`, or `!=` if it is negated."""

    def evaluate(frame: Frame) -> Value:
        first, second = left(frame), right(frame)
        if type(first) is str and type(second) is str:
            return (first == second) is not negated
        answer = equal(first, second, frame.run)
        if answer is None:
            incomparable(frame.run, at, first, second)
            return None
        return answer is not negated

    return evaluate


def incomparable(run: Run, at: Place, first: Value, second: Value) -> None:
    """Warn of a comparison that has no answer."""
    run.warn(
        at,
        "A %(left)s and a %(right)s cannot be compared.",
        left=kind(first),
        right=kind(second),
    )
