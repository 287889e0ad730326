"""`sort`, by a function that tells which of two comes first, or by the natural order."""

from __future__ import annotations

from functools import cmp_to_key

from engine.feel.comparison import ordered
from engine.feel.errors import Failure
from engine.feel.functions import builtin
from engine.feel.running import Run
from engine.feel.values import Function, Value


@builtin("sort", "list: list, precedes: function")
def sort_by(run: Run, items: list[Value], precedes: Function) -> list[Value]:
    def comes_first(left: Value, right: Value) -> bool:
        run.step()
        return precedes.call(run, [left, right]) is True

    def order(left: Value, right: Value) -> int:
        if comes_first(left, right):
            return -1
        return 1 if comes_first(right, left) else 0

    run.build(len(items))
    return sorted(items, key=cmp_to_key(order))


@builtin("sort", "list: list")
def sort(run: Run, items: list[Value]) -> list[Value]:
    def order(left: Value, right: Value) -> int:
        run.step()
        before = ordered("<", left, right)
        if before is None:
            raise Failure("The elements cannot all be compared.")
        return -1 if before else int(ordered(">", left, right) is True)

    run.build(len(items))
    return sorted(items, key=cmp_to_key(order))
