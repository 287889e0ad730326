"""Service tasks call operations that there are, with the inputs that these take."""

from typing import Annotated

import pytest

from engine.checks.steps import check_operations
from engine.errors import Problem
from engine.language import N_
from engine.operations import Operations, operation
from engine.releases import check_unit
from engine.signatures import Named
from tests.engine.spiff.drawing import diagram, end, flows, service, start

HOURS = Named(N_("Hours"))
KIND = Named(N_("Kind"), choices=lambda: {"late": N_("Late"), "early": N_("Early")})


@operation("test.credit", title=N_("Credit hours"))
def credit(*, hours: Annotated[int, HOURS], kind: Annotated[str, KIND] = "late") -> None:
    """Credit hours."""


OPERATIONS = Operations({credit.__operation__.name: credit.__operation__})


def problems(called: str = "test.credit", **inputs: str) -> list[Problem]:
    given = {name: f"={source}" for name, source in inputs.items()}
    drawn = diagram(start(), service("one", called, given), end(), flows("start one end"))
    return check_unit("main", {"bpmn/main/main.bpmn": drawn}, [check_operations(OPERATIONS)])


@pytest.mark.parametrize(
    "inputs",
    [
        {"hours": "5"},
        {"hours": "5", "kind": '"early"'},
        {"hours": "some_variable", "kind": "another"},
        {"hours": "5", "kind": 'if hours_of_year > 3 then "late" else "early"'},
    ],
)
def test_inputs_that_the_operation_takes_are_right(inputs: dict[str, str]) -> None:
    assert problems(**inputs) == []


@pytest.mark.parametrize(
    ("inputs", "rule", "sentence"),
    [
        ({}, "input-missing", "“one” does not say what “Hours” is."),
        ({"hours": '"many"'}, "input-value", "“Hours” cannot be “many”; it is of another kind."),
        (
            {"hours": "5", "kind": '"never"'},
            "input-value",
            "“Kind” cannot be “never”; that is no choice.",
        ),
        (
            {"hours": "5", "colour": '"red"'},
            "input-unknown",
            "“one” gives “colour” to an operation that does not take it.",
        ),
    ],
)
def test_an_input_that_the_operation_does_not_take_is_told_at_its_step(
    inputs: dict[str, str], rule: str, sentence: str
) -> None:
    (problem,) = problems(**inputs)
    assert (problem.element, problem.rule, problem.is_warning) == ("one", rule, False)
    assert sentence in str(problem)


def test_an_operation_that_does_not_exist_is_told_with_the_one_that_is_meant() -> None:
    (problem,) = problems("test.credits", hours="5")
    assert (problem.element, problem.rule) == ("one", "unknown-operation")
    assert str(problem).endswith("Is “Credit hours” meant?")
    (problem,) = problems("away.entirely")
    assert str(problem).endswith("calls the operation away.entirely, which does not exist.")
