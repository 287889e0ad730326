"""Whether the processes of a release make sense together."""

from collections.abc import Mapping, Sequence

from engine.errors import Problem
from engine.language import N_
from engine.spiff.diagram import Diagram, Failure, Message, ProcessInfo, Step
from engine.spiff.problems import Problems
from engine.spiff.structure import check_process

PROCESSES_LIMIT = 50
"""How many processes a release may hold."""


class Calls:
    """Which process calls which, and with which errors each can end."""

    def __init__(self, processes: Mapping[str, ProcessInfo]) -> None:
        self.processes = processes
        self._thrown: dict[str, frozenset[str]] = {}

    def called_from(self, process_id: str) -> set[str]:
        """The process and all that it calls, at any depth."""
        seen: set[str] = set()
        ahead = [process_id]
        while ahead:
            each = ahead.pop()
            if each not in seen and each in self.processes:
                seen.add(each)
                ahead += self.processes[each].calls
        return seen

    def is_round(self, step: Step) -> bool:
        """Whether a call leads back to the process that it stands in."""
        return step.process_id in self.called_from(step.called_process or "")

    def thrown_by(self, process: ProcessInfo) -> frozenset[str]:
        """The codes of errors that a process can end with; calls in a round give none."""
        if process.id not in self._thrown:
            codes = {
                step.event.code
                for step in process.steps.values()
                if step.kind == "end_event" and isinstance(step.event, Failure) and step.event.code
            }
            for step in process.steps.values():
                called = self.processes.get(step.called_process or "")
                if called is not None and not self.is_round(step):
                    codes |= self.uncaught(step, called)
            self._thrown[process.id] = frozenset(codes)
        return self._thrown[process.id]

    def uncaught(self, step: Step, called: ProcessInfo) -> frozenset[str]:
        """The codes that a call can end with and that no boundary event on it catches."""
        caught = {
            each.event.code
            for each in self.processes[step.process_id].events_on(step.id)
            if isinstance(each.event, Failure)
        }
        return frozenset() if None in caught else self.thrown_by(called) - caught


def check_processes(
    process_id: str, diagrams: Sequence[Diagram], decisions: frozenset[str]
) -> list[Problem]:
    """Find what is wrong with each process and with what they ask of each other."""
    found: list[Problem] = []
    processes: dict[str, ProcessInfo] = {}
    for diagram in diagrams:
        problems = Problems(diagram.document)
        for process in diagram.processes:
            if process.id in processes:
                problems.add(
                    process.id,
                    "duplicate-id",
                    N_("Two processes have the id “%(id)s”."),
                    id=process.id,
                )
            processes.setdefault(process.id, process)
            check_process(process, problems)
        found += problems.found
    if process_id not in processes:
        missing = Problems(diagrams[0].document if diagrams else "")
        missing.add(None, "no-process", N_("No diagram holds the process “%(id)s”."), id=process_id)
        found += missing.found
    if len(processes) > PROCESSES_LIMIT:
        many = Problems(diagrams[0].document)
        many.add(
            None,
            "too-large",
            N_("The release has more than %(limit)s processes."),
            limit=PROCESSES_LIMIT,
        )
        return found + many.found
    calls = Calls(processes)
    for process in processes.values():
        problems = Problems(process.document)
        for step in process.steps.values():
            _check_call(step, calls, problems)
            if step.decision is not None and step.decision not in decisions:
                problems.add(
                    step.id,
                    "unknown-decision",
                    N_("“%(name)s”: there is no decision “%(decision)s”."),
                    name=step.label,
                    decision=step.decision,
                )
        found += problems.found
    return found


def _check_call(step: Step, calls: Calls, problems: Problems) -> None:
    if step.called_process is None:
        return
    called = calls.processes.get(step.called_process)
    if called is None:
        problems.add(
            step.id,
            "unknown-process",
            N_("“%(name)s” calls “%(process)s”, which is not there."),
            name=step.label,
            process=step.called_process,
        )
        return
    if calls.is_round(step):
        problems.add(
            step.id,
            "endless-call",
            N_("“%(name)s” calls “%(process)s”, which calls it again."),
            name=step.label,
            process=called.name,
        )
        return
    starts = [each for each in called.steps.values() if each.kind == "start_event"]
    if any(isinstance(each.event, Message) for each in starts):
        problems.add(
            step.id,
            "call-start",
            N_("“%(name)s” calls “%(process)s”, which only a message can start."),
            name=step.label,
            process=called.name,
        )
    if any(each.form_id is not None for each in starts):
        problems.add(
            step.id,
            "call-start",
            N_("“%(name)s” calls “%(process)s”, which begins with a form for a person."),
            name=step.label,
            process=called.name,
        )
    for code in sorted(calls.uncaught(step, called)):
        problems.add(
            step.id,
            "uncaught-error",
            N_("“%(name)s” can end with the error “%(code)s”, which no event catches."),
            name=step.label,
            code=code,
        )
