"""Rules of decision tables that say nothing, or are never reached, are told."""

import pytest

from engine.checks.rules import check_rules
from engine.errors import Problem
from engine.releases import check_unit
from tests.engine.spiff.drawing import diagram, end, flows, start, user

TABLE = "bpmn/main/fees.dmn"


def cell(kind: str, text: str) -> str:
    return f"<{kind}><text>{text}</text></{kind}>"


def problems(policy: str, *rules: tuple[str, str]) -> list[Problem]:
    rows = "".join(
        f'<rule id="rule_{number}">{cell("inputEntry", test)}{cell("outputEntry", said)}</rule>'
        for number, (test, said) in enumerate(rules, 1)
    )
    table = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"'
        ' namespace="n"><inputData id="age_of" name="age"/>'
        '<decision id="fee" name="会费">'
        '<informationRequirement id="asks"><requiredInput href="#age_of"/>'
        "</informationRequirement>"
        f'<decisionTable id="t" hitPolicy="{policy}"><input id="i">'
        '<inputExpression id="e"><text>age</text></inputExpression></input>'
        f'<output id="o" name="fee"/>{rows}</decisionTable></decision></definitions>'
    )
    drawn = diagram(start(), user("fill"), end(), flows("start fill end"))
    documents = {"bpmn/main/main.bpmn": drawn, TABLE: table.encode()}
    return check_unit("main", documents, [check_rules])


@pytest.mark.parametrize(
    ("policy", "rules"),
    [
        ("FIRST", [("&lt; 60", "100"), ("-", "50")]),
        ("FIRST", [("", "50")]),
        ("UNIQUE", [("&lt; 60", "100"), ("&gt;= 60", "50")]),
        ("COLLECT", [("-", "10"), ("&lt; 60", "90")]),
    ],
)
def test_rules_that_can_all_be_reached_are_right(policy: str, rules: list[tuple[str, str]]) -> None:
    assert problems(policy, *rules) == []


def test_a_rule_without_a_result_is_told() -> None:
    (problem,) = problems("FIRST", ("&lt; 60", "100"), ("&gt;= 60", ""))
    assert (problem.document, problem.element, problem.is_warning) == (TABLE, "rule_2", True)
    assert str(problem) == "“会费”, rule 2 gives no result."


def test_what_stands_below_a_rule_for_everything_is_told() -> None:
    (problem,) = problems("FIRST", ("-", "100"), ("&gt;= 60", "50"))
    assert (problem.element, problem.rule) == ("rule_1", "table-rule")
    assert "no rule below it is ever looked at" in str(problem)


def test_a_rule_for_everything_beside_others_of_which_one_may_hold_is_told() -> None:
    (problem,) = problems("UNIQUE", ("&lt; 60", "100"), ("-", "50"))
    assert problem.element == "rule_2"
    assert "the table has no result" in str(problem)
