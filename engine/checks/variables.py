"""The check that what a diagram reads is there: variables, results, answers, inputs of calls."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from engine.dataflow import Passage, Read, Surroundings, UnitVariables
from engine.errors import Problem
from engine.language import N_
from engine.releases import Check, Unit
from engine.spiff import ProcessInfo, Step
from engine.spiff.labels import Label
from engine.spiff.ways import Ways

MOST_NAMES = 400
"""So many variables a process may have: they hold 8 KB together."""

MOST_FORKS = 50
MOST_HINTS = 20

UNKNOWN_RESULTS = {
    "service_task": N_(
        "“%(name)s” takes “%(variable)s” of what its operation comes to, which does not give it."
    ),
    "user_task": N_("“%(name)s” takes “%(variable)s” of its form, which has no such field."),
    "call_activity": N_(
        "“%(name)s” takes “%(variable)s” of “%(process)s”, which does not give it back."
    ),
}


def check_variables(around: Surroundings) -> Check:
    """A check that every variable is set before it is read, as far as ways and names tell."""

    def check(unit: Unit) -> Iterator[Problem]:
        large = [each for each in unit.model.processes.values() if _count(each) > MOST_NAMES]
        for process in large:
            yield Problem(
                process.document,
                process.id,
                N_("“%(name)s” sets more than %(most)s variables."),
                rule="too-large",
                name=process.name,
                most=MOST_NAMES,
            )
        if large:
            return
        variables = UnitVariables(unit, around)
        for process in variables.processes.values():
            yield from _Check(variables, process).problems()

    return check


def _count(process: ProcessInfo) -> int:
    """How many names the steps of a process give values to, at most."""
    return sum(len(step.inputs) + len(step.outputs) for step in process.steps.values())


class _Check:
    """The check of one process of a unit."""

    def __init__(self, variables: UnitVariables, process: ProcessInfo) -> None:
        self.variables = variables
        self.process = process
        self.passage: Passage = variables.passages[process.id]
        self.is_open = variables.begins_openly(process.id)
        self.hints = MOST_HINTS
        self._called: dict[str, tuple[dict[str, Label], set[str]]] = {}
        self._forks: list[Mapping[str, int]] | None = None

    def problems(self) -> Iterator[Problem]:
        """Say everything that is read and not there."""
        for read in self.variables.reads(self.process):
            for name in sorted(read.formula.variables):
                yield from self._check_read(read, name)
        for step in self.process.steps.values():
            called = self.variables.processes.get(step.called_process or "")
            if called is not None:
                yield from self._check_call(step, called)
            if step.decision is not None:
                yield from self._check_decision(step, step.decision)

    def _at(
        self,
        read: Read,
        rule: str,
        message: str,
        *,
        is_warning: bool = False,
        **values: object,
    ) -> Problem:
        return Problem(
            self.process.document,
            read.element,
            message,
            rule=rule,
            is_warning=is_warning,
            name=read.called,
            **values,
        )

    def _check_read(self, read: Read, name: str) -> Iterator[Problem]:
        if read.seen is None or name in read.seen or self.is_open:
            return
        if self.passage.may_have(read.step.id, name) and not self._hands_itself_on(read, name):
            if self._is_needed(read, name) and not self.passage.must_have(read.step.id, name):
                yield self._at(
                    read,
                    "variable-not-always-set",
                    N_("“%(name)s” needs “%(variable)s”, which not every way to it sets."),
                    is_warning=True,
                    variable=name,
                )
            return
        if read.is_output and read.step.kind in UNKNOWN_RESULTS:
            called = self.variables.processes.get(read.step.called_process or "")
            message = UNKNOWN_RESULTS[read.step.kind]
            process = called.name if called else ""
            yield self._at(read, "unknown-result", message, variable=name, process=process)
            return
        yield from self._say_unset(read, name)

    def _say_unset(self, read: Read, name: str) -> Iterator[Problem]:
        setters = self.passage.setters_of(name)
        if not setters:
            near = self._find_near(name)
            if near:
                message = N_(
                    "“%(name)s” reads “%(variable)s”, which nothing sets. Is “%(near)s” meant?"
                )
                yield self._at(read, "variable-never-set", message, variable=name, near=near)
            else:
                message = N_("“%(name)s” reads “%(variable)s”, which nothing sets.")
                yield self._at(read, "variable-never-set", message, variable=name)
        elif any(self._run_beside(read.step.id, step.id) for step in setters):
            message = N_(
                "“%(name)s” reads “%(variable)s”, which “%(setter)s” may set at the same time."
            )
            yield self._at(
                read,
                "variable-set-beside",
                message,
                is_warning=True,
                variable=name,
                setter=setters[0].label,
            )
        else:
            message = N_(
                "“%(name)s” reads “%(variable)s”, which “%(setter)s” sets: "
                "no way leads from there to here."
            )
            yield self._at(
                read, "variable-too-late", message, variable=name, setter=setters[0].label
            )

    def _hands_itself_on(self, read: Read, name: str) -> bool:
        """Whether a result is read that only this line sets: nothing, also on a second round."""
        return (
            read.is_output
            and read.step.kind in UNKNOWN_RESULTS
            and read.target == name
            and read.formula.source.removeprefix("=").strip() == name
            and name not in self.variables.begun(self.process.id)
            and [each.id for each in self.passage.setters_of(name)] == [read.step.id]
        )

    def _is_needed(self, read: Read, name: str) -> bool:
        """Whether an operation fails without the variable, which is passed on to it as it is."""
        found = self.variables.around.operations.by_name.get(read.step.operation or "")
        if found is None or read.target is None or read.is_output:
            return False
        if name in self.variables.begun(self.process.id):
            # Whoever starts the case knows when it is there.
            return False
        value = found.takes.get(read.target)
        is_bare = read.formula.source.removeprefix("=").strip() == name
        return value is not None and is_bare and value.is_required and not value.may_be_null

    def _check_call(self, step: Step, called: ProcessInfo) -> Iterator[Problem]:
        given = {line.target for line in step.inputs}
        needed, used = self._names_of(called)
        for name in sorted(needed.keys() - given):
            yield Problem(
                self.process.document,
                step.id,
                N_(
                    "“%(name)s” does not give “%(process)s” the “%(variable)s” that “%(at)s” reads."
                ),
                rule="call-input-missing",
                name=step.label,
                process=called.name,
                variable=name,
                at=needed[name],
            )
        for name in sorted(given - used):
            yield Problem(
                self.process.document,
                step.id,
                N_("“%(name)s” gives “%(process)s” the “%(variable)s”, which nothing there reads."),
                rule="call-input-unused",
                is_warning=True,
                name=step.label,
                process=called.name,
                variable=name,
            )

    def _names_of(self, called: ProcessInfo) -> tuple[dict[str, Label], set[str]]:
        """What a called process needs and what it uses, found out once however often it is."""
        if called.id not in self._called:
            self._called[called.id] = self._names_needed(called), self._names_used(called)
        return self._called[called.id]

    def _names_needed(self, called: ProcessInfo) -> dict[str, Label]:
        """What a called process reads before any way of its own sets it, and where it does."""
        own = self.variables.without_beginning(called)
        needed: dict[str, Label] = {}
        for read in self.variables.reads(called):
            for name in read.formula.variables:
                is_seen = read.seen is None or name in read.seen
                if not is_seen and not own.may_have(read.step.id, name):
                    needed.setdefault(name, read.called)
        for step in called.steps.values():
            inputs = {line.target for line in step.inputs}
            for name in self.variables.unit.model.inputs_of(step.decision or "") - inputs:
                if not own.may_have(step.id, name):
                    needed.setdefault(name, step.label)
        return needed

    def _names_used(self, called: ProcessInfo) -> set[str]:
        used = {name for each in self.variables.reads(called) for name in each.formula.variables}
        for step in called.steps.values():
            if step.decision is not None:
                used |= self.variables.unit.model.inputs_of(step.decision)
        for call in self.variables.calls.get(called.id, ()):
            for line in call.outputs:
                used |= line.value.variables
        return used

    def _check_decision(self, step: Step, decision: str) -> Iterator[Problem]:
        given = {line.target for line in step.inputs}
        for name in sorted(self.variables.unit.model.inputs_of(decision) - given):
            if not self.is_open and not self.passage.may_have(step.id, name):
                yield Problem(
                    self.process.document,
                    step.id,
                    N_("“%(name)s”: the decision reads “%(variable)s”, which nothing sets before."),
                    rule="variable-never-set",
                    name=step.label,
                    variable=name,
                )

    def _find_near(self, name: str) -> str:
        """A variable that may be meant, for the first few that are not there."""
        if self.hints <= 0:
            return ""
        self.hints -= 1
        return next(iter(get_close_matches(name[:60], self.passage.names, n=1)), "")

    def _run_beside(self, one: str, other: str) -> bool:
        """Whether two steps can be gone through at the same time, on different branches."""
        if self._forks is None:
            self._forks = [*self._find_forks()]
        for branches in self._forks:
            of_one, of_other = branches.get(one, 0), branches.get(other, 0)
            # On different branches, unless both stand on one and the same alone.
            if of_one and of_other and (of_one | of_other).bit_count() > 1:
                return True
        return False

    def _find_forks(self) -> Iterator[Mapping[str, int]]:
        """For each place where branches part, on which of them each step stands, as bits."""
        ways = Ways(self.process)
        found = 0
        for step in self.process.steps.values():
            after = [flow.target for flow in self.process.flows_from(step.id)]
            beside = [e.id for e in self.process.events_on(step.id) if not e.is_interrupting]
            is_split = step.kind == "parallel_gateway" and len(after) > 1
            if not (is_split or beside) or found >= MOST_FORKS:
                continue
            found += 1
            branches = [ways.reached([each]) for each in (after if is_split else beside)]
            if not is_split:
                branches.append({step.id, *ways.reached(after)})
            held: dict[str, int] = {}
            for place, branch in enumerate(branches):
                for each in branch:
                    held[each] = held.get(each, 0) | 1 << place
            yield held
