"""The check of times that are written out in a diagram: readable, ahead, not at once."""

from collections.abc import Callable, Iterator
from datetime import datetime

from engine.errors import Problem
from engine.language import N_
from engine.releases import Check, Unit
from engine.spiff import ExpressionFailed, Formula, ProcessInfo, Step
from engine.spiff.diagram import Timer
from engine.spiff.expressions import TRIAL
from engine.spiff.timers import NoTime, read_moment, read_schedule

MOST_TRIALS = 200
"""So many times are tried out in one check."""


def check_timers(clock: Callable[[], datetime]) -> Check:
    """A check of timers and time limits whose value shows in the diagram."""

    def check(unit: Unit) -> Iterator[Problem]:
        now, left = clock(), MOST_TRIALS
        for process in unit.model.processes.values():
            for step in process.steps.values():
                for formula, timer in _times_of(step):
                    if formula.is_fixed and left > 0:
                        left -= 1
                        yield from _check_time(process, step, formula, timer, now)

    return check


def _times_of(step: Step) -> Iterator[tuple[Formula, Timer | None]]:
    """The times of a step: that of its timer, and until when it should be done."""
    if isinstance(step.event, Timer):
        yield step.event.value, step.event
    if step.due is not None:
        yield step.due, None


def _check_time(
    process: ProcessInfo, step: Step, formula: Formula, timer: Timer | None, now: datetime
) -> Iterator[Problem]:
    try:
        value = formula.evaluate({}, now, budget=TRIAL)
        if timer is None and value is None:
            return  # a step that has no time limit
        due = read_moment(value) if timer is None else read_schedule(timer, value, now=now).due_at
    except (ExpressionFailed, NoTime):
        if formula.is_feel:  # one that is written as it is was read with the diagram
            message = N_("“%(value)s”, the time of “%(name)s”, comes to no time.")
            yield _at(process, step, formula, "timer", message)
        return
    if due == now:
        message = N_("“%(value)s”, the time of “%(name)s”, is over at once.")
        yield _at(process, step, formula, "timer", message)
    elif due < now:
        message = N_("“%(value)s”, the time of “%(name)s”, lies in the past.")
        yield _at(process, step, formula, "timer-past", message, is_warning=True)


def _at(
    process: ProcessInfo,
    step: Step,
    formula: Formula,
    rule: str,
    message: str,
    *,
    is_warning: bool = False,
) -> Problem:
    return Problem(
        process.document,
        step.id,
        message,
        rule=rule,
        is_warning=is_warning,
        name=step.label,
        value=formula.source,
    )
