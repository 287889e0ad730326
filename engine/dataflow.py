"""Which variables there are at each step of a process: who sets them, and on which ways.

A process has one scope of variables (`engine.spiff.specs`). What may have been set before a step
is what some way to it sets; what must have been set is what every way to it sets.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from engine.feel import FeelSyntaxError
from engine.feel.nodes import Name
from engine.operations import Operations
from engine.releases import Unit
from engine.signatures import NOTHING, Signature, Value
from engine.spiff import Flow, Formula, ProcessInfo, Step
from engine.spiff.diagram import Message, Timer
from engine.spiff.labels import Label
from engine.spiff.ways import Ways

OPEN = None
"""In place of names: what is seen here cannot be known beforehand."""

Names = Mapping[str, Value | None]
"""Variables by name, with what they are as far as that is known."""


@dataclass(frozen=True)
class Surroundings:
    """What a diagram cannot say itself.

    `beginnings`: what cases of a process are started with. `answers`: what a user task's form
    gives to its output mapping; OPEN if it cannot be said.
    """

    operations: Operations
    beginnings: Mapping[str, Signature] = field(default_factory=dict)
    answers: Callable[[Unit, Step], Signature | None] = lambda _unit, _step: OPEN


@dataclass(frozen=True, slots=True)
class Read:
    """A place where variables are read. `seen` are names besides the process's variables.

    `element` is where it is told; `target` what a line of a mapping sets.
    """

    element: str
    called: Label
    step: Step
    formula: Formula
    seen: Names | None = field(default_factory=dict)
    target: str | None = None
    is_output: bool = False


class Passage:
    """Which variables may and which must be there before each step of one process."""

    def __init__(
        self, process: ProcessInfo, begun: Names, always: Iterable[str], sets: Mapping[str, Names]
    ) -> None:
        self.process = process
        self.sets = sets
        names = dict.fromkeys(name for each in (begun, *sets.values()) for name in each)
        self._bits = {name: 1 << place for place, name in enumerate(names)}
        self._all = (1 << len(names)) - 1
        self._own = {step: self._mask(given) for step, given in sets.items()}
        starts = [each.id for each in process.steps.values() if each.kind == "start_event"]
        self.reached = Ways(process).reached(starts)
        self._before = self._sources()
        self._after = self._targets()
        self._order = self._find_order(starts)
        self.may = self._settle(dict.fromkeys(starts, self._mask(begun)), is_every=False)
        self.must = self._settle(dict.fromkeys(starts, self._mask(always)), is_every=True)

    @property
    def names(self) -> Iterable[str]:
        """All variables that something sets."""
        return self._bits

    def may_have(self, step_id: str, name: str) -> bool:
        """Whether some way to a step sets a variable; where no way leads nothing is said."""
        return step_id not in self.reached or bool(self.may[step_id] & self._bits.get(name, 0))

    def must_have(self, step_id: str, name: str) -> bool:
        """Whether every way to a step sets a variable."""
        return step_id not in self.reached or bool(self.must[step_id] & self._bits.get(name, 0))

    def names_at(self, step_id: str) -> list[str]:
        """The variables that may be there before a step, in the order of the diagram."""
        held = self.may.get(step_id, 0)
        return [name for name, bit in self._bits.items() if held & bit]

    def names_in_the_end(self) -> set[str]:
        """The variables that may be there when the process is over."""
        ends = [each.id for each in self.process.steps.values() if each.kind == "end_event"]
        return {name for end in ends if end in self.reached for name in self.names_at(end)}

    def setters_of(self, name: str) -> list[Step]:
        """The steps that set a variable, in the order of the diagram."""
        return [self.process.steps[step] for step, given in self.sets.items() if name in given]

    def _mask(self, names: Iterable[str]) -> int:
        held = 0
        for name in names:
            held |= self._bits.get(name, 0)
        return held

    def _sources(self) -> Mapping[str, list[tuple[str, bool]]]:
        """What comes before each step, and whether it is over by then."""
        found: dict[str, list[tuple[str, bool]]] = {step: [] for step in self.process.steps}
        for flow in self.process.flows:
            if flow.source in self.reached and flow.target in found:
                found[flow.target].append((flow.source, True))
        for step in self.process.steps.values():
            if step.attached_to in self.reached:
                found[step.id].append((step.attached_to, False))
        return found

    def _targets(self) -> Mapping[str, list[str]]:
        """What comes after each step that is reached."""
        found: dict[str, list[str]] = {step: [] for step in self.reached}
        for step, sources in self._before.items():
            for source, _is_over in sources:
                found[source].append(step)
        return found

    def _find_order(self, starts: Iterable[str]) -> Iterable[str]:
        """The steps as tokens come to them, in which few have to be looked at again."""
        found: dict[str, None] = {}
        ahead = deque(starts)
        while ahead:
            step = ahead.popleft()
            if step not in found:
                found[step] = None
                ahead.extend(self._after[step])
        return found

    def _settle(self, starts: Mapping[str, int], *, is_every: bool) -> dict[str, int]:
        held = dict.fromkeys(self.reached, self._all if is_every else 0) | dict(starts)
        ahead = deque(step for step in self._order if step not in starts)
        waiting = set(ahead)
        while ahead:
            step = ahead.popleft()
            waiting.discard(step)
            came = self._come(step, held, is_every=is_every)
            if came != held[step]:
                held[step] = came
                fresh = [
                    each for each in self._after[step] if each not in waiting and each not in starts
                ]
                ahead.extend(fresh)
                waiting.update(fresh)
        return held

    def _come(self, step: str, held: Mapping[str, int], *, is_every: bool) -> int:
        """What comes to a step: at a join of parallel branches, of all of them."""
        came = [
            held[source] | (self._own.get(source, 0) if is_over else 0)
            for source, is_over in self._before[step]
        ]
        is_join = self.process.steps[step].kind == "parallel_gateway"
        result = self._all if is_every and not is_join and came else 0
        for each in came:
            result = result & each if is_every and not is_join else result | each
        return result


class UnitVariables:
    """The variables of all processes of a unit, and where they are read."""

    def __init__(self, unit: Unit, around: Surroundings) -> None:
        self.unit = unit
        self.around = around
        self.processes = unit.model.processes
        self.calls: dict[str, list[Step]] = {}
        for process in self.processes.values():
            for step in process.steps.values():
                if step.called_process:
                    self.calls.setdefault(step.called_process, []).append(step)
        self.passages = {each.id: self._pass(each) for each in self.processes.values()}

    def begins_openly(self, process_id: str) -> bool:
        """Whether it is not known with which variables a process begins."""
        return process_id not in self.calls and process_id not in self.around.beginnings

    def without_beginning(self, process: ProcessInfo) -> Passage:
        """A process as if it were begun with nothing: what is then read must be given to it."""
        return Passage(process, {}, (), self.passages[process.id].sets)

    def begun(self, process_id: str) -> Names:
        """The variables that a process may begin with."""
        return self._begun(process_id)[0]

    def reads(self, process: ProcessInfo) -> Iterator[Read]:
        """Every place of a process where variables are read."""
        for step in process.steps.values():
            yield from self._reads_of(step)
        for flow in process.flows:
            source = process.steps.get(flow.source)
            if flow.condition is not None and source is not None:
                yield Read(flow.id, name_of_flow(flow, source), source, flow.condition)

    def local_names(self, step: Step) -> Names | None:
        """What the output mapping of a step sees besides the process's variables."""
        inputs: dict[str, Value | None] = dict.fromkeys(each.target for each in step.inputs)
        match step.kind:
            case "user_task":
                answers = self.around.answers(self.unit, step)
                outcome = {outcome_of(step): None}
                return OPEN if answers is None else {**inputs, **answers, **outcome}
            case "service_task":
                found = self.around.operations.by_name.get(step.operation or "")
                if found is None or found.gives is None:
                    return OPEN
                return {**inputs, **found.gives}
            case "call_activity":
                called = self.passages.get(step.called_process or "")
                return OPEN if called is None else dict.fromkeys(called.names_in_the_end())
            case "script_task" | "business_rule_task":
                return {**inputs, step.result_variable or "": None}
            case _:
                return OPEN  # what a message says of itself

    def value_of(self, process_id: str, name: str) -> Value | None:
        """What a variable is, as far as whoever sets it says."""
        passage = self.passages[process_id]
        begun = self._begun(process_id)[0].get(name)
        found = (passage.sets[step.id][name] for step in passage.setters_of(name))
        return begun or next((each for each in found if each is not None), None)

    def _pass(self, process: ProcessInfo) -> Passage:
        begun, always = self._begun(process.id)
        sets = {step.id: self._sets_of(step) for step in process.steps.values()}
        return Passage(process, begun, always, sets)

    def _begun(self, process_id: str) -> tuple[Names, frozenset[str]]:
        """The variables that a process may begin with, and those that it always begins with."""
        begun: dict[str, Value | None] = {}
        ways: list[frozenset[str]] = []
        if process_id in self.around.beginnings and process_id == self.unit.process_id:
            known = self.around.beginnings[process_id]
            begun.update(known)
            ways.append(frozenset(each.name for each in known.values() if each.is_required))
        for call in self.calls.get(process_id, ()):
            given = frozenset(each.target for each in call.inputs)
            begun.update(dict.fromkeys(given - begun.keys()))
            ways.append(given)
        return begun, frozenset.intersection(*ways) if ways else frozenset()

    def _sets_of(self, step: Step) -> Names:
        """The variables of its process that a step sets."""
        own: dict[str, Value | None] = {}
        if step.kind == "user_task":
            own[outcome_of(step)] = None
        elif step.result_variable and not step.outputs:
            own[step.result_variable] = None
        local = self.local_names(step) if step.outputs and step.kind != "call_activity" else None
        for line in step.outputs:
            own[line.target] = (local or NOTHING).get(_bare_name(line.value) or "")
        return own

    def _reads_of(self, step: Step) -> Iterator[Read]:
        seen: dict[str, Value | None] = {}
        for line in step.inputs:
            yield Read(step.id, step.label, step, line.value, dict(seen), target=line.target)
            seen[line.target] = None
        for formula in own_formulas(step):
            is_inside = step.kind in {"script_task", "business_rule_task"}
            yield Read(step.id, step.label, step, formula, dict(seen) if is_inside else {})
        local = self.local_names(step) if step.outputs else {}
        for line in step.outputs:
            yield Read(
                step.id, step.label, step, line.value, local, target=line.target, is_output=True
            )
            local = local if local is None else {**local, line.target: None}


def own_formulas(step: Step) -> Iterator[Formula]:
    """What a step computes besides its mappings."""
    if step.script is not None:
        yield step.script
    if step.due is not None:
        yield step.due
    if isinstance(step.event, Timer):
        yield step.event.value
    if isinstance(step.event, Message) and step.event.key and step.kind != "start_event":
        yield step.event.key
    for source in step.properties.values():
        if source.strip().startswith("="):
            try:
                yield Formula.read(source)
            except FeelSyntaxError:
                continue  # said where the diagram is read


def outcome_of(step: Step) -> str:
    """The variable that says how a user task ended."""
    return f"{step.id}_outcome"


def _bare_name(formula: Formula) -> str | None:
    """The variable that a formula passes on as it is, if it does nothing else."""
    node = None if formula.expression is None else formula.expression.node
    return node.name if isinstance(node, Name) else None


def name_of_flow(flow: Flow, source: Step) -> Label:
    """What people call a flow: by its own name, else by that of the gateway that it leaves."""
    return flow.name or source.label
