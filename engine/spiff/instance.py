"""One running case: what waits in it, and everything that can be done to it.

After any exception the instance is half advanced: throw it away and load it again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from SpiffWorkflow.util.task import TaskState

from engine.errors import BpmnError
from engine.spiff import codec
from engine.spiff.diagram import Message, Step, Timer
from engine.spiff.errors import OperationNotStarted, RunawayProcess, TaskNotOpen
from engine.spiff.execution import Execution, Passed, Token
from engine.spiff.model import Model
from engine.spiff.operation import OperationCall, RunOperation
from engine.spiff.specs import ServiceTask, UserTask, evaluate
from engine.spiff.variables import as_data, assign

STEP_BUDGET = 500
"""How many steps may follow one another before anybody or anything is waited for."""

Clock = Callable[[], datetime] | datetime


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A user task that waits for a person, with a copy of the variables that it sees.

    `due_at` is what the task's schedule said when the task was reached.
    """

    id: UUID
    process_id: str
    element_id: str
    variables: Mapping[str, object]
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StartedOperation:
    """A service task whose operation has not given its result: remote, or failed."""

    id: UUID
    process_id: str
    element_id: str
    operation: str
    inputs: dict[str, object]


@dataclass(frozen=True, slots=True)
class Wait:
    """An event that is waited for. A gateway's events share its `id`."""

    id: UUID
    process_id: str
    element_id: str
    kind: Literal["timer", "message"]
    name: str | None = None
    due_at: datetime | None = None
    key: str | None = None


class Instance:
    """A case on its model. One thread at a time uses it; any number share the model."""

    def __init__(self, model: Model, execution: Execution) -> None:
        self.model = model
        self._execution = execution

    @classmethod
    def start(
        cls,
        model: Model,
        variables: Mapping[str, object],
        *,
        run_operation: RunOperation,
        now: Clock,
    ) -> "Instance":
        """Begin a case and advance it to its first rest."""
        execution = Execution(model, _clock(now), run_operation)
        execution.begin(variables)
        instance = cls(model, execution)
        instance.advance()
        return instance

    @classmethod
    def load(
        cls, model: Model, state: bytes, *, run_operation: RunOperation, now: Clock
    ) -> "Instance":
        """Go on with a stored case; nothing moves until something is done to it."""
        return cls(model, codec.load(model, state, _clock(now), run_operation))

    def dump(self) -> bytes:
        """Give the state to store; empty when the case has ended."""
        return codec.dump(self._execution)

    # What waits

    @property
    def open_tasks(self) -> list[OpenTask]:
        """The user tasks that people can complete."""
        return [
            OpenTask(
                id=token.id,
                process_id=token.task_spec.step.process_id,
                element_id=token.task_spec.step.id,
                variables=self._seen(token),
                due_at=_due_at(token),
            )
            for token in self._live(TaskState.READY, UserTask)
        ]

    @property
    def started_operations(self) -> list[StartedOperation]:
        """The service tasks whose results are waited for."""
        return [
            StartedOperation(
                token.id,
                token.task_spec.step.process_id,
                token.task_spec.step.id,
                token.task_spec.step.operation,
                dict(token.internal_data["inputs"]),
            )
            for token in self._live(TaskState.STARTED, ServiceTask)
        ]

    @property
    def waits(self) -> list[Wait]:
        """The timers and messages that are waited for."""
        return [
            wait
            for token in self._execution.waiting()
            for step in token.task_spec.events()
            if (wait := _wait(token, step)) is not None
        ]

    @property
    def is_ended(self) -> bool:
        """Whether nothing is left to wait for."""
        return self._execution.completed

    @property
    def uncaught(self) -> list[tuple[OperationCall, BpmnError]]:
        """Errors of operations, since this instance was loaded, that no event catches.

        Their service tasks are left STARTED, as those of operations that failed.
        """
        return list(self._execution.uncaught)

    @property
    def is_stuck(self) -> bool:
        """Whether it has not ended and yet nothing and nobody can move it.

        Such as a join whose other token went another way: an incident.
        """
        waiting = self.open_tasks or self.started_operations or self.waits
        return not self.is_ended and not waiting

    @property
    def end_event(self) -> str | None:
        """The id of the end event that the process at the top has reached last."""
        return self._execution.end_event

    @property
    def variables(self) -> dict[str, object]:
        """A copy of the variables of the process at the top."""
        return {name: as_data(name, value) for name, value in self._execution.data.items()}

    @property
    def passed(self) -> list[Passed]:
        """The steps completed since this instance was started or loaded, in order."""
        return list(self._execution.passed)

    # What can be done

    def complete_task(
        self,
        task_id: UUID,
        variables: Mapping[str, object],
        *,
        local: Mapping[str, object] | None = None,
    ) -> None:
        """Complete an open user task and advance.

        `variables` become variables of its process, each replaced as a whole. `local` values,
        such as those of a form, are seen by the task's output mapping only.
        """
        token = self._find(task_id, TaskState.READY, UserTask)
        if token is None:
            raise TaskNotOpen
        spec = token.task_spec
        inputs = evaluate(spec.step.inputs, token, {})
        for name, value in variables.items():
            assign(token.data, name, value)
        spec.give_out(token, {**inputs, **(local or {}), **variables})
        token.complete()
        self.advance()

    def finish_operation(self, task_id: UUID, result: Mapping[str, object]) -> None:
        """Complete a service task with the result of its operation and advance."""
        token = self._started(task_id)
        token.task_spec.give_out(token, {**token.internal_data["inputs"], **result})
        token.complete()
        self.advance()

    def retry_operation(self, task_id: UUID) -> None:
        """Run a service task's operation again with the same inputs; advance if it is done."""
        token = self._started(task_id)
        if token.task_spec.call(token, dict(token.internal_data["inputs"])):
            token.complete()
        self.advance()

    def raise_error(self, task_id: UUID, code: str) -> bool:
        """End a service task with a BPMN error; False when no event of the diagram catches it."""
        caught = self._started(task_id).catch_error(code)
        if caught:
            self.advance()
        return caught

    def send_message(
        self, name: str, payload: Mapping[str, object] | None = None, key: object = None
    ) -> bool:
        """Tell the case something; False when no event waits for it.

        Every event that waits for the name takes it, unless both give a key and they differ.
        Only what the event's output mapping names becomes a variable.
        """
        given = {each: as_data(each, value) for each, value in (payload or {}).items()}
        meant = None if key is None else str(key)
        taken = False
        for token in self._execution.waiting():
            for step in token.task_spec.events():
                wait = _wait(token, step)
                if (
                    token._state == TaskState.WAITING  # not interrupted by the one before
                    and wait is not None
                    and wait.name == name
                    and (meant is None or wait.key in {None, meant})
                ):
                    token.task_spec.fire(token, step, given)
                    taken = True
                    break
        if taken:
            self.advance()
        return taken

    def advance(self) -> None:
        """Take automatic steps and fire timers that are due, the oldest first, until all rests."""
        execution = self._execution
        budget = STEP_BUDGET
        while True:
            while execution.automatic:
                token = execution.automatic.popleft()
                if token._state != TaskState.READY:
                    continue
                budget -= 1
                if budget < 0:
                    raise RunawayProcess(name=token.task_spec.bpmn_name or token.task_spec.name)
                token.run()
            timers = [
                (due_at, token)
                for token in execution.waiting()
                if (due_at := _due_at(token)) is not None
            ]
            if not timers:
                return
            due_at, token = min(timers, key=lambda timer: timer[0])
            if due_at > execution.clock():
                return
            budget -= 1
            step = next(each for each in token.task_spec.events() if isinstance(each.event, Timer))
            token.task_spec.fire(token, step, {})

    # Finding tokens

    def _seen(self, token: Token) -> Mapping[str, object]:
        variables = {name: as_data(name, value) for name, value in token.data.items()}
        return {**variables, **evaluate(token.task_spec.step.inputs, token, {})}

    def _live(self, state: int, kind: type) -> list[Token]:
        return [
            token
            for scope in self._execution.scopes()
            for token in scope.live()
            if token._state == state and isinstance(token.task_spec, kind)
        ]

    def _find(self, task_id: UUID, state: int, kind: type) -> Token | None:
        token = codec.find_token(self._execution, task_id)
        if token is None or token._state != state or not isinstance(token.task_spec, kind):
            return None
        return token

    def _started(self, task_id: UUID) -> Token:
        token = self._find(task_id, TaskState.STARTED, ServiceTask)
        if token is None:
            raise OperationNotStarted
        return token


def _clock(now: Clock) -> Callable[[], datetime]:
    if isinstance(now, datetime):
        return lambda: now
    return now


def _due_at(token: Token) -> datetime | None:
    due_at = token.internal_data.get("due_at")
    return None if due_at is None else datetime.fromisoformat(due_at)


def _wait(token: Token, step: Step) -> Wait | None:
    kept = token.internal_data
    if isinstance(step.event, Timer):
        return Wait(token.id, step.process_id, step.id, "timer", due_at=_due_at(token))
    if isinstance(step.event, Message):
        key = kept.get("keys", {}).get(step.id)
        return Wait(token.id, step.process_id, step.id, "message", name=step.event.name, key=key)
    return None
