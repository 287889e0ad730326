"""What each kind of step does when a token reaches it, on SpiffWorkflow's task specifications.

Three things differ from SpiffWorkflow's own:

- A process has one scope of variables that all its tokens see, as BPMN has it. SpiffWorkflow
  copies the data from task to task, so that parallel branches overwrite each other at a join.
- A token's children are made when it completes, not predicted, so that a stored case is as
  large as what is going on in it and not as its diagram.
- A join counts the tokens that came, by sequence flow, in the task that waits. It does not need
  the finished part of the tree, which is therefore never stored.

Specifications hold no state: they are shared by all cases and threads.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults as bpmn
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, BpmnStartTask
from SpiffWorkflow.util.task import TaskState

from engine.errors import BpmnError
from engine.spiff.diagram import Assignment, Failure, Step, Termination
from engine.spiff.errors import TimerNotUnderstood
from engine.spiff.expressions import Formula
from engine.spiff.operation import Done, OperationCall
from engine.spiff.timers import NoTime, read_moment
from engine.spiff.variables import as_data, assign

if TYPE_CHECKING:
    from engine.spiff.execution import Token

Way = tuple[str, Any]
"""The id of a sequence flow (or "" inside of what one element is made of) and where it leads."""


def evaluate(
    assignments: Iterable[Assignment], token: "Token", local: Mapping[str, object]
) -> dict[str, object]:
    """Evaluate a mapping over the variables that a token sees and what is local to its step.

    A later line sees what an earlier one gave.
    """
    now = token.now()
    given: dict[str, object] = {}
    for each in assignments:
        seen = {**token.data, **local, **given}
        given[each.target] = as_data(each.target, each.value.evaluate(seen, now))
    return given


class StepSpec:
    """What the specifications of all steps have in common. Mixed in before SpiffWorkflow's."""

    step: Step
    ways: tuple[Way, ...]

    def set_up(self, step: Step) -> None:
        """Say which step of the diagram this is; its ways are connected afterwards."""
        self.step = step
        self.ways = ()

    def _predict(self, *_args: object, **_options: object) -> None:
        """Predict nothing: children are made when a token completes."""

    def ways_from(self, token: "Token") -> tuple[Way, ...]:
        """Where a token goes on from here."""
        return self.ways

    def give_out(self, token: "Token", local: Mapping[str, object]) -> None:
        """Let the output mapping put what is local to the step into the process's variables."""
        token.data.update(evaluate(self.step.outputs, token, local))


class StartEvent(StepSpec, bpmn.StartEvent):
    """Where a process begins. A message that starts a case has come before the case is there."""

    def _update_hook(self, my_task: "Token") -> bool:
        return True

    def _run_hook(self, my_task: "Token") -> bool:
        return True


class EndEvent(StepSpec, bpmn.EndEvent):
    """Where a token ends; a termination or an error that nobody catches ends all the others."""

    def _run_hook(self, my_task: "Token") -> bool:
        return True

    def _on_complete_hook(self, my_task: "Token") -> None:
        workflow = my_task.workflow
        if isinstance(self.step.event, Failure):
            assert self.step.event.code is not None  # noqa: S101 - read so
            if workflow.caller is not None:
                if not workflow.caller.catch_error(self.step.event.code):
                    raise BpmnError(self.step.event.code)
                return
            workflow.cancel()
        elif isinstance(self.step.event, Termination):
            workflow.cancel()


class UserTask(StepSpec, bpmn.UserTask):
    """Waits for a person, until the time that it says, if it says one."""

    def _on_ready_hook(self, my_task: "Token") -> None:
        if self.step.due is None:
            return
        value = self.step.due.evaluate(my_task.data, my_task.now())
        if value is None:
            return
        try:
            my_task.internal_data["due_at"] = read_moment(value).isoformat()
        except NoTime as error:
            raise TimerNotUnderstood(value=str(value), name=self.step.name) from error


class ServiceTask(StepSpec, bpmn.ServiceTask):
    """Calls an operation; it stays STARTED until the operation has given its result."""

    def _run_hook(self, my_task: "Token") -> bool | None:
        inputs = evaluate(self.step.inputs, my_task, {})
        my_task.internal_data["inputs"] = inputs
        return True if self.call(my_task, inputs) else None

    def call(self, token: "Token", inputs: dict[str, object]) -> bool:
        """Run the operation and take its result, if it has one yet."""
        call = OperationCall(
            task_id=token.id,
            process_id=self.step.process_id,
            element_id=self.step.id,
            operation=self.step.operation or "",
            inputs=inputs,
        )
        try:
            outcome = token.workflow.top_workflow.run_operation(call)
        except BpmnError as error:
            execution = token.workflow.top_workflow
            if not token.catch_error(error.code):
                execution.uncaught.append((call, error))
            return False
        if not isinstance(outcome, Done):
            return False
        self.give_out(token, {**inputs, **outcome.result})
        return True


class ScriptTask(StepSpec, bpmn.ScriptTask):
    """Computes one variable with FEEL."""

    def _run_hook(self, my_task: "Token") -> bool:
        local = evaluate(self.step.inputs, my_task, {})
        assert self.step.script is not None  # noqa: S101 - read so
        value = self.step.script.evaluate({**my_task.data, **local}, my_task.now())
        self._keep(my_task, local, value)
        return True

    def _keep(self, token: "Token", local: dict[str, object], value: object) -> None:
        result = self.step.result_variable or ""
        if self.step.outputs:
            self.give_out(token, {**local, result: as_data(result, value)})
        else:
            assign(token.data, result, value)


class BusinessRuleTask(ScriptTask):
    """Asks a decision table; the model says which."""

    def _run_hook(self, my_task: "Token") -> bool:
        local = evaluate(self.step.inputs, my_task, {})
        decide = my_task.workflow.top_workflow.model.decide
        value = decide(self.step.decision, {**my_task.data, **local}, my_task.now())
        self._keep(my_task, local, value)
        return True


class CallActivity(StepSpec, bpmn.CallActivity):
    """Runs another process: it sees what is mapped in and gives back what is mapped out."""

    def _update_hook(self, my_task: "Token") -> bool:
        inputs = evaluate(self.step.inputs, my_task, {})
        my_task._set_state(TaskState.STARTED)
        my_task.workflow.top_workflow.call(my_task, self.step.called_process, inputs)
        return False

    def finish(self, token: "Token", result: Mapping[str, object]) -> None:
        """Go on after the called process has ended."""
        self.give_out(token, result)
        token.complete()

    def _on_cancel(self, my_task: "Token") -> None:
        called = my_task.workflow.top_workflow.subprocesses.pop(my_task.id)
        called.cancel()
        called.completed = True


class ExclusiveGateway(StepSpec, bpmn.ExclusiveGateway):
    """Takes the first way whose condition is true, or else the default one."""

    conditions: tuple[tuple[str, Formula], ...] = ()

    def test(self) -> None:
        """Everything was checked when the diagram was read."""

    def _run_hook(self, my_task: "Token") -> bool:
        return True

    def ways_from(self, token: "Token") -> tuple[Way, ...]:
        """Choose the way."""
        chosen = self.step.default or self.ways[0][0]
        for flow, condition in self.conditions:
            if condition.evaluate(token.data, token.now()) is True:
                chosen = flow
                break
        return tuple(way for way in self.ways if way[0] == chosen)


class ParallelGateway(StepSpec, bpmn.ParallelGateway):
    """Goes on in all ways once a token has come on every way in.

    The task that waits keeps the ids of the flows on which tokens came. A second token on the
    same flow waits as a task of its own for the next round.
    """

    incoming: int = 1

    def _update_hook(self, my_task: "Token") -> bool:
        arrived = [my_task.flow]
        for other in list(my_task.workflow.tasks.values()):
            if (
                other.task_spec is self
                and other._state == TaskState.WAITING
                and my_task.flow not in other.internal_data["arrived"]
            ):
                arrived += other.internal_data["arrived"]
                other.cancel()
                break
        if len(arrived) == self.incoming:
            return True
        my_task.internal_data["arrived"] = arrived
        my_task._set_state(TaskState.WAITING)
        return False

    def _run_hook(self, my_task: "Token") -> bool:
        return True


class Guarded(StepSpec, BoundaryEventSplit):
    """Stands before an activity with boundary events and holds them together."""

    def _run_hook(self, my_task: "Token") -> bool:
        return True


class Start(StepSpec, BpmnStartTask):
    """The root of a process's tree, before its start event."""
