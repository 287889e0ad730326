"""Times that are written out in a diagram are looked at before anybody waits for them."""

from datetime import UTC, datetime

import pytest

from engine.checks.timers import check_timers
from engine.errors import Problem
from engine.releases import check_unit
from tests.engine.spiff.drawing import catch, diagram, end, flows, start

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def problems(**time: str) -> list[Problem]:
    drawn = diagram(start(), catch("wait", **time), end(), flows("start wait end"))
    return check_unit("main", {"bpmn/main/main.bpmn": drawn}, [check_timers(lambda: NOW)])


@pytest.mark.parametrize(
    "time",
    [
        {"after": "PT1H"},
        {"after": '=duration("P1D")'},
        {"after": "=some_variable"},
        {"at": "2030-01-01T00:00:00+08:00"},
        {"at": '=now() + duration("PT1H")'},
    ],
)
def test_a_time_that_is_ahead_is_right(time: dict[str, str]) -> None:
    assert problems(**time) == []


@pytest.mark.parametrize(
    "time", [{"after": "PT0S"}, {"after": '=duration("PT0S")'}, {"at": "=now()"}]
)
def test_a_time_without_length_is_told(time: dict[str, str]) -> None:
    (problem,) = problems(**time)
    assert (problem.element, problem.rule, problem.is_warning) == ("wait", "timer", False)
    assert "is over at once" in str(problem)


@pytest.mark.parametrize("time", [{"at": "2020-01-01T00:00:00Z"}, {"after": '=duration("-PT1H")'}])
def test_a_time_in_the_past_is_told(time: dict[str, str]) -> None:
    (problem,) = problems(**time)
    assert problem.rule in {"timer", "timer-past"}


@pytest.mark.parametrize(
    "value", ['="tomorrow"', "=5", "=[]", "=sum(for i in 1..1000000000 return i)"]
)
def test_what_comes_to_no_time_is_told(value: str) -> None:
    (problem,) = problems(after=value)
    assert (problem.rule, problem.is_warning) == ("timer", False)
    assert "comes to no time" in str(problem)
