"""What a diagram says: processes, their steps and flows, as plain values."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Literal, TypeVar

from engine.spiff.expressions import Formula
from engine.spiff.labels import Label

Kind = Literal[
    "start_event",
    "end_event",
    "user_task",
    "service_task",
    "script_task",
    "business_rule_task",
    "call_activity",
    "exclusive_gateway",
    "parallel_gateway",
    "event_based_gateway",
    "intermediate_catch_event",
    "boundary_event",
]

Item = TypeVar("Item")

NO_PROPERTIES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Message:
    """Something that is told to a case from outside; `key` says for which of several it is."""

    name: str
    key: Formula | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """A time to wait for: a date with its time and offset, a duration, or a repeated one."""

    kind: Literal["date", "duration", "cycle"]
    value: Formula


@dataclass(frozen=True, slots=True)
class Failure:
    """A BPMN error; a boundary event without a code catches every one."""

    code: str | None


@dataclass(frozen=True, slots=True)
class Termination:
    """The end of everything in the process."""


Event = Message | Timer | Failure | Termination


@dataclass(frozen=True, slots=True)
class Assignment:
    """One line of an input or output mapping."""

    target: str
    value: Formula


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: Formula | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """An element that a process passes: a task, an event or a gateway.

    `name` falls back to the id, which is what a running case shows; `label` is what those read
    who draw, and falls back to what kind of element it is. `group` is the task's own candidate
    group or else its lane's id.
    """

    id: str
    process_id: str
    kind: Kind
    name: str
    label: Label
    documentation: str = ""
    properties: Mapping[str, str] = field(default_factory=lambda: NO_PROPERTIES)
    lane: str | None = None
    lane_name: str | None = None
    group: str | None = None
    form_id: str | None = None
    operation: str | None = None
    called_process: str | None = None
    decision: str | None = None
    script: Formula | None = None
    result_variable: str | None = None
    inputs: tuple[Assignment, ...] = ()
    outputs: tuple[Assignment, ...] = ()
    due: Formula | None = None
    event: Event | None = None
    attached_to: str | None = None
    is_interrupting: bool = True
    default: str | None = None


@dataclass(frozen=True)
class ProcessInfo:
    """One process of a diagram, its steps in the order of the document.

    `others` are the ids of elements that are no steps, such as those that are not supported.
    """

    id: str
    name: str
    document: str
    steps: Mapping[str, Step]
    flows: tuple[Flow, ...]
    documentation: str = ""
    properties: Mapping[str, str] = field(default_factory=lambda: NO_PROPERTIES)
    others: frozenset[str] = frozenset()

    @property
    def start(self) -> Step:
        """Its one start event."""
        return next(step for step in self.steps.values() if step.kind == "start_event")

    @property
    def calls(self) -> frozenset[str]:
        """The ids of the processes that its call activities call."""
        return frozenset(step.called_process for step in self.steps.values() if step.called_process)

    def flows_from(self, step_id: str) -> tuple[Flow, ...]:
        """The ways out of a step, in the order of the document."""
        return self._flows_from.get(step_id, ())

    def flows_to(self, step_id: str) -> tuple[Flow, ...]:
        """The ways into a step, in the order of the document."""
        return self._flows_to.get(step_id, ())

    def events_on(self, step_id: str) -> tuple[Step, ...]:
        """The boundary events of an activity, in the order of the document."""
        return self._events_on.get(step_id, ())

    @cached_property
    def _flows_from(self) -> Mapping[str, tuple[Flow, ...]]:
        return _grouped(self.flows, lambda flow: flow.source)

    @cached_property
    def _flows_to(self) -> Mapping[str, tuple[Flow, ...]]:
        return _grouped(self.flows, lambda flow: flow.target)

    @cached_property
    def _events_on(self) -> Mapping[str, tuple[Step, ...]]:
        events = (step for step in self.steps.values() if step.attached_to)
        return _grouped(events, lambda step: step.attached_to or "")


@dataclass(frozen=True, slots=True)
class Diagram:
    """What one document says."""

    document: str
    processes: tuple[ProcessInfo, ...] = ()


def _grouped(items: Iterable[Item], key: Callable[[Item], str]) -> dict[str, tuple[Item, ...]]:
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return {name: tuple(group) for name, group in groups.items()}
