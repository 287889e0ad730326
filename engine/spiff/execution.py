"""The running parts of an instance: tokens, the process at the top and the ones it calls."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID, uuid4

from SpiffWorkflow.bpmn.script_engine import BasePythonScriptEngineEnvironment, PythonScriptEngine
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import BpmnError
from engine.spiff.diagram import Failure
from engine.spiff.events import BoundaryEvent, Catching
from engine.spiff.operation import OperationCall, RunOperation
from engine.spiff.specs import EndEvent, Guarded, StepSpec, Way
from engine.spiff.variables import assign

LIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED


@dataclass(frozen=True, slots=True)
class Passed:
    """A step that was completed, and the sequence flows that were taken from it."""

    process_id: str
    element_id: str
    name: str
    flows: tuple[str, ...]


class NoPython(BasePythonScriptEngineEnvironment):
    """SpiffWorkflow's environment evaluates Python in places of its own; this one never does."""

    def evaluate(self, *_args: object, **_options: object) -> NoReturn:
        """Refuse."""
        raise AssertionError("SpiffWorkflow evaluates nothing here")

    execute = call_service = evaluate


class NoEngine(PythonScriptEngine):
    """The script engine that is never asked: FEEL is evaluated by the specifications."""

    def __init__(self) -> None:
        super().__init__(NoPython())

    def evaluate(self, *_args: object, **_options: object) -> NoReturn:
        """Refuse."""
        raise AssertionError("SpiffWorkflow evaluates nothing here")

    execute = call_service = validate = evaluate


class Token(Task):
    """A task of SpiffWorkflow's tree that shares its process's variables and writes no log.

    SpiffWorkflow builds a record for its log at every change of state, whether or not anybody
    listens, and copies all data from parent to child; both cost more than everything else.
    """

    def __init__(
        self,
        workflow: Any,
        task_spec: Any,
        parent: "Token | None" = None,
        state: int = TaskState.FUTURE,
        id: UUID | None = None,
    ) -> None:
        self.id: UUID = id or uuid4()
        self.workflow = workflow
        self.task_spec: Any = task_spec
        self._parent: UUID | None = None
        self._children: list[UUID] = []
        self._state: int = state
        self.triggered = False
        self.thread_id = 0
        self.internal_data: dict[str, Any] = {}
        self.last_state_change = 0.0
        self.flow = ""
        workflow.tasks[self.id] = self
        if parent is not None:
            self._parent = parent.id
            parent._children.append(self.id)

    @property
    def data(self) -> dict[str, object]:
        """The variables of the process that this token belongs to."""
        variables: dict[str, object] = self.workflow.data
        return variables

    def now(self) -> datetime:
        """The clock of the instance."""
        moment: datetime = self.workflow.top_workflow.clock()
        return moment

    def grow(self, way: Way) -> "Token":
        """Make the token that goes this way from here."""
        child = Token(self.workflow, way[1], self)
        child.flow = way[0]
        return child

    def go(self, way: Way) -> None:
        """Send a token this way from here."""
        child = self.grow(way)
        child.task_spec._update(child)

    def run(self) -> None:
        """Run the step; what was cancelled meanwhile stays so."""
        result = self.task_spec._run(self)
        if self._state & TaskState.FINISHED_MASK:
            return
        if result is None:
            self._set_state(TaskState.STARTED)
        else:
            self.complete()

    def complete(self) -> None:
        """Finish the step and go on in the ways it chooses."""
        spec: StepSpec = self.task_spec
        ways = spec.ways_from(self)
        self.workflow.top_workflow.passed_by(self, ways)
        if self.guard is not None and not isinstance(spec, BoundaryEvent):
            self.cancel_siblings()
        for way in ways:
            self.grow(way)
        super().complete()

    @property
    def guard(self) -> "Token | None":
        """What holds an activity and its boundary events together, if it has any."""
        parent: Token | None = self.parent
        return parent if parent is not None and isinstance(parent.task_spec, Guarded) else None

    def cancel_siblings(self) -> None:
        """End the activity, or the waiting events, that share the guard with this token.

        An event that has fired already goes its own way.
        """
        guard = self.guard
        assert guard is not None  # noqa: S101 - only boundary events and their activities ask
        for sibling in guard.children:
            if sibling is self or not sibling._state & TaskState.NOT_FINISHED_MASK:
                continue
            if isinstance(sibling.task_spec, BoundaryEvent) and sibling._state == TaskState.READY:
                continue
            sibling.cancel()

    def catch_error(self, code: str) -> bool:
        """Give a BPMN error to this activity's boundary event or to that of a call around it.

        SpiffWorkflow would give it to every event that waits for the code, anywhere.
        """
        events = [
            sibling
            for sibling in (() if self.guard is None else self.guard.children)
            if isinstance(sibling.task_spec.step.event, Failure)
            and sibling._state == TaskState.WAITING
            and sibling.task_spec.step.event.code in {code, None}
        ]
        if events:
            event = min(events, key=lambda each: each.task_spec.step.event.code is None)
            event.task_spec.fire(event, event.task_spec.step, {})
            return True
        caller: Token | None = self.workflow.caller
        return caller is not None and caller.catch_error(code)

    def _ready(self) -> None:
        if self._state & TaskState.FINISHED_MASK:
            return
        self._state = TaskState.READY
        self.task_spec._on_ready(self)
        if not self.task_spec.manual:
            self.workflow.top_workflow.automatic.append(self)

    def _set_state(self, value: int) -> None:
        self._state = value

    def _inherit_data(self) -> None:
        pass


class Scope:
    """One running process: its tokens and its variables. Mixed in before SpiffWorkflow's."""

    caller: Token | None = None
    end_event: str | None = None
    # What SpiffWorkflow's classes provide:
    spec: Any
    data: dict[str, object]
    tasks: dict[UUID, Token]
    task_tree: Token
    completed: bool

    def begin(self, variables: Mapping[str, object]) -> None:
        """Put the first token on the start event."""
        for name, value in variables.items():
            assign(self.data, name, value)
        self.plant()
        self.task_tree.go(self.spec.start.ways[0])

    def plant(self) -> None:
        """Make the root that every token hangs from."""
        self.task_tree = Token(self, self.spec.start, state=TaskState.COMPLETED)

    def live(self) -> list[Token]:
        """The tokens that wait for something, in the order they came."""
        return [task for task in self.tasks.values() if task._state & LIVE]

    def cancel(self, *_args: object, **_options: object) -> None:
        """End every token."""
        for token in list(self.tasks.values()):
            if token._state & TaskState.NOT_FINISHED_MASK:
                token.cancel()

    def _task_completed_notify(self, task: Token) -> None:
        if isinstance(task.task_spec, EndEvent):
            self.end_event = task.task_spec.step.id
            if not any(each._state & TaskState.NOT_FINISHED_MASK for each in self.tasks.values()):
                self.completed = True
                self.ended()

    def ended(self) -> None:
        """Say that no token is left."""
        raise NotImplementedError


class Execution(Scope, BpmnWorkflow):
    """The process at the top, with the processes that it calls in `subprocesses`."""

    def __init__(
        self, model: Any, clock: Callable[[], datetime], run_operation: RunOperation
    ) -> None:
        self.model = model
        self.clock = clock
        self.run_operation = run_operation
        self.automatic: deque[Token] = deque()
        self.passed: list[Passed] = []
        self.uncaught: list[tuple[OperationCall, BpmnError]] = []
        super().__init__(
            model.specs[model.process_id],
            model.specs,
            script_engine=NoEngine(),
            deserializing=True,
        )

    def scopes(self) -> list[Scope]:
        """The processes that are running, callers before called."""
        return [self, *self.subprocesses.values()]

    def call(self, token: Token, process_id: str, variables: Mapping[str, object]) -> None:
        """Start a called process."""
        self.attach(token, process_id).begin(variables)

    def attach(self, token: Token, process_id: str) -> "Called":
        """Make the scope of a called process, without any token yet."""
        called = Called(self.model.specs[process_id], token.id, self, deserializing=True)
        called.caller = token
        self.subprocesses[token.id] = called
        return called

    def passed_by(self, token: Token, ways: tuple[Way, ...]) -> None:
        """Note that a token has passed a step."""
        spec = token.task_spec
        if not isinstance(spec, Guarded):
            step = spec.step
            flows = tuple(flow for flow, _ in ways)
            self.passed.append(Passed(step.process_id, step.id, step.name, flows))

    def waiting(self) -> list[Token]:
        """The tokens that wait for a timer or a message."""
        return [
            token
            for scope in self.scopes()
            for token in scope.live()
            if token._state == TaskState.WAITING and isinstance(token.task_spec, Catching)
        ]

    def ended(self) -> None:
        """Say that the case is over; nobody waits for it here."""


class Called(Scope, BpmnSubWorkflow):
    """A process that a call activity runs."""

    def _calculate_depth(self) -> int:
        return 0

    def ended(self) -> None:
        """Give the result to the call, unless something has interrupted it."""
        caller = self.caller
        if caller is not None and caller._state == TaskState.STARTED:
            del self.top_workflow.subprocesses[caller.id]
            caller.task_spec.finish(caller, self.data)
