"""The check that every way in which a task can end leads somewhere: outcomes and gateways."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.dataflow import name_of_flow, outcome_of, own_formulas
from engine.errors import Problem
from engine.feel.analysis import compared_texts
from engine.language import N_
from engine.releases import Unit
from engine.spiff import ExpressionFailed, Formula, ProcessInfo, Step
from engine.spiff.expressions import TRIAL
from engine.spiff.labels import Label
from forms.form import Form, Outcome
from forms.release_check import find_form

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
MOST_TRIALS = 500
"""So many conditions are tried out in one check; beyond, it is read what they name."""


def check_outcomes(unit: Unit) -> Iterator[Problem]:
    """Find outcomes that no gateway tells apart, and gateways that ask for outcomes of no form."""
    trials = Trials()
    for process in unit.model.processes.values():
        asked = Questions.of(process)
        for step in process.steps.values():
            form = find_form(unit, step) if step.kind == "user_task" else None
            if form is not None and form.outcomes:
                yield from _Ends(asked, step, form, trials).problems()


@dataclass(slots=True)
class Trials:
    """How often a condition may still be tried out."""

    left: int = MOST_TRIALS

    def take(self, count: int) -> bool:
        """Whether so many trials are left; then they are taken."""
        if count > self.left:
            return False
        self.left -= count
        return True


@dataclass(frozen=True, slots=True)
class Question:
    """A place that may ask how a task ended; `gateway` if it decides on a way."""

    element: str
    called: Label
    formula: Formula
    gateway: Step | None = None


@dataclass(frozen=True, slots=True)
class Questions:
    """All such places of a process: conditions of ways, and everything else that is computed."""

    process: ProcessInfo
    conditions: Sequence[Question]
    others: Sequence[Question]

    @classmethod
    def of(cls, process: ProcessInfo) -> "Questions":
        """Find them."""
        conditions = [
            Question(flow.id, name_of_flow(flow, source), flow.condition, source)
            for flow in process.flows
            if flow.condition is not None and (source := process.steps.get(flow.source))
        ]
        others = [
            Question(step.id, step.label, formula)
            for step in process.steps.values()
            for formula in _formulas(step)
        ]
        return cls(process, conditions, others)


class _Ends:
    """How one user task can end, and who asks."""

    def __init__(self, asked: Questions, step: Step, form: Form, trials: Trials) -> None:
        self.process = asked.process
        self.step = step
        self.outcomes = form.outcomes
        self.variable = outcome_of(step)
        self.conditions = [each for each in asked.conditions if self._is_read(each)]
        self.others = [each for each in asked.others if self._is_read(each)]
        self.trials = trials

    def problems(self) -> Iterator[Problem]:
        """Say what is asked that cannot be, and what can be that is not asked."""
        known = {each.id for each in self.outcomes}
        for asked in (*self.conditions, *self.others):
            for outcome in sorted(_texts(asked.formula, self.variable) - known):
                yield Problem(
                    self.process.document,
                    asked.element,
                    N_(
                        "“%(name)s” asks for the outcome “%(outcome)s” of “%(task)s”, "
                        "but no button of its form gives it."
                    ),
                    rule="unknown-outcome",
                    name=asked.called,
                    outcome=outcome[:80],
                    task=self.step.label,
                )
        if not self.conditions:
            if not self.others and len(self.outcomes) > 1:
                yield self._say_not_asked()
            return
        told = {outcome for each in self.conditions for outcome in self._told_by(each)}
        same = [each for each in self.outcomes if each.id not in told]
        if len(same) > 1:
            yield self._say_same_way(same)

    def _is_read(self, asked: Question) -> bool:
        return self.variable in asked.formula.variables

    def _told_by(self, asked: Question) -> set[str]:
        """The outcomes that a condition tells from the others."""
        is_alone = asked.formula.variables == {self.variable}
        if is_alone and self.trials.take(len(self.outcomes)):
            return {each.id for each in self.outcomes if self._is_true(asked, each)}
        return _texts(asked.formula, self.variable)

    def _is_true(self, asked: Question, outcome: Outcome) -> bool:
        try:
            value = asked.formula.evaluate({self.variable: outcome.id}, LONG_AGO, budget=TRIAL)
        except ExpressionFailed:
            return False
        return value is True

    def _say_not_asked(self) -> Problem:
        return Problem(
            self.process.document,
            self.step.id,
            N_("“%(task)s” can end with %(outcomes)s, but no gateway after it asks which."),
            rule="outcome-not-asked",
            task=self.step.label,
            outcomes=_list(self.outcomes),
        )

    def _say_same_way(self, same: Sequence[Outcome]) -> Problem:
        gateway = self._find_gateway()
        return Problem(
            self.process.document,
            gateway.id,
            N_(
                "“%(gateway)s” does not tell %(outcomes)s of “%(task)s” apart: "
                "each but one needs a way with its own condition."
            ),
            rule="missing-outcome",
            gateway=gateway.label,
            outcomes=_list(same),
            task=self.step.label,
        )

    def _find_gateway(self) -> Step:
        """The gateway right after the task if it asks, else the first that does."""
        after = {flow.target for flow in self.process.flows_from(self.step.id)}
        found = [each.gateway for each in self.conditions if each.gateway is not None]
        return next((each for each in found if each.id in after), found[0])


def _texts(formula: Formula, variable: str) -> set[str]:
    if formula.expression is None:
        return set()
    return compared_texts(formula.expression.node).get(variable, set())


def _formulas(step: Step) -> Iterator[Formula]:
    yield from own_formulas(step)
    for line in (*step.inputs, *step.outputs):
        yield line.value


def _list(outcomes: Sequence[Outcome]) -> str:
    return "".join(f"“{each.label}”" for each in outcomes)
