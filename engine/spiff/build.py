"""From a diagram's steps and flows to SpiffWorkflow's specifications."""

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec

from engine.spiff import events, specs
from engine.spiff.diagram import ProcessInfo, Step

SPECS: Mapping[str, Any] = {
    "start_event": specs.StartEvent,
    "end_event": specs.EndEvent,
    "user_task": specs.UserTask,
    "service_task": specs.ServiceTask,
    "script_task": specs.ScriptTask,
    "business_rule_task": specs.BusinessRuleTask,
    "call_activity": specs.CallActivity,
    "exclusive_gateway": specs.ExclusiveGateway,
    "parallel_gateway": specs.ParallelGateway,
    "event_based_gateway": events.EventBasedGateway,
    "intermediate_catch_event": events.IntermediateCatchEvent,
    "boundary_event": events.BoundaryEvent,
}

START = ":start"
GUARD = ":guard:"
"""Names that no id of a diagram can have: an id has no colon."""


class ProcessSpec(BpmnProcessSpec):
    """A process without the hidden steps that SpiffWorkflow ends every process with.

    A process is over when no token is left, which needs no join that waits beside the tokens.
    """

    def __init__(self, process_id: str) -> None:
        WorkflowSpec.__init__(self, name=process_id)
        self.bpmn_start_events: list[Any] = []
        self.start = specs.Start(self, START)
        self.end = None
        self.io_specification = None
        self.data_objects: dict[str, Any] = {}
        self.data_stores: dict[str, Any] = {}
        self.correlation_keys: dict[str, Any] = {}


def build_process(process: ProcessInfo) -> ProcessSpec:
    """Make the specification of a process that was checked before."""
    built = ProcessSpec(process.id)
    made = {step.id: _make(built, step) for step in process.steps.values()}
    entries = dict(made)
    for step in process.steps.values():
        attached = process.events_on(step.id)
        if attached:
            guard = specs.Guarded(built, GUARD + step.id)
            guard.ways = ()
            entries[step.id] = guard
            for inner in (step, *attached):
                _connect(guard, "", made[inner.id])
    built.start.ways = ()
    _connect(built.start, "", made[process.start.id])
    for step in process.steps.values():
        spec = made[step.id]
        for flow in process.flows_from(step.id):
            _connect(spec, flow.id, entries[flow.target])
        if isinstance(spec, specs.ExclusiveGateway):
            spec.conditions = tuple(
                (each.id, each.condition)
                for each in process.flows_from(step.id)
                if each.condition is not None
            )
        if isinstance(spec, specs.ParallelGateway):
            spec.incoming = len(process.flows_to(step.id))
    return built


def _make(process: ProcessSpec, step: Step) -> Any:
    extra: dict[str, object] = {}
    match step.kind:
        case "script_task" | "business_rule_task":
            extra["script"] = ""
        case "call_activity":
            extra["subworkflow_spec"] = step.called_process
        case "boundary_event":
            extra["cancel_activity"] = step.is_interrupting
    if step.kind in {
        "start_event",
        "end_event",
        "event_based_gateway",
        "intermediate_catch_event",
        "boundary_event",
    }:
        extra["event_definition"] = NoneEventDefinition()
    spec = SPECS[step.kind](process, step.id, bpmn_name=step.name, lane=step.lane, **extra)
    spec.set_up(step)
    return spec


def _connect(source: Any, flow: str, target: Any) -> None:
    source.connect(target)
    source.ways = (*source.ways, (flow, target))
