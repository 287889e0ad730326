"""`for`, `some` and `every`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from engine.feel import nodes
from engine.feel.errors import Failure
from engine.feel.numbers import integer
from engine.feel.running import Frame, Run
from engine.feel.temporal import Date
from engine.feel.values import Range, Value, kind

Code = Callable[[Frame], Value]
Compile = Callable[[nodes.Node], Code]
Rounds = Callable[[Frame], "Iterator[Frame]"]


def elements(value: Value, run: Run) -> Iterator[Value]:
    """What a loop goes through: a list's elements, a range's numbers or days, or one value."""
    if isinstance(value, list):
        yield from value
    elif isinstance(value, Range):
        yield from spread(
            value.low, value.high, low_closed=value.low_closed, high_closed=value.high_closed
        )
    elif value is None:
        raise Failure("Null cannot be gone through.")
    else:
        yield value


def spread(
    low: Value, high: Value, *, low_closed: bool = True, high_closed: bool = True
) -> Iterator[Value]:
    """The whole numbers or days from one end to the other, backwards if need be."""
    first: int
    last: int
    make: Callable[[int], Value]
    match low, high:
        case Decimal(), Decimal():
            if low != low.to_integral_value() or high != high.to_integral_value():
                raise Failure("Only whole numbers can be counted through.")
            first, last, make = integer(low), integer(high), Decimal
        case Date(), Date():
            first, last, make = low.days, high.days, Date.from_days
        case _:
            raise Failure(
                "Nothing can be counted from a %(low)s to a %(high)s.",
                low=kind(low),
                high=kind(high),
            )
    step = 1 if first <= last else -1
    first += 0 if low_closed else step
    last -= 0 if high_closed else step
    for position in range(first, last + step, step):
        yield make(position)


def compile_rounds(iterators: tuple[nodes.Iterator, ...], code: Compile) -> Rounds:
    """Compile the nested loops into one that yields a frame a round."""
    first, *rest = iterators
    name, source = first.name, code(first.source)
    end = code(first.end) if first.end is not None else None
    inner = compile_rounds(tuple(rest), code) if rest else None

    def rounds(frame: Frame) -> Iterator[Frame]:
        run = frame.run
        if end is not None:
            values = spread(source(frame), end(frame))
        else:
            values = elements(source(frame), run)
        for value in values:
            run.step()
            bound = Frame(run, {name: value}, frame)
            if inner is None:
                yield bound
            else:
                yield from inner(bound)

    return rounds


def reads_partial(node: object) -> bool:
    """Whether `partial` stands anywhere in a node."""
    if isinstance(node, nodes.Name):
        return node.name == "partial"
    if isinstance(node, tuple):
        return any(reads_partial(part) for part in node)
    if isinstance(node, nodes.Node):
        names = type(node).__dataclass_fields__
        return any(reads_partial(getattr(node, name)) for name in names if name != "at")
    return False


def compile_for(node: nodes.For, code: Compile) -> Code:
    """Compile `for`; `partial` is the list of the results so far, as it was at that time."""
    rounds = compile_rounds(node.iterators, code)
    body, at = code(node.body), node.at
    partial = reads_partial(node.body)

    def evaluate(frame: Frame) -> Value:
        results: list[Value] = []
        run = frame.run
        try:
            for bound in rounds(frame):
                run.build(1)
                if not partial:
                    results.append(body(bound))
                    continue
                run.build(len(results))
                results.append(body(Frame(run, {"partial": list(results)}, bound)))
        except Failure as failure:
            return run.failed(at, failure)
        return results

    return evaluate


def compile_quantified(node: nodes.Quantified, code: Compile) -> Code:
    """Compile `some` and `every`: null if nothing decides and a condition was null."""
    rounds = compile_rounds(node.iterators, code)
    condition, at = code(node.condition), node.at
    decisive = node.kind == "some"

    def evaluate(frame: Frame) -> Value:
        answer: bool | None = not decisive
        try:
            for bound in rounds(frame):
                holds = condition(bound)
                if holds is decisive:
                    return decisive
                if holds is None:
                    answer = None
                elif not isinstance(holds, bool):
                    unclear = Failure("What must be satisfied is neither true nor false.")
                    return frame.run.failed(at, unclear)
        except Failure as failure:
            return frame.run.failed(at, failure)
        return answer

    return evaluate
