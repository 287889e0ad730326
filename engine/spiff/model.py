"""A release's diagrams as one thing that cases run on."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from threading import Lock
from types import MappingProxyType
from typing import Any

from engine.errors import InvalidRelease, Problem
from engine.feel import FeelError, to_json
from engine.feel.dmn import Decisions
from engine.feel_sentences import Said
from engine.functions import FUNCTIONS
from engine.spiff.build import build_process
from engine.spiff.checks import check_processes
from engine.spiff.decisions import read_decisions
from engine.spiff.diagram import Diagram, Message, ProcessInfo, Step
from engine.spiff.errors import ExpressionFailed
from engine.spiff.reading import read_diagram

CACHED = 64
LARGEST_CACHED = 2**18
"""Diagrams of more bytes are read anew each time, so that the cache cannot grow without bounds."""


class Model:
    """One process with all it calls, read and checked once.

    It never changes: cases and threads share it, and whoever uses it keeps it.
    """

    def __init__(
        self,
        process_id: str,
        processes: Mapping[str, ProcessInfo],
        decisions: Mapping[str, Decisions],
        problems: tuple[Problem, ...] = (),
    ) -> None:
        self.process_id = process_id
        self.processes: Mapping[str, ProcessInfo] = MappingProxyType(dict(processes))
        self.problems = problems
        steps = [step for each in processes.values() for step in each.steps.values()]
        self.operations = frozenset(step.operation for step in steps if step.operation)
        self.forms = frozenset((step.process_id, step.form_id) for step in steps if step.form_id)
        self.messages = frozenset(
            step.event.name for step in steps if isinstance(step.event, Message)
        )
        self.decisions = frozenset(step.decision for step in steps if step.decision)
        self.calls = frozenset(step.called_process for step in steps if step.called_process)
        self._decisions = dict(decisions)
        self._specs: Mapping[str, Any] | None = None
        self._building = Lock()

    @property
    def specs(self) -> Mapping[str, Any]:
        """SpiffWorkflow's specifications by process id; only this package looks at them."""
        with self._building:
            if self._specs is None:
                built = {each.id: build_process(each) for each in self.processes.values()}
                self._specs = MappingProxyType(built)
            return self._specs

    def step(self, process_id: str, element_id: str) -> Step:
        """The step of an element; raises KeyError."""
        return self.processes[process_id].steps[element_id]

    def can_decide(self, decision_id: str) -> bool:
        """Whether there is a decision of this id."""
        return decision_id in self._decisions

    def inputs_of(self, decision_id: str) -> frozenset[str]:
        """The variables that a decision needs; none if there is no such decision.

        Those that it declares, and what else its document reads: a text without its quotes.
        """
        found = self._decisions.get(decision_id)
        if found is None:
            return frozenset()
        return frozenset(found.inputs_of(decision_id)) | (found.variables - found.inputs.keys())

    def decide(self, decision_id: str, scope: Mapping[str, object], now: datetime) -> object:
        """Evaluate a decision over JSON variables; its result is JSON data.

        Raises ExpressionFailed when it takes more steps or builds more than it may.
        """
        try:
            decisions = self._decisions[decision_id]
            return to_json(decisions.evaluate(decision_id, scope, now=now, functions=FUNCTIONS))
        except FeelError as error:
            raise ExpressionFailed(source=decision_id, reason=Said.of(error)) from error


def read_tables(process_id: str, decisions: Mapping[str, bytes]) -> Model:
    """Read decision tables alone, by file name: what is asked for outside of any case.

    Raises InvalidRelease.
    """
    known, problems = read_decisions(decisions)
    if problems:
        raise InvalidRelease(problems)
    return Model(process_id, {}, known)


def read_model(
    process_id: str, diagrams: Mapping[str, bytes], decisions: Mapping[str, bytes]
) -> Model:
    """Read and check a process, all it calls and their decision tables.

    `diagrams` and `decisions` are documents by file name. Raises InvalidRelease with everything
    that is wrong, each with its document and element.
    """
    model, problems = examine(process_id, diagrams, decisions)
    if any(not problem.is_warning for problem in problems):
        raise InvalidRelease(problems)
    return model


def examine(
    process_id: str, diagrams: Mapping[str, bytes], decisions: Mapping[str, bytes]
) -> tuple[Model, list[Problem]]:
    """Read what can be read, with everything that is wrong: what further checks look at.

    No case runs on a model with errors.
    """
    problems: list[Problem] = []
    read = []
    for document, source in diagrams.items():
        diagram, found = _read_diagram(document, source)
        problems += found
        read.append(diagram)
    known, found = read_decisions(decisions)
    problems += found
    wrong = check_processes(process_id, read, frozenset(known))
    # Where a table cannot be read, that is said; what it holds is not missed as well.
    problems += [each for each in wrong if not found or each.rule != "unknown-decision"]
    processes = {each.id: each for diagram in read for each in diagram.processes}
    return Model(process_id, processes, known, tuple(problems)), problems


def _read_diagram(document: str, source: bytes) -> tuple[Diagram, list[Problem]]:
    if len(source) > LARGEST_CACHED:
        return read_diagram(document, source)
    return _read_diagram_once(document, source)


# Of a unit that is being edited one document changes at a time.
@lru_cache(maxsize=CACHED)
def _read_diagram_once(document: str, source: bytes) -> tuple[Diagram, list[Problem]]:
    return read_diagram(document, source)
