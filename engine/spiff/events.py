"""Events that are waited for, and the gateway that waits for the first of several."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults as bpmn
from SpiffWorkflow.util.task import TaskState

from engine.spiff.diagram import Message, Step, Timer
from engine.spiff.errors import TimerNotUnderstood
from engine.spiff.specs import StepSpec, Way
from engine.spiff.timers import NoTime, add_duration, read_schedule

if TYPE_CHECKING:
    from engine.spiff.execution import Token


def wait_for(token: "Token", events: Iterable[Step]) -> None:
    """Note in a token what it waits for: when its timer is due, which messages are meant."""
    kept = token.internal_data
    for step in events:
        if isinstance(step.event, Timer):
            value = step.event.value.evaluate(token.data, token.now())
            try:
                schedule = read_schedule(step.event, value, now=token.now())
            except NoTime as error:
                raise TimerNotUnderstood(value=str(value), name=step.name) from error
            kept["due_at"] = schedule.due_at.isoformat()
            if schedule.every is not None:
                kept["every"] = schedule.every
                kept["times"] = schedule.times
        elif isinstance(step.event, Message) and step.event.key is not None:
            key = step.event.key.evaluate(token.data, token.now())
            if key is not None:
                kept.setdefault("keys", {})[step.id] = str(key)
    token._set_state(TaskState.WAITING)


class Catching(StepSpec):
    """Waits for a timer or a message. Mixed into the events that do."""

    def _update_hook(self, my_task: "Token") -> bool:
        wait_for(my_task, self.events())
        return False

    def events(self) -> tuple[Step, ...]:
        """The steps whose events it waits for."""
        return (self.step,)

    def fire(self, token: "Token", event: Step, payload: Mapping[str, object]) -> None:
        """Take the event that was waited for."""
        if self.step.outputs:
            self.give_out(token, payload)
        token._ready()

    def _on_ready_hook(self, my_task: "Token") -> None:
        pass

    def _run_hook(self, my_task: "Token") -> bool:
        return True

    def _on_cancel(self, my_task: "Token") -> None:
        pass


class IntermediateCatchEvent(Catching, bpmn.IntermediateCatchEvent):
    """Waits on its own, or has been waited for by the gateway before it."""

    def _update_hook(self, my_task: "Token") -> bool:
        if isinstance(my_task.parent.task_spec, EventBasedGateway):
            return True
        return super()._update_hook(my_task)


class BoundaryEvent(Catching, bpmn.BoundaryEvent):
    """Waits while the activity that it stands on is going on."""

    def fire(self, token: "Token", event: Step, payload: Mapping[str, object]) -> None:
        """Take the event; a repeated timer goes on waiting."""
        if "every" in token.internal_data and token.internal_data["times"] != 1:
            self._repeat(token)
            return
        super().fire(token, event, payload)

    def _repeat(self, token: "Token") -> None:
        """Send a token on its way and wait for the next time, which is never in the past."""
        kept = token.internal_data
        due_at = add_duration(datetime.fromisoformat(kept["due_at"]), kept["every"])
        if due_at <= token.now():
            due_at = add_duration(token.now(), kept["every"])
        kept["due_at"] = due_at.isoformat()
        if kept["times"] is not None:
            kept["times"] -= 1
        token.workflow.top_workflow.passed_by(token, self.ways)
        for way in self.ways:
            token.workflow.task_tree.go(way)

    def _on_ready_hook(self, my_task: "Token") -> None:
        if self.step.is_interrupting:
            my_task.cancel_siblings()


class EventBasedGateway(Catching, bpmn.EventBasedGateway):
    """Waits for the first of several events and goes on with it."""

    def connect(self, child: Any) -> None:
        """Connect as any step does; the events stay where they are drawn."""
        self._outputs.append(child.name)
        child._connect_notify(self)

    def events(self) -> tuple[Step, ...]:
        """The events on its ways out."""
        return tuple(spec.step for _, spec in self.ways)

    def fire(self, token: "Token", event: Step, payload: Mapping[str, object]) -> None:
        """Take the event that came first."""
        for _, spec in self.ways:
            if spec.step is event and event.outputs:
                spec.give_out(token, payload)
        token.internal_data["fired"] = event.id
        token._ready()

    def ways_from(self, token: "Token") -> tuple[Way, ...]:
        """Go on with the event that came."""
        return tuple(way for way in self.ways if way[1].step.id == token.internal_data["fired"])
