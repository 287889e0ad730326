"""Moving a case: the one transaction in which everything about a step is written.

A `Move` holds a case's row, runs its process on and then writes what became of it: the state,
the rows of tasks opened and cancelled, subscriptions, timers and operations as jobs, the
trail. Either all of it is committed or none.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from engine import incidents, subscriptions
from engine.actors import Actor
from engine.cases import Case
from engine.errors import BpmnError, Conflict
from engine.jobs import defer_many
from engine.language import N_
from engine.releases import LoadedRelease
from engine.spiff import Deferred, Done, Formula, Instance, OpenTask, OperationCall, Step
from engine.tasks import Task
from engine.trail import Trail

if TYPE_CHECKING:
    from engine.engine import Engine

log = logging.getLogger(__name__)


class CaseIsStuck(Conflict):
    """After this step nothing and nobody could move the case: the step is not taken."""

    message = N_("The diagram leads nowhere from here. Please tell your association.")


class Move:
    """One case on its way from one resting state to the next."""

    def __init__(
        self,
        session: Session,
        engine: "Engine",
        case: Case,
        *,
        by: Actor,
        now: datetime,
    ) -> None:
        self.session = session
        self.engine = engine
        self.case = case
        self.by = by
        self.now = now
        self.release: LoadedRelease = engine.releases.get(session, case.release_id)
        self.trail = Trail(
            case.id, length=case.trail_length, head=case.trail_head, key=engine.vault.trail_key
        )
        self._jobs: list[tuple[str, Mapping[str, object], datetime, str | None]] = []
        self._open_tasks: list[OpenTask] = []
        self._tasks_before: set[UUID] = set()
        self._timers_before: set[tuple[UUID, datetime | None]] = set()
        self._keys_before: set[subscriptions.Key] = set()

    def begin(self, variables: Mapping[str, object]) -> Instance:
        """Start the process of a case that was just made."""
        return Instance.start(
            self.release.model, variables, run_operation=self._run, now=self._clock
        )

    def load(self) -> Instance:
        """The process as the last move left it."""
        instance = Instance.load(
            self.release.model, self.case.engine_state, run_operation=self._run, now=self._clock
        )
        self._tasks_before = {task.id for task in instance.open_tasks}
        waits = instance.waits
        self._timers_before = {(wait.id, wait.due_at) for wait in waits if wait.kind == "timer"}
        self._keys_before = _keys(instance)
        return instance

    def say(self, kind: str, **data: object) -> dict[str, object]:
        """Add to the case's trail; what the move came to may be added to the answer."""
        return self.trail.add(kind, by=self.by, now=self.now, **data)

    def store(self, instance: Instance, *, completed: UUID | None = None) -> None:
        """Write what the process came to; `completed` is the task that a person finished."""
        case, session = self.case, self.session
        if instance.is_stuck:
            raise CaseIsStuck
        for call, error in instance.uncaught:
            self.fail(call, error)
        open_tasks = self._open_tasks = instance.open_tasks
        with session.no_autoflush:  # each row is written once, with all that is known of it
            if instance.is_ended:
                self._end(instance)
            else:
                case.engine_state = instance.dump()
                case.status = self._status(instance, open_tasks) or case.status
            self.trail.seal()
            case.trail_length, case.trail_head = self.trail.length, self.trail.head
            case.updated_at = self.now
            self._write_tasks(open_tasks, completed)
            session.flush()
            self.trail.flush(session)
            subscriptions.change_subscriptions(
                session, case.id, before=self._keys_before, after=_keys(instance)
            )
            self._defer_timers(instance)
            defer_many(session, self._jobs)

    def _clock(self) -> datetime:
        return self.now

    def _end(self, instance: Instance) -> None:
        case = self.case
        case.state, case.engine_state, case.ended_at = "ended", b"", self.now
        end = instance.end_event
        if end is not None:
            step = self.release.model.step(case.process_id, end)
            case.ended_in = end
            case.status = self._property(step, "status", instance.variables) or case.status
        self.say("case_ended", end=end, status=case.status)

    def _write_tasks(self, open_tasks: list[OpenTask], completed: UUID | None) -> None:
        now_open = {task.id for task in open_tasks}
        gone = self._tasks_before - now_open - ({completed} if completed else set())
        if gone:
            self.session.execute(
                update(Task)
                .where(Task.id.in_(gone))
                .values(state="cancelled", completed_at=self.now)
                .execution_options(synchronize_session=False)
            )
        for task in open_tasks:
            if task.id not in self._tasks_before:
                self.session.add(self._new_task(task))

    def _new_task(self, task: OpenTask) -> Task:
        case = self.case
        step = self.release.model.step(task.process_id, task.element_id)
        kind = self._property(step, "kind", task.variables)
        case.kind = self._property(step, "case_kind", task.variables) or case.kind
        columns: dict[str, Any] = {
            "kind": kind or case.kind,
            "association_id": case.association_id,
            "subject_kind": case.subject_kind,
            "subject_id": case.subject_id,
            "subject_no": case.subject_no,
            "subject_name": case.subject_name,
            "region": case.region,
            "year": case.year,
            "due_at": None,
            **self.engine.describe_task(self.session, case, step, self.now),
        }
        if task.due_at is not None:
            # What the diagram says of this step goes before the rule for all.
            columns["due_at"] = task.due_at
        return Task(
            id=task.id,
            case_id=case.id,
            process_id=task.process_id,
            element_id=task.element_id,
            lane=step.lane or "",
            duty=step.group or step.lane or "",
            round=case.round,
            state="open",
            opened_at=self.now,
            **columns,
        )

    def _status(self, instance: Instance, open_tasks: list[OpenTask]) -> str | None:
        """Where the case stands: what it waits for from others, else what its subject is at."""
        steps: list[tuple[Step, Mapping[str, object]]] = []
        variables = instance.variables
        model = self.release.model
        steps += [
            (model.step(wait.process_id, wait.element_id), variables) for wait in instance.waits
        ]
        steps += [
            (model.step(call.process_id, call.element_id), variables)
            for call in instance.started_operations
        ]
        own: list[tuple[Step, Mapping[str, object]]] = []
        for task in open_tasks:
            step = model.step(task.process_id, task.element_id)
            (own if step.lane == self.case.subject_kind else steps).append((step, task.variables))
        for step, scope in steps + own:
            status = self._property(step, "status", scope)
            if status:
                return status
        return None

    def _property(self, step: Step, name: str, scope: Mapping[str, object]) -> str | None:
        """A step's property from the diagram: text, or FEEL behind an equals sign."""
        source = step.properties.get(name)
        if source is None or not source.startswith("="):
            return source
        value = Formula.read(source).evaluate(scope, self.now)
        return value if isinstance(value, str) else None

    def _defer_timers(self, instance: Instance) -> None:
        for wait in instance.waits:
            is_new = (wait.id, wait.due_at) not in self._timers_before
            if wait.kind == "timer" and is_new and wait.due_at is not None:
                self._defer("cases.fire_timers", {}, at=wait.due_at)

    def _defer(self, name: str, args: Mapping[str, object], *, at: datetime) -> None:
        case_id = str(self.case.id)
        self._jobs.append((name, {"case_id": case_id, **args}, at, f"case:{case_id}"))

    def find_subject_task(self) -> UUID | None:
        """The step that waits for the case's subject after the move, if one does."""
        for task in self._open_tasks:
            step = self.release.model.step(task.process_id, task.element_id)
            if step.lane == self.case.subject_kind:
                return task.id
        return None

    def call_out(self, step_id: UUID) -> None:
        """Have a remote operation done by a job."""
        self._defer("cases.call_out", {"step_id": str(step_id)}, at=self.now)

    def _run(self, call: OperationCall) -> Done | Deferred:
        """Run a service task's operation, as the engine's process asks for it."""
        found = self.engine.operations.get(call.operation)
        if found.is_remote:
            self.call_out(call.task_id)
            return Deferred()
        given: dict[str, Any] = {
            "session": self.session,
            "engine": self.engine,
            "case": self.case,
            "by": self.by,
            "now": self.now,
            "idempotency_key": f"{self.case.id}:{call.task_id}",
        }
        given = {name: value for name, value in given.items() if name in found.given}
        # What was changed so far is no part of what a failing operation takes back.
        self.session.flush()
        try:
            with self.session.begin_nested():
                result = found.function(**given, **call.inputs)
        except (BpmnError, OperationalError):
            # The first is for the diagram; the second (no database) for the whole transaction.
            raise
        except Exception as error:  # an operation ends here: the person's answer is kept
            log.warning("operation %s failed", call.operation, exc_info=True)
            self.fail(call, error)
            return Deferred()
        self.say("operation_done", operation=call.operation, element=call.element_id)
        return Done(dict(result or {}))

    def fail(self, call: OperationCall, error: Exception) -> None:
        """Make an incident of an operation that failed for good."""
        incidents.open_incident(
            self.session,
            case_id=self.case.id,
            step_id=call.task_id,
            process_id=call.process_id,
            element_id=call.element_id,
            operation=call.operation,
            error=f"{type(error).__name__}: {error}",
            now=self.now,
        )
        self.say(
            "operation_failed",
            operation=call.operation,
            element=call.element_id,
            error=type(error).__name__,
        )


def passed(instance: Instance) -> list[str]:
    """The way taken in this move, as the trail keeps it: `process/element`, in order."""
    return [f"{each.process_id}/{each.element_id}" for each in instance.passed]


def _keys(instance: Instance) -> set[subscriptions.Key]:
    return {(wait.name or "", wait.key or "") for wait in instance.waits if wait.kind == "message"}
