"""The ways in which a case moves: it starts, a task is completed, something happens to it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import drafts, incidents, submissions, subscriptions
from engine.actors import SYSTEM, Actor
from engine.cases import Case, CaseAlreadyOpen, CaseIsOver, Subject, find_open_case, hold_case
from engine.database import new_id
from engine.errors import BpmnError, Conflict, NotFound
from engine.jobs import defer_many, job
from engine.language import N_
from engine.moving import Move, passed
from engine.releases import LoadedRelease, current_release_id
from engine.spiff import Instance, OperationCall, StartedOperation, Step
from engine.submissions import NewMark
from engine.tasks import Task

if TYPE_CHECKING:
    from engine.engine import Engine


class TaskNotFound(NotFound):
    """No such task."""


class TaskIsOver(Conflict):
    """Somebody completed the task, or its case went another way (then `outcome` is None)."""

    message = N_("This step is done already; nothing was changed by you.")

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.case_id = task.case_id
        self.element_id = task.element_id
        self.outcome = task.outcome
        self.at = task.completed_at
        self.by = (
            Actor(task.completed_by_kind, task.completed_by)  # type: ignore[arg-type]
            if task.completed_by_kind
            else None
        )


class TaskHasChanged(Conflict):
    """The person saw another round than the one that is open."""

    message = N_("The application has changed since you opened it.")


@dataclass(frozen=True, slots=True)
class Completed:
    """What completing a task came to.

    `submission_id` is that of what was kept, `next_task_id` the step that the case's subject
    is at now.
    """

    case: Case
    submission_id: UUID | None
    next_task_id: UUID | None


def start_case(
    session: Session,
    engine: "Engine",
    *,
    process_id: str,
    business_key: str,
    subject: Subject,
    variables: Mapping[str, object],
    by: Actor,
    now: datetime,
    year: int | None = None,
    kind: str = "",
) -> Case:
    """Start a case on the current release; raises CaseAlreadyOpen."""
    known = find_open_case(session, business_key)
    if known is not None:
        raise CaseAlreadyOpen(known.id)
    case = Case(
        id=new_id(),
        business_key=business_key,
        process_id=process_id,
        release_id=current_release_id(session, process_id),
        subject_kind=subject.kind,
        subject_id=subject.id,
        subject_no=subject.no,
        subject_name=subject.name,
        association_id=subject.association_id,
        region=subject.region,
        year=year,
        kind=kind or process_id,
        round=1,
        state="open",
        status="draft",
        engine_state=b"",
        trail_length=0,
        trail_head=b"",
        started_at=now,
        updated_at=now,
    )
    try:
        with session.begin_nested():
            session.add(case)
            session.flush()
    except IntegrityError as error:
        other = find_open_case(session, business_key)
        if other is None:
            raise
        raise CaseAlreadyOpen(other.id) from error
    move = Move(session, engine, case, by=by, now=now)
    said = move.say("case_started", release=case.release_id)
    instance = move.begin(variables)
    said["passed"] = passed(instance)
    move.store(instance)
    return case


@dataclass(frozen=True, slots=True)
class HeldTask:
    """An open task whose case is locked for this transaction."""

    session: Session
    engine: "Engine"
    task: Task
    case: Case
    release: LoadedRelease

    @property
    def step(self) -> Step:
        """The task's step in the diagram."""
        return self.release.model.step(self.task.process_id, self.task.element_id)

    def complete(
        self,
        *,
        outcome: str,
        values: Mapping[str, object] | None,
        by: Actor,
        now: datetime,
        marks: Collection[NewMark] = (),
    ) -> Completed:
        """Complete the task and run the case on.

        `values` None: the person left without sending (上一步); nothing but the outcome is kept.
        """
        session, task, case = self.session, self.task, self.case
        move = Move(session, self.engine, case, by=by, now=now)
        instance = move.load()
        round_seen = case.round
        task.state, task.outcome = "completed", outcome
        task.completed_at, task.completed_by_kind, task.completed_by = now, by.kind, by.id
        submission_id, digest = None, None
        if values is not None:
            submission_id = new_id()
            with session.no_autoflush:
                digest = self._keep(
                    submission_id, outcome, values, by=by, now=now, round=round_seen
                )
                submissions.add_marks(
                    session,
                    self.engine.vault,
                    subject=case.subject_key,
                    case_id=case.id,
                    submission_id=submission_id,
                    round=round_seen,
                    marks=marks,
                )
                drafts.drop_draft(session, case_id=case.id, element_id=task.element_id)
        said = move.say(
            "task_completed",
            task=str(task.id),
            process=task.process_id,
            element=task.element_id,
            outcome=outcome,
            round=round_seen,
            submission=str(submission_id) if submission_id else None,
            digest=digest,
        )
        # What was sent is there before the process goes on: operations may read it.
        instance.complete_task(task.id, {f"{task.element_id}_outcome": outcome}, local=values or {})
        said["passed"] = passed(instance)
        move.store(instance, completed=task.id)
        return Completed(case, submission_id, move.find_subject_task())

    def _keep(
        self,
        submission_id: UUID,
        outcome: str,
        values: Mapping[str, object],
        *,
        by: Actor,
        now: datetime,
        round: int,
    ) -> str:
        task, case = self.task, self.case
        sealed, digest = submissions.seal_values(
            self.engine.vault, self.session, case.subject_key, values
        )
        submissions.add_submission(
            self.session,
            {
                "id": submission_id,
                "case_id": case.id,
                "task_id": task.id,
                "process_id": task.process_id,
                "element_id": task.element_id,
                "round": round,
                "release_id": case.release_id,
                "outcome": outcome,
                "sealed": sealed,
                "at": now,
                "by_kind": by.kind,
                "by_id": by.id,
            },
        )
        return digest


def hold_task(
    session: Session, engine: "Engine", task_id: UUID, *, round_seen: int | None = None
) -> HeldTask:
    """Lock an open task with its case; raises TaskNotFound, TaskIsOver, TaskHasChanged."""
    row = session.execute(
        select(Task, Case)
        .join(Case, Case.id == Task.case_id)
        .where(Task.id == task_id)
        # Both: a second writer must see the task as the first one left it, also if he read it
        # before he had the lock.
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise TaskNotFound
    task, case = row
    if task.state != "open":
        raise TaskIsOver(task)
    if round_seen is not None and round_seen != task.round:
        raise TaskHasChanged
    return HeldTask(session, engine, task, case, engine.releases.get(session, case.release_id))


def send_message(
    session: Session,
    engine: "Engine",
    *,
    case_id: UUID,
    name: str,
    key: str = "",
    by: Actor,
    now: datetime,
) -> bool:
    """Tell one case of an event, now; True when it waited for it."""
    case = hold_case(session, case_id)
    move = Move(session, engine, case, by=by, now=now)
    instance = move.load()
    said = move.say("message_received", message=name)
    if not instance.send_message(name, key=key or None):
        return False
    said["passed"] = passed(instance)
    move.store(instance)
    return True


def publish(session: Session, *, name: str, key: str, now: datetime) -> int:
    """Tell every case that waits for an event, each by a job of its own; returns how many."""
    found = subscriptions.subscribed_cases(session, name=name, key=key)
    defer_many(
        session,
        [
            ("cases.deliver", {"case_id": str(each), "name": name, "key": key}, now, f"case:{each}")
            for each in found
        ],
    )
    return len(found)


def cancel_case(
    session: Session, engine: "Engine", *, case_id: UUID, status: str, by: Actor, now: datetime
) -> None:
    """Close an open case from outside its diagram, with the status that says why."""
    case = hold_case(session, case_id)
    move = Move(session, engine, case, by=by, now=now)
    session.execute(
        update(Task)
        .where(Task.case_id == case_id, Task.state == "open")
        .values(state="cancelled", completed_at=now)
    )
    session.execute(
        subscriptions.Subscription.__table__.delete().where(  # type: ignore[attr-defined]
            subscriptions.Subscription.case_id == case_id
        )
    )
    incidents.resolve_incidents(session, case_id=case_id, step_id=None, by=by, now=now)
    case.state, case.status, case.engine_state, case.ended_at = "cancelled", status, b"", now
    move.say("case_cancelled", status=status)
    move.trail.flush(session)
    case.trail_length, case.trail_head = move.trail.length, move.trail.head
    case.updated_at = now


def retry_incident(
    session: Session,
    engine: "Engine",
    *,
    case_id: UUID,
    incident_id: UUID,
    by: Actor,
    now: datetime,
) -> None:
    """Run the operation again at which a case stands still; raises NotFound, CaseIsOver."""
    case = hold_case(session, case_id)
    incident = session.get(incidents.Incident, incident_id)
    if incident is None or incident.case_id != case_id or incident.resolved_at is not None:
        raise NotFound
    incidents.resolve_incidents(session, case_id=case.id, step_id=incident.step_id, by=by, now=now)
    move = Move(session, engine, case, by=by, now=now)
    instance = move.load()
    said = move.say("incident_retried", operation=incident.operation, element=incident.element_id)
    instance.retry_operation(incident.step_id)
    said["passed"] = passed(instance)
    move.store(instance)


@job("cases.deliver")
def deliver(
    session: Session, engine: "Engine", now: datetime, *, case_id: str, name: str, key: str
) -> None:
    """Tell one case of an event that was published; it may have gone on meanwhile."""
    try:
        send_message(session, engine, case_id=UUID(case_id), name=name, key=key, by=SYSTEM, now=now)
    except CaseIsOver:
        return


@job("cases.fire_timers")
def fire_timers(session: Session, engine: "Engine", now: datetime, *, case_id: str) -> None:
    """Let the due timers of a case fire; ones that are gone or not due do nothing."""
    try:
        case = hold_case(session, UUID(case_id))
    except CaseIsOver:
        return
    move = Move(session, engine, case, by=SYSTEM, now=now)
    instance = move.load()
    said = move.say("timer_fired")
    instance.advance()
    if way := passed(instance):
        said["passed"] = way
        move.store(instance)


def _could_not_call_out(
    session: Session,
    engine: "Engine",
    *,
    case_id: str,
    step_id: str,
    error: Exception,
    now: datetime,
) -> None:
    """Make an incident of a remote operation that was tried often enough."""
    try:
        case = hold_case(session, UUID(case_id))
    except CaseIsOver:
        return
    move = Move(session, engine, case, by=SYSTEM, now=now)
    instance = move.load()
    for call in instance.started_operations:
        if call.id == UUID(step_id):
            move.fail(_call(call), error)
            move.store(instance)


def _raise(move: Move, instance: Instance, started: StartedOperation, code: str) -> None:
    """Bring an error to the event that catches it, or make an incident of it."""
    if instance.raise_error(started.id, code):
        move.say("error_caught", code=code, passed=passed(instance))
        return
    move.fail(_call(started), BpmnError(code))


def _call(started: StartedOperation) -> OperationCall:
    return OperationCall(
        started.id, started.process_id, started.element_id, started.operation, started.inputs
    )


@job("cases.call_out", gives_up=_could_not_call_out)
def call_out(engine: "Engine", now: datetime, *, case_id: str, step_id: str) -> None:
    """Run a remote operation outside any transaction and bring its result to the case."""
    key = UUID(step_id)
    with engine.database.read() as session:
        case = session.get(Case, UUID(case_id))
        if case is None or case.state != "open":
            return
        waiting = Move(session, engine, case, by=SYSTEM, now=now).load().started_operations
        call = next((each for each in waiting if each.id == key), None)
    if call is None:
        return
    found = engine.operations.get(call.operation)
    given = {"engine": engine, "now": now, "idempotency_key": f"{case_id}:{step_id}"}
    error_code, result = None, None
    try:
        result = found.function(
            **{name: value for name, value in given.items() if name in found.given}, **call.inputs
        )
    except BpmnError as error:
        error_code = error.code
    with engine.database.transaction() as session:
        try:
            case = hold_case(session, UUID(case_id))
        except CaseIsOver:
            return
        move = Move(session, engine, case, by=SYSTEM, now=engine.now())
        instance = move.load()
        if all(each.id != key for each in instance.started_operations):
            return
        if error_code is None:
            said = move.say("operation_done", operation=call.operation, element=call.element_id)
            instance.finish_operation(key, dict(result or {}))
            said["passed"] = passed(instance)
        else:
            _raise(move, instance, call, error_code)
        move.store(instance)
