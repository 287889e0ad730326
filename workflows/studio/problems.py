"""What is wrong with a draft while it is edited, and which variables there are at its steps."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine.dataflow import Passage, Surroundings, UnitVariables
from engine.engine import Engine
from engine.errors import Problem
from engine.language import _
from engine.releases import TOO_LARGE, Documents, Unit, check_unit, read_unit
from engine.spiff import ProcessInfo, Step
from workflows.studio.current import documents_of
from workflows.studio.documents import process_of
from workflows.studio.planning import Making, Plan, make_plan

MOST_TOLD = 300
"""So many problems are told at once; nobody reads more."""

MOST_NAMED = 40_000
"""So many names of variables are told, of all elements together."""

Key = tuple[str, str | None, str]


@dataclass(frozen=True)
class KnownVariable:
    """A variable that may be there at an element: what it is, and whose doing it is."""

    name: str
    detail: str
    given_by: str


def examine_draft(
    session: Session, engine: Engine, *, process_id: str, documents: Documents
) -> tuple[list[Problem], Plan]:
    """Everything that is wrong with a process's own documents, as its next release would be.

    What a caller does not give it is found in the caller's unit, and told at the element here;
    what the change breaks in the caller's own documents is told as well.
    """
    plan = make_plan(session, engine, process_id=process_id, new=documents)
    found: dict[Key, Problem] = {}
    for making in (plan.process, *plan.callers):
        for problem in making.problems:
            if making is plan.process or _is_of(problem, process_id):
                found.setdefault(_key(problem), problem)
    for caller in plan.offered:
        for problem in _broken_in(session, engine, caller):
            found.setdefault(_key(problem), problem)
    ordered = sorted(found.values(), key=lambda each: each.is_warning)
    return ordered[:MOST_TOLD], plan


def _broken_in(session: Session, engine: Engine, caller: Making) -> list[Problem]:
    """What would be wrong with a caller that is not wrong with its current release."""
    if not caller.problems or caller.current is None:
        return list(caller.problems)
    documents = documents_of(session, caller.current.release_id)
    known = {_key(each) for each in check_unit(caller.process_id, documents, engine.checks)}
    return [each for each in caller.problems if _key(each) not in known]


def _key(problem: Problem) -> Key:
    return problem.document, problem.element, str(problem)


def variables_of(plan: Plan, around: Surroundings) -> Mapping[str, list[KnownVariable]]:
    """The variables of the process of a plan, by element.

    A process that others call begins with what the first of them gives it.
    """
    making = next(iter(plan.callers), plan.process)
    return variables_in(read_unit(making.process_id, making.documents), plan.process_id, around)


def variables_in(
    unit: Unit, process_id: str, around: Surroundings
) -> Mapping[str, list[KnownVariable]]:
    """The variables that may be there at each step and each way of a process, by element."""
    process = unit.model.processes.get(process_id)
    if process is None or any(each.rule == TOO_LARGE for each in unit.model.problems):
        return {}
    known = UnitVariables(unit, around)
    most = MOST_NAMED // max(1, len(process.steps) + len(process.flows))
    passage = known.passages[process.id]
    there: dict[str, list[KnownVariable]] = {}
    said = {name: _describe(known, process, name) for name in passage.names}
    for step in process.steps.values():
        names = passage.names_at(step.id)[:most]
        there[step.id] = [said[name] for name in names] + [*_describe_local(known, step, passage)]
    for flow in process.flows:
        there[flow.id] = [said[name] for name in passage.names_at(flow.source)[:most]]
    return there


def _is_of(problem: Problem, process_id: str) -> bool:
    return "/" in problem.document and process_of(problem.document) == process_id


def _describe(known: UnitVariables, process: ProcessInfo, name: str) -> KnownVariable:
    value = known.value_of(process.id, name)
    setters = known.passages[process.id].setters_of(name)
    words = [value.title, value.kind] if value is not None else []
    if value is not None and value.title == name:
        words = [value.kind]
    by = [str(step.label) for step in setters]
    if name in known.begun(process.id):
        by.insert(0, _("the beginning"))
    return KnownVariable(name, " · ".join(words), _(", ").join(by))


def _describe_local(known: UnitVariables, step: Step, passage: Passage) -> Iterator[KnownVariable]:
    """What only the output mapping of a step sees: its result, its form's answers."""
    there = {*passage.names_at(step.id)}
    for name, value in (known.local_names(step) or {}).items():
        if name and name not in there:
            detail = "" if value is None else f"{value.title} · {value.kind}"
            yield KnownVariable(name, detail, str(step.label))
