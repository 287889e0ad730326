"""Every way in which a task can end leads somewhere, and no gateway asks for one that is not."""

import json

from engine.errors import Problem
from engine.releases import check_unit
from forms.checking_outcomes import check_outcomes
from tests.engine.spiff.drawing import choice, diagram, end, flow, flows, script, start, user

LABELS = {"approve": "通过", "return": "退回", "refuse": "不予通过"}


def form_of(*outcomes: str) -> bytes:
    """A form of the task `review` with a button for each outcome."""
    buttons = [
        {
            "type": "button",
            "id": each,
            "label": LABELS[each],
            "action": "submit",
            "properties": {"outcome": each},
        }
        for each in outcomes
    ]
    document = {"type": "default", "schemaVersion": 19, "id": "review", "components": buttons}
    return json.dumps(document).encode()


def problems(drawn: bytes, *outcomes: str) -> list[Problem]:
    documents = {"bpmn/main/main.bpmn": drawn, "forms/main/review.form": form_of(*outcomes)}
    return check_unit("main", documents, [check_outcomes])


def decided(*conditions: str) -> bytes:
    """A review, a gateway, and an end for each condition beside the default."""
    ends = [f"end_{number}" for number, _ in enumerate(conditions)]
    return diagram(
        start(),
        user("review", "审核"),
        choice("decision", "decision__over"),
        end("over"),
        *(end(each) for each in ends),
        flows("start review decision over"),
        *(
            flow("decision", each, condition)
            for each, condition in zip(ends, conditions, strict=True)
        ),
    )


def test_all_outcomes_but_one_have_a_way_of_their_own() -> None:
    drawn = decided('review_outcome = "return"', 'review_outcome = "refuse"')
    assert problems(drawn, "approve", "return", "refuse") == []


def test_outcomes_that_share_the_default_way_are_named_by_their_buttons() -> None:
    (problem,) = problems(decided('review_outcome = "return"'), "approve", "return", "refuse")
    assert (problem.element, problem.rule) == ("decision", "missing-outcome")
    assert str(problem) == (
        "“decision” does not tell “通过”“不予通过” of “审核” apart: "
        "each but one needs a way with its own condition."
    )


def test_a_condition_counts_however_it_is_written() -> None:
    for condition in (
        'review_outcome in ("return", "refuse")',
        'list contains(["return", "refuse"], review_outcome)',
        'not(review_outcome = "approve")',
        'review_outcome != "approve"',
        'review_outcome = "return" or review_outcome = "refuse"',
    ):
        assert problems(decided(condition), "approve", "return", "refuse") == [], condition


def test_a_condition_with_other_variables_counts_for_what_it_names() -> None:
    drawn = decided('review_outcome = "return" and levels = 2', 'review_outcome = "refuse"')
    assert problems(drawn, "approve", "return", "refuse") == []


def test_an_outcome_that_no_button_gives_is_told_at_its_way() -> None:
    (problem,) = problems(decided('review_outcome = "returned"'), "approve")
    assert (problem.element, problem.rule) == ("decision__end_0", "unknown-outcome")
    assert "asks for the outcome “returned” of “审核”" in str(problem)


def test_several_outcomes_that_nobody_asks_for_are_told_at_the_task() -> None:
    drawn = diagram(start(), user("review", "审核"), end(), flows("start review end"))
    (problem,) = problems(drawn, "approve", "return")
    assert (problem.element, problem.rule) == ("review", "outcome-not-asked")
    assert problems(drawn, "approve") == []


def test_what_a_script_reads_is_asked_for_too() -> None:
    drawn = diagram(
        start(),
        user("review"),
        script("note", 'if review_outcome = "gone" then 1 else 2', "x"),
        end(),
        flows("start review note end"),
    )
    (problem,) = problems(drawn, "approve", "return")
    assert (problem.element, problem.rule) == ("note", "unknown-outcome")
