"""Errors that steps end with, and the events that catch them.

An operation's error goes to the event on its step, else to one on the call around it, and so on
outwards; where none catches it, the case stands still until an administrator acts.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from engine.errors import Problem
from engine.feel_sentences import Said
from engine.language import N_
from engine.releases import Check, Unit
from engine.spiff import ProcessInfo, Step
from engine.spiff.diagram import Failure

if TYPE_CHECKING:
    from engine.operations import Operations

Place = tuple[ProcessInfo, Step]


class Errors:
    """Which errors the steps of some processes can end with."""

    def __init__(
        self, processes: Mapping[str, ProcessInfo], operations: "Operations", *, top: str
    ) -> None:
        self.processes = processes
        self.top = top
        self._operations = operations
        self._inside: dict[str, frozenset[str]] = {}
        self._callers: dict[str, list[Place]] = {}
        for process in processes.values():
            for step in process.steps.values():
                if step.called_process is not None:
                    self._callers.setdefault(step.called_process, []).append((process, step))

    def of(self, step: Step) -> frozenset[str] | None:
        """The codes that a step can end with; None: what it names is not known."""
        if step.operation is not None:
            return None if (own := self.of_operation(step)) is None else frozenset(own)
        if step.called_process is not None:
            called = self.processes.get(step.called_process)
            return None if called is None else self.out_of(called)
        return frozenset()

    def of_operation(self, step: Step) -> Mapping[str, str] | None:
        """The codes that a step's operation can end with, with their names as msgids."""
        found = self._operations.by_name.get(step.operation or "")
        return None if found is None else found.throws

    def out_of(self, process: ProcessInfo) -> frozenset[str]:
        """The codes that come out of a process where it is called; a round gives none."""
        if process.id not in self._inside:
            codes = {
                step.event.code
                for step in process.steps.values()
                if step.kind == "end_event" and isinstance(step.event, Failure) and step.event.code
            }
            self._inside[process.id] = frozenset(codes)  # what a round through it finds
            for step in process.steps.values():
                thrown = self.of(step) or frozenset()
                codes |= {code for code in thrown if not catches(process, step, code)}
            self._inside[process.id] = frozenset(codes)
        return self._inside[process.id]

    def stops_at(self, process: ProcessInfo, step: Step, code: str) -> bool:
        """Whether an error goes on outwards to the top of the unit and nothing catches it."""
        seen: set[tuple[str, str]] = set()
        ahead: list[Place] = [(process, step)]
        while ahead:
            process, step = ahead.pop()
            if (process.id, step.id) in seen or catches(process, step, code):
                continue
            seen.add((process.id, step.id))
            if process.id == self.top:
                return True
            ahead += self._callers.get(process.id, ())
        return False


def catches(process: ProcessInfo, step: Step, code: str) -> bool:
    """Whether an event on a step catches an error."""
    return any(
        isinstance(each.event, Failure) and each.event.code in {code, None}
        for each in process.events_on(step.id)
    )


def check_errors(operations: "Operations", *, starts: Collection[str]) -> Check:
    """A check that what events catch can happen, and that what happens is caught.

    `starts` are the processes on which cases start: others may be called where their errors are
    caught.
    """

    def check(unit: Unit) -> Iterator[Problem]:
        errors = Errors(unit.model.processes, operations, top=unit.process_id)
        for process in unit.model.processes.values():
            for step in process.steps.values():
                if isinstance(step.event, Failure) and step.attached_to in process.steps:
                    yield from _check_caught(process, step, errors)
                if step.operation is not None and unit.process_id in starts:
                    yield from _check_thrown(process, step, errors)

    return check


def _check_caught(process: ProcessInfo, event: Step, errors: Errors) -> Iterator[Problem]:
    host = process.steps[event.attached_to or ""]
    thrown = errors.of(host)
    code = event.event.code if isinstance(event.event, Failure) else None
    if thrown is None or code in thrown or (code is None and thrown):
        return
    if code is None:
        message = N_("“%(event)s” waits for an error, but “%(step)s” ends with none.")
    else:
        message = N_(
            "“%(event)s” waits for the error “%(code)s”, with which “%(step)s” never ends."
        )
    yield Problem(
        process.document,
        event.id,
        message,
        rule="error-never-thrown",
        event=event.label,
        code=code,
        step=host.label,
    )


def _check_thrown(process: ProcessInfo, step: Step, errors: Errors) -> Iterator[Problem]:
    for code, title in (errors.of_operation(step) or {}).items():
        if errors.stops_at(process, step, code):
            yield Problem(
                process.document,
                step.id,
                N_(
                    "“%(step)s” can end with the error “%(error)s” (%(code)s), which no event "
                    "catches: the case would stand still there."
                ),
                rule="error-not-caught",
                is_warning=True,
                step=step.label,
                error=Said(title, {}),
                code=code,
            )
