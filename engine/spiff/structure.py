"""Whether one process makes sense by itself: its steps, its flows and where they lead."""

from collections import Counter

from engine.language import N_
from engine.spiff.diagram import Failure, Flow, Message, ProcessInfo, Step, Termination, Timer
from engine.spiff.labels import Label, Way
from engine.spiff.problems import Problems
from engine.spiff.ways import Ways

ACTIVITIES = frozenset({"user_task", "service_task", "call_activity"})
"""What can go on for a while, so that boundary events make sense on it."""

AUTOMATIC = frozenset(
    {
        "script_task",
        "business_rule_task",
        "exclusive_gateway",
        "parallel_gateway",
        "boundary_event",
    }
)


STEPS_LIMIT = 1000
FLOWS_LIMIT = 4000


def check_process(process: ProcessInfo, problems: Problems) -> None:
    """Note everything that is wrong with a process by itself."""
    if len(process.steps) > STEPS_LIMIT:
        problems.add(
            process.id,
            "too-large",
            N_("“%(name)s” has more than %(limit)s steps."),
            name=process.name,
            limit=STEPS_LIMIT,
        )
        return
    if len(process.flows) > FLOWS_LIMIT:
        problems.add(
            process.id,
            "too-large",
            N_("“%(name)s” has more than %(limit)s flows."),
            name=process.name,
            limit=FLOWS_LIMIT,
        )
        return
    is_connected = _check_flows(process, problems)
    for step in process.steps.values():
        _check_contents(step, problems)
        match step.kind:
            case "exclusive_gateway":
                _check_choice(process, step, problems)
            case "boundary_event":
                _check_boundary(process, step, problems)
    _check_start(process, problems)
    if is_connected:
        # Where a flow hangs loose, it is not known yet what leads where.
        for step in process.steps.values():
            _check_ways(process, step, problems)
            if step.kind == "event_based_gateway":
                _check_race(process, step, problems)
        _check_reach(process, problems)


def _check_flows(process: ProcessInfo, problems: Problems) -> bool:
    complete = True
    for flow in process.flows:
        for end in (flow.source, flow.target):
            if end in process.steps:
                continue
            complete = False
            if end not in process.others:
                problems.add(
                    flow.id,
                    "loose-flow",
                    N_("The flow “%(name)s” is tied to “%(end)s”, which is no step here."),
                    name=_say_flow(process, flow),
                    end=end,
                )
        if flow.condition and flow.source in process.steps:
            source = process.steps[flow.source]
            if source.kind != "exclusive_gateway":
                problems.add(
                    flow.id,
                    "useless-condition",
                    N_("The flow “%(name)s” has a condition but no exclusive gateway before it."),
                    name=_say_flow(process, flow),
                )
    return complete


def _check_ways(process: ProcessInfo, step: Step, problems: Problems) -> None:
    into, out = len(process.flows_to(step.id)), len(process.flows_from(step.id))
    if step.kind in {"start_event", "boundary_event"} and into:
        problems.add(
            step.id, "flow-into-start", N_("A flow leads into “%(name)s”."), name=step.label
        )
    if step.kind == "end_event":
        if out:
            problems.add(
                step.id,
                "flow-out-of-end",
                N_("A flow leads out of the end “%(name)s”."),
                name=step.label,
            )
    elif out == 0:
        problems.add(step.id, "nothing-follows", N_("Nothing follows “%(name)s”."), name=step.label)
    elif out > 1 and not step.kind.endswith("gateway"):
        problems.add(
            step.id,
            "implicit-split",
            N_("%(count)s flows lead out of “%(name)s”; only a gateway parts ways."),
            count=out,
            name=step.label,
        )


def _check_contents(step: Step, problems: Problems) -> None:
    match step.kind:
        case "user_task":
            _check_user_task(step, problems)
        case "service_task" if step.operation is None:
            problems.add(
                step.id, "no-operation", N_("“%(name)s” has no operation."), name=step.label
            )
        case "script_task" if step.script is None:
            problems.add(
                step.id, "no-script", N_("“%(name)s” has no FEEL script."), name=step.label
            )
        case "business_rule_task" if step.decision is None:
            problems.add(step.id, "no-decision", N_("“%(name)s” has no decision."), name=step.label)
        case "call_activity" if step.called_process is None:
            problems.add(
                step.id,
                "no-called-process",
                N_("“%(name)s” says no process to call."),
                name=step.label,
            )
        case "intermediate_catch_event" if step.event is None:
            problems.add(
                step.id, "no-event", N_("“%(name)s” has nothing to wait for."), name=step.label
            )
    if (
        isinstance(step.event, Timer)
        and step.event.kind == "cycle"
        and (step.kind != "boundary_event" or step.is_interrupting)
    ):
        problems.add(
            step.id,
            "timer-repeats",
            N_("Only a boundary event that does not interrupt can repeat, not “%(name)s”."),
            name=step.label,
        )


def _check_user_task(step: Step, problems: Problems) -> None:
    if step.label != step.name:
        problems.add(step.id, "no-name", N_("Give the step a name: who does it reads it."))
    if step.form_id is None:
        problems.add(step.id, "no-form", N_("“%(name)s” has no form."), name=step.label)
    if step.group is None:
        problems.add(
            step.id,
            "no-lane",
            N_("“%(name)s” stands in no lane and has no group."),
            name=step.label,
        )


def _check_choice(process: ProcessInfo, step: Step, problems: Problems) -> None:
    flows = process.flows_from(step.id)
    if step.default is not None and step.default not in {flow.id for flow in flows}:
        problems.add(
            step.id,
            "no-default",
            N_("The default way of “%(name)s” does not begin there."),
            name=step.label,
        )
    if len(flows) > 1 and step.default is None:
        problems.add(
            step.id, "no-default", N_("The gateway “%(name)s” has no default way."), name=step.label
        )
    for flow in flows:
        is_default = flow.id == step.default or len(flows) == 1
        if is_default and flow.condition:
            problems.add(
                flow.id,
                "default-condition",
                N_("“%(flow)s”, the default way of “%(name)s”, has a condition."),
                flow=_say_flow(process, flow),
                name=step.label,
            )
        elif not is_default and not flow.condition:
            problems.add(
                flow.id,
                "no-condition",
                N_("“%(flow)s”, a way out of “%(name)s”, has no condition."),
                flow=_say_flow(process, flow),
                name=step.label,
            )


def _check_race(process: ProcessInfo, step: Step, problems: Problems) -> None:
    targets = [process.steps[flow.target] for flow in process.flows_from(step.id)]
    if len(targets) < 2:
        problems.add(
            step.id,
            "event-gateway",
            N_("The gateway “%(name)s” needs two events to wait for."),
            name=step.label,
        )
    for target in targets:
        if target.kind != "intermediate_catch_event" or len(process.flows_to(target.id)) > 1:
            problems.add(
                target.id,
                "event-gateway",
                N_("“%(target)s” after the gateway “%(name)s” is no event of its own."),
                target=target.label,
                name=step.label,
            )
    if sum(isinstance(target.event, Timer) for target in targets) > 1:
        problems.add(
            step.id,
            "event-gateway",
            N_("The gateway “%(name)s” waits for more than one timer."),
            name=step.label,
        )
    messages = Counter(target.event.name for target in targets if isinstance(target.event, Message))
    for message, count in messages.items():
        if count > 1:
            problems.add(
                step.id,
                "event-gateway",
                N_("The gateway “%(name)s” waits for the message “%(awaited)s” twice."),
                name=step.label,
                awaited=message,
            )


def _check_boundary(process: ProcessInfo, step: Step, problems: Problems) -> None:
    host = process.steps.get(step.attached_to or "")
    if host is None or host.kind not in ACTIVITIES:
        problems.add(
            step.id,
            "boundary-place",
            N_("“%(name)s” must stand on a user task, a service task or a call."),
            name=step.label,
        )
    if step.event is None or isinstance(step.event, Termination):
        problems.add(
            step.id, "no-event", N_("“%(name)s” has nothing to wait for."), name=step.label
        )
    if isinstance(step.event, Failure):
        if not step.is_interrupting:
            problems.add(
                step.id,
                "error-interrupts",
                N_("“%(name)s” catches an error, so it interrupts its task."),
                name=step.label,
            )
        others = [
            each for each in process.events_on(step.attached_to or "") if each.event == step.event
        ]
        if others and others[0].id != step.id:
            problems.add(
                step.id,
                "same-error",
                N_("“%(name)s” and “%(other)s” catch the same error."),
                name=step.label,
                other=others[0].label,
            )


def _check_start(process: ProcessInfo, problems: Problems) -> None:
    starts = [step for step in process.steps.values() if step.kind == "start_event"]
    if not starts:
        problems.add(
            process.id, "no-start", N_("“%(name)s” has no start event."), name=process.name
        )
    for start in starts[1:]:
        problems.add(
            start.id,
            "many-starts",
            N_("“%(name)s” has more than one start event."),
            name=process.name,
        )
    for start in starts:
        if start.form_id is not None and isinstance(start.event, Message):
            problems.add(
                start.id,
                "start-form",
                N_("A message starts “%(name)s”: it has no form."),
                name=start.label,
            )
        elif start.form_id not in {None, start.id}:
            problems.add(
                start.id,
                "start-form",
                N_("The form of the start event “%(name)s” must have its id, “%(id)s”."),
                name=start.label,
                id=start.id,
            )


def _check_reach(process: ProcessInfo, problems: Problems) -> None:
    ways = Ways(process)
    starts = [step.id for step in process.steps.values() if step.kind == "start_event"]
    ends = [step.id for step in process.steps.values() if step.kind == "end_event"]
    reached = ways.reached(starts)
    ending = ways.reaching(ends)
    for step in process.steps.values():
        if step.id not in reached and starts:
            problems.add(
                step.id, "unreachable", N_("Nothing leads to “%(name)s”."), name=step.label
            )
        elif step.id not in ending and process.flows_from(step.id):
            problems.add(
                step.id, "no-end", N_("No end can be reached from “%(name)s”."), name=step.label
            )
    _check_joins(process, ways, starts, problems)
    stuck = set(ways.rounds(lambda each: process.steps[each].kind in AUTOMATIC))
    for step in process.steps.values():
        if step.id in stuck:
            problems.add(
                step.id,
                "endless-loop",
                N_("“%(name)s” goes round without anybody or anything to wait for."),
                name=step.label,
            )
    unattended = ways.rounds(lambda each: process.steps[each].kind in AUTOMATIC | {"service_task"})
    for each in unattended:
        if each not in stuck:
            problems.warn(
                each,
                "endless-loop",
                N_("“%(name)s” goes round without a person in it."),
                name=process.steps[each].label,
            )


def _check_joins(process: ProcessInfo, ways: Ways, starts: list[str], problems: Problems) -> None:
    for step in process.steps.values():
        flows = process.flows_to(step.id)
        if step.kind != "parallel_gateway" or len(flows) < 2:
            continue
        before = ways.reached(starts, without=step.id)
        if before and any(flow.source not in before for flow in flows):
            problems.add(
                step.id,
                "stuck-join",
                N_("“%(name)s” waits for a token that can only come from itself."),
                name=step.label,
            )


def _say_flow(process: ProcessInfo, flow: Flow) -> Label:
    """A flow by its name, else by the steps that it leads from and to."""
    if flow.name:
        return flow.name
    ends = (process.steps.get(end) for end in (flow.source, flow.target))
    named = [step.label for step in ends if step is not None]
    return Way(*named) if len(named) == 2 else flow.id
