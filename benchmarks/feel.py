"""What expressions and decisions cost: `python -m benchmarks.feel`.

Each figure is the best of several rounds, so that a busy machine shows less.
"""

import timeit
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from benchmarks.figures import Figure, show
from engine.feel import compile_expression, compile_unary_tests
from engine.feel.dmn import load_decisions
from engine.feel.expression import PLAIN, Expression
from engine.feel.parser import parse_expression
from engine.feel.working_days import WORKING_DAYS

ROUNDS = 7
NOW = datetime(2026, 4, 15, tzinfo=UTC)
CONDITION = 'fee_status = "unpaid" and amount > 100'
CASE: dict[str, object] = {"fee_status": "unpaid", "amount": 150, "review_outcome": "approve"}
MEMBERS: dict[str, object] = {"members": [{"no": f"{n}", "age": n} for n in range(20)]}
NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def best(run: Callable[[], object], number: int) -> float:
    """Microseconds of one run."""
    run()
    return min(timeit.repeat(run, number=number, repeat=ROUNDS)) / number * 1e6


def table(rules: int) -> bytes:
    """A decision table with two conditions in each of its rules."""
    rows = "".join(
        f'<rule><inputEntry><text>"kind {n}"</text></inputEntry>'
        f"<inputEntry><text>[{n * 10}..{n * 10 + 10})</text></inputEntry>"
        f"<outputEntry><text>{n}</text></outputEntry></rule>"
        for n in range(rules)
    )
    columns = "".join(
        f'<input><inputExpression typeRef="{kind}"><text>{name}</text></inputExpression></input>'
        for name, kind in (("kind", "string"), ("amount", "number"))
    )
    decision = (
        '<decision id="d" name="d"><decisionTable>'
        f'{columns}<output name="level" typeRef="number"/>{rows}</decisionTable></decision>'
    )
    return (
        f'<definitions xmlns="{NAMESPACE}" name="m" namespace="m">{decision}</definitions>'
    ).encode()


def figures() -> Iterator[Figure]:
    """Measure everything."""
    condition = compile_expression(CONDITION)
    yield Figure("feel_condition", best(lambda: condition.evaluate(CASE), 20_000), "us")
    outcome = compile_expression('review_outcome = "approve"')
    yield Figure("feel_outcome", best(lambda: outcome.evaluate(CASE), 20_000), "us")
    tests = compile_unary_tests("[100..200), 500")
    yield Figure("feel_unary_tests", best(lambda: tests.matches(150), 20_000), "us")
    filtering = compile_expression("count(members[age > 10])")
    yield Figure("feel_filter_20", best(lambda: filtering.evaluate(MEMBERS), 2_000), "us")
    loop = compile_expression("sum(for i in 1..100 return i * 2)")
    yield Figure("feel_loop_100", best(loop.evaluate, 1_000), "us")
    deadline = compile_expression('today() + duration("P30D")')
    yield Figure("feel_deadline", best(lambda: deadline.evaluate(now=NOW), 5_000), "us")
    working = compile_expression("add working days(today(), 10)")
    yield Figure(
        "feel_working_days",
        best(lambda: working.evaluate(now=NOW, functions=WORKING_DAYS), 2_000),
        "us",
    )
    yield Figure("feel_cached", best(lambda: compile_expression(CONDITION), 50_000), "us")
    yield Figure(
        "feel_compile",
        best(lambda: Expression(CONDITION, parse_expression(CONDITION), PLAIN), 1_000),
        "us",
    )
    xml = table(20)
    decisions = load_decisions(xml)
    last: dict[str, object] = {"kind": "kind 19", "amount": 195}
    yield Figure("dmn_table_20", best(lambda: decisions.evaluate("d", last), 3_000), "us")
    yield Figure("dmn_load_20", best(lambda: load_decisions(xml), 20), "us")


if __name__ == "__main__":
    show(figures())
