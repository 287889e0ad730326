"""Errors that steps end with: what an event catches can happen, what happens is caught."""

import pytest

from engine.checks.errors import check_errors
from engine.errors import BpmnError, Problem
from engine.language import N_
from engine.operations import Operations, operation
from engine.releases import check_unit
from tests.engine.spiff.drawing import (
    boundary,
    call,
    diagram,
    end,
    end_error,
    flows,
    service,
    start,
    user,
)


@operation("test.book", title=N_("Book a place"), throws={"full": N_("No place is left")})
def book() -> None:
    """Book a place where there is none."""
    raise BpmnError("full")


@operation("test.note")
def note() -> None:
    """Note something."""


OPERATIONS = Operations({each.__operation__.name: each.__operation__ for each in (book, note)})


def problems(*documents: bytes, starts: tuple[str, ...] = ("main",)) -> list[Problem]:
    named = {f"bpmn/p{number}/p.bpmn": each for number, each in enumerate(documents)}
    return check_unit("main", named, [check_errors(OPERATIONS, starts=starts)])


def told(*documents: bytes, starts: tuple[str, ...] = ("main",)) -> list[tuple[str | None, str]]:
    return [(each.element, each.rule) for each in problems(*documents, starts=starts)]


def caught(host: str, *, code: str | None, step: str) -> bytes:
    """A process whose one step has an error event on it."""
    return diagram(
        start(),
        step,
        end(),
        boundary("on", host, code=code),
        end("e2"),
        flows(f"start {host} end", "on e2"),
    )


@pytest.mark.parametrize("code", ["full", None])
def test_an_error_that_the_operation_ends_with_can_be_caught(code: str | None) -> None:
    assert told(caught("one", code=code, step=service("one", "test.book"))) == []


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (service("one", "test.book"), "empty"),
        (service("one", "test.note"), "full"),
        (service("one", "test.note"), None),
        (user("one"), "full"),
    ],
)
def test_an_event_that_waits_for_an_error_that_never_comes_is_an_error(
    step: str, code: str | None
) -> None:
    found = [each for each in problems(caught("one", code=code, step=step)) if not each.is_warning]
    assert [(each.element, each.rule) for each in found] == [("on", "error-never-thrown")]


def test_of_an_operation_that_is_not_known_nothing_is_said() -> None:
    assert told(caught("one", code="full", step=service("one", "test.gone"))) == []


def test_an_error_that_nothing_catches_is_a_warning_at_its_step_by_its_name() -> None:
    drawn = diagram(start(), service("one", "test.book"), end(), flows("start one end"))
    (problem,) = problems(drawn)
    assert (problem.element, problem.rule, problem.is_warning) == ("one", "error-not-caught", True)
    assert "“No place is left” (full)" in str(problem)


def test_a_process_on_which_no_case_starts_leaves_its_errors_to_its_callers() -> None:
    drawn = diagram(start(), service("one", "test.book"), end(), flows("start one end"))
    assert told(drawn, starts=("other",)) == []


def calling(*events: str, more: tuple[str, ...] = ()) -> bytes:
    """A process that calls `child`, with events on the call."""
    chains = ["start it end", *more]
    return diagram(start(), call("it", "child"), end(), *events, flows(*chains))


CHILD = diagram(
    start(), service("one", "test.book"), end(), flows("start one end"), process="child"
)


def test_an_error_inside_a_called_process_can_be_caught_at_the_call() -> None:
    on_it = calling(boundary("on", "it", code="full"), end("e2"), more=("on e2",))
    assert told(on_it, CHILD) == []
    assert told(calling(), CHILD) == [("one", "error-not-caught")]


def test_a_call_cannot_end_with_an_error_that_is_caught_inside() -> None:
    inside = diagram(
        start(),
        service("one", "test.book"),
        end(),
        boundary("full", "one", code="full"),
        end_error("gone", "gone"),
        flows("start one end", "full gone"),
        process="child",
    )
    waits = calling(boundary("on", "it", code="full"), boundary("g", "it", code="gone"), end("e2"),
                    more=("on e2", "g e2"))  # fmt: skip
    assert told(waits, inside) == [("on", "error-never-thrown")]


def test_calls_in_a_round_are_looked_at_once() -> None:
    round_ = diagram(
        start(), service("one", "test.book"), call("again", "main"), end(),
        flows("start one again end"), process="child",
    )  # fmt: skip
    found = told(calling(), round_)
    assert ("one", "error-not-caught") in found
    assert ("it", "endless-call") in found
