"""Whether the processes of a release make sense together."""

from collections.abc import Mapping, Sequence

from engine.errors import Problem
from engine.language import N_
from engine.spiff.diagram import Diagram, Failure, Message, ProcessInfo, Step
from engine.spiff.problems import Problems
from engine.spiff.structure import check_process


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
                problems.add(process.id, N_("Two processes have the id “%(id)s”."), id=process.id)
            processes.setdefault(process.id, process)
            check_process(process, problems)
        found += problems.found
    if process_id not in processes:
        missing = Problems(diagrams[0].document if diagrams else "")
        missing.add(None, N_("No diagram holds the process “%(id)s”."), id=process_id)
        found += missing.found
    for process in processes.values():
        problems = Problems(process.document)
        for step in process.steps.values():
            _check_call(step, processes, problems)
            if step.decision is not None and step.decision not in decisions:
                problems.add(
                    step.id,
                    N_("“%(name)s”: there is no decision “%(decision)s”."),
                    name=step.name,
                    decision=step.decision,
                )
        found += problems.found
    return found


def _check_call(step: Step, processes: Mapping[str, ProcessInfo], problems: Problems) -> None:
    if step.called_process is None:
        return
    called = processes.get(step.called_process)
    if called is None:
        problems.add(
            step.id,
            N_("“%(name)s” calls “%(process)s”, which is not there."),
            name=step.name,
            process=step.called_process,
        )
        return
    if step.process_id in _called_from(called.id, processes):
        problems.add(
            step.id,
            N_("“%(name)s” calls “%(process)s”, which calls it again."),
            name=step.name,
            process=called.name,
        )
        return
    starts = [each for each in called.steps.values() if each.kind == "start_event"]
    if any(isinstance(each.event, Message) for each in starts):
        problems.add(
            step.id,
            N_("“%(name)s” calls “%(process)s”, which only a message can start."),
            name=step.name,
            process=called.name,
        )
    for code in sorted(thrown_by(called, processes) - _caught_at(step, processes)):
        problems.add(
            step.id,
            N_("“%(name)s” can end with the error “%(code)s”, which no event catches."),
            name=step.name,
            code=code,
        )


def _called_from(process_id: str, processes: Mapping[str, ProcessInfo]) -> set[str]:
    """The process and all that it calls, at any depth."""
    seen: set[str] = set()
    ahead = [process_id]
    while ahead:
        each = ahead.pop()
        if each not in seen and each in processes:
            seen.add(each)
            ahead += processes[each].calls
    return seen


def thrown_by(process: ProcessInfo, processes: Mapping[str, ProcessInfo]) -> set[str]:
    """The codes of errors that a process, free of cycles of calls, can end with."""
    codes = {
        step.event.code
        for step in process.steps.values()
        if step.kind == "end_event" and isinstance(step.event, Failure) and step.event.code
    }
    for step in process.steps.values():
        called = processes.get(step.called_process or "")
        if called is not None and process.id not in _called_from(called.id, processes):
            codes |= thrown_by(called, processes) - _caught_at(step, processes)
    return codes


def _caught_at(step: Step, processes: Mapping[str, ProcessInfo]) -> set[str]:
    """The codes that boundary events on a call catch; all of what it can throw, if one does."""
    codes: set[str] = set()
    for each in processes[step.process_id].events_on(step.id):
        if isinstance(each.event, Failure):
            if each.event.code is None:
                return _all_codes(processes)
            codes.add(each.event.code)
    return codes


def _all_codes(processes: Mapping[str, ProcessInfo]) -> set[str]:
    return {
        step.event.code
        for process in processes.values()
        for step in process.steps.values()
        if isinstance(step.event, Failure) and step.event.code
    }
