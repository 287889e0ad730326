"""Decision tables: conditions, hit policies, defaults and allowed values."""

from decimal import Decimal

import pytest

from engine.feel.dmn import load_decisions
from engine.feel.values import Value
from tests.engine.feel.dmn.models import expression, model, output, table

FEES = table(
    [
        ['"paid"', "-", '"已缴"', "0"],
        ['"unpaid"', "< 2025", '"补缴"', "1200"],
        ['"unpaid"', "[2025..2026]", '"未缴"', "800"],
    ],
    inputs=[expression("status"), expression("year", "number")],
    outputs=[output("text"), output("amount")],
)


def decide(xml: str, context: dict[str, object]) -> Value:
    return load_decisions(model(xml)).evaluate("d", context)


@pytest.mark.parametrize(
    ("status", "year", "expected"),
    [
        ("paid", 2026, {"text": "已缴", "amount": Decimal(0)}),
        ("unpaid", 2020, {"text": "补缴", "amount": Decimal(1200)}),
        ("unpaid", 2026, {"text": "未缴", "amount": Decimal(800)}),
        ("unpaid", 2027, None),
        ("unpaid", "2026", None),
    ],
)
def test_rule_that_holds_gives_its_conclusions(
    status: str, year: object, expected: dict[str, object] | None
) -> None:
    assert decide(FEES, {"status": status, "year": year}) == expected


def grades(policy: str, rules: list[list[str]], values: str = "", default: str = "") -> Value:
    xml = table(
        rules,
        inputs=[expression("score")],
        outputs=[output("grade", values, default)],
        attributes=policy,
    )
    return decide(xml, {"score": 70})


OVERLAP = [["> 50", '"pass"'], ["> 60", '"good"'], ["> 90", '"best"']]
SAME = [["> 50", '"pass"'], ["> 60", '"pass"']]
POINTS = [["> 50", "1"], ["> 60", "2"], ["> 65", "3"], ["> 90", "4"]]


@pytest.mark.parametrize(
    ("policy", "rules", "values", "expected"),
    [
        ('hitPolicy="UNIQUE"', OVERLAP, "", None),
        ('hitPolicy="FIRST"', OVERLAP, "", "pass"),
        ('hitPolicy="ANY"', SAME, "", "pass"),
        ('hitPolicy="ANY"', OVERLAP, "", None),
        ('hitPolicy="PRIORITY"', OVERLAP, '"best", "good", "pass"', "good"),
        ('hitPolicy="RULE ORDER"', OVERLAP, "", ["pass", "good"]),
        ('hitPolicy="OUTPUT ORDER"', OVERLAP, '"best", "good", "pass"', ["good", "pass"]),
        ('hitPolicy="COLLECT"', POINTS, "", [1, 2, 3]),
        ('hitPolicy="COLLECT" aggregation="SUM"', POINTS, "", 6),
        ('hitPolicy="COLLECT" aggregation="MIN"', POINTS, "", 1),
        ('hitPolicy="COLLECT" aggregation="MAX"', POINTS, "", 3),
        ('hitPolicy="COLLECT" aggregation="COUNT"', POINTS, "", 3),
    ],
)
def test_hit_policy_decides_between_rules(
    policy: str, rules: list[list[str]], values: str, expected: object
) -> None:
    assert grades(policy, rules, values) == expected


@pytest.mark.parametrize(
    ("policy", "default", "expected"),
    [
        ("", "", None),
        ("", '"none"', "none"),
        ('hitPolicy="COLLECT"', "", []),
        ('hitPolicy="COLLECT" aggregation="COUNT"', "", 0),
        ('hitPolicy="COLLECT" aggregation="SUM"', "", None),
        ('hitPolicy="RULE ORDER"', '"none"', "none"),
    ],
)
def test_no_rule_gives_the_default(policy: str, default: str, expected: object) -> None:
    assert grades(policy, [["> 90", '"best"']], default=default) == expected


def test_input_that_is_none_of_its_values_counts_as_null() -> None:
    column = expression("kind") + '<inputValues><text>"a", "b"</text></inputValues>'
    xml = table(
        [['"a"', "1"], ["null", "2"], ["-", "3"]],
        inputs=[column],
        outputs=[output("n")],
        attributes='hitPolicy="FIRST"',
    )

    assert decide(xml, {"kind": "a"}) == 1
    assert decide(xml, {"kind": "c"}) == 2


def test_output_that_is_none_of_its_values_becomes_null_with_a_warning() -> None:
    xml = table([["-", '"c"']], inputs=[expression("x")], outputs=[output("g", '"a", "b"')])

    value, warnings = load_decisions(model(xml)).evaluate_with_warnings("d", {"x": 1})

    assert value is None
    assert "The output “g” is not one of its values." in str(warnings[0])
    assert warnings[0].element == "d"


def test_cell_may_read_the_input_and_other_variables() -> None:
    xml = table(
        [["? > limit and odd(?)", "limit + 1"], ["-", "0"]],
        inputs=[expression("n")],
        outputs=[output("r")],
        attributes='hitPolicy="FIRST"',
    )

    assert decide(xml, {"n": 5, "limit": 3}) == 4
    assert decide(xml, {"n": 6, "limit": 3}) == 0


def test_table_without_conditions_always_holds() -> None:
    assert decide(table([["1"]], inputs=[], outputs=[output("x")]), {}) == 1
