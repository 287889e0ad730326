"""Functions of lists."""

from __future__ import annotations

from decimal import Decimal

from engine.feel.comparison import is_equal
from engine.feel.errors import BudgetExceeded, Failure
from engine.feel.functions import builtin
from engine.feel.numbers import integer
from engine.feel.running import Run
from engine.feel.values import Function, Value


@builtin("list contains", "list: list, element: any")
def list_contains(run: Run, items: list[Value], element: Value) -> bool:
    run.step(len(items))
    return any(is_equal(item, element, run) for item in items)


@builtin("sublist", "list: list, start position: number, length: number?")
def sublist(
    run: Run, items: list[Value], start: Decimal, length: Decimal | None = None
) -> list[Value]:
    begin = position(items, start)
    end = len(items) if length is None else begin + integer(length)
    if not begin <= end <= len(items):
        raise Failure("The list has no such part.")
    run.build(end - begin)
    return items[begin:end]


def position(items: list[Value], number: Decimal, *, beyond: int = 0) -> int:
    """The index of a position that counts from one, or from the end if it is negative."""
    index = integer(number)
    if number != index or index == 0 or not -len(items) <= index <= len(items) + beyond:
        raise Failure("The list has no position %(position)s.", position=number)
    return index - 1 if index > 0 else len(items) + index


@builtin("append", "list: list, item: any+")
def append(run: Run, items: list[Value], added: list[Value]) -> list[Value]:
    run.build(len(items) + len(added))
    return [*items, *added]


@builtin("concatenate", "list: list+")
def concatenate(run: Run, lists: list[list[Value]]) -> list[Value]:
    run.build(sum(map(len, lists)))
    return [item for items in lists for item in items]


@builtin("insert before", "list: list, position: number, newItem: any")
def insert_before(run: Run, items: list[Value], where: Decimal, item: Value) -> list[Value]:
    index = position(items, where)
    run.build(len(items) + 1)
    return [*items[:index], item, *items[index:]]


@builtin("remove", "list: list, position: number")
def remove(run: Run, items: list[Value], where: Decimal) -> list[Value]:
    index = position(items, where)
    run.build(len(items))
    return [*items[:index], *items[index + 1 :]]


@builtin("list replace", "list: list, position: number, newItem: any")
def list_replace(run: Run, items: list[Value], where: Decimal, item: Value) -> list[Value]:
    index = position(items, where)
    run.build(len(items))
    return [*items[:index], item, *items[index + 1 :]]


@builtin("list replace", "list: list, match: function, newItem: any")
def list_replace_matches(run: Run, items: list[Value], match: Function, item: Value) -> list[Value]:
    run.build(len(items))
    replaced = []
    for old in items:
        run.step()
        matches = match.call(run, [old, item])
        if not isinstance(matches, bool):
            raise Failure("The function “match” must be true or false.")
        replaced.append(item if matches else old)
    return replaced


@builtin("reverse", "list: list")
def reverse(run: Run, items: list[Value]) -> list[Value]:
    run.build(len(items))
    return items[::-1]


@builtin("index of", "list: list, match: any")
def index_of(run: Run, items: list[Value], match: Value) -> list[Decimal]:
    run.step(len(items))
    return [Decimal(n) for n, item in enumerate(items, 1) if is_equal(item, match, run)]


@builtin("union", "list: list+")
def union(run: Run, lists: list[list[Value]]) -> list[Value]:
    return distinct_values(run, concatenate(run, lists))


@builtin("distinct values", "list: list")
def distinct_values(run: Run, items: list[Value]) -> list[Value]:
    scalars: set[tuple[type, Value]] = set()
    kept: list[Value] = []
    compound: list[Value] = []
    for item in items:
        run.step()
        if isinstance(item, Decimal | str | bool) or item is None:
            key = (type(item), item)
            if key in scalars:
                continue
            scalars.add(key)
        else:
            run.step(len(compound))
            if any(is_equal(item, other, run) for other in compound):
                continue
            compound.append(item)
        kept.append(item)
    run.build(len(kept))
    return kept


@builtin("flatten", "list: list")
def flatten(run: Run, items: list[Value]) -> list[Value]:
    flat: list[Value] = []

    def visit(nested: list[Value]) -> None:
        run.step(len(nested))
        for item in nested:
            if isinstance(item, list):
                visit(item)
            else:
                run.build(1)
                flat.append(item)

    try:
        visit(items)
    except RecursionError as error:
        raise BudgetExceeded("A list is nested too deeply.") from error
    return flat
