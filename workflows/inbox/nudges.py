"""Asking for speed 催办: once a day, while an application is with the association."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.cases import Case, get_case
from engine.completing import TaskIsOver, hold_task
from engine.engine import Engine
from engine.errors import Conflict, Rejected
from engine.language import N_
from engine.noting import note
from engine.tasks import Task
from workflows.inbox.service.presence import find_person
from workflows.shared.access import Viewer, check
from workflows.shared.dates import local_date
from workflows.shared.messages import send_to_staff


class NothingToNudge(Conflict):
    """The application is not with the association any more."""

    message = N_("Your application is not with the association any more: see what became of it.")


class NudgedToday(Rejected):
    """The member asked today already."""

    message = N_("You have asked for speed today already. You can do so again tomorrow.")


def find_waiting(session: Session, case: Case) -> Task | None:
    """The step of the association that a case waits for; its own review before what is beside."""
    found = session.scalars(
        select(Task)
        .where(Task.case_id == case.id, Task.state == "open", Task.lane == "association")
        .order_by(Task.opened_at, Task.id)
    ).all()
    return min(found, key=lambda task: task.kind == "fee", default=None)


def was_nudged_today(session: Session, case: Case, *, now: datetime) -> bool:
    """Whether the member has asked today, at whichever step the case was then."""
    last = session.scalar(select(func.max(Task.nudged_at)).where(Task.case_id == case.id))
    return last is not None and local_date(last) == local_date(now)


def nudge(
    session: Session, engine: Engine, *, case_id: UUID, viewer: Viewer, now: datetime
) -> Task:
    """Ask those for speed who have the case; whoever it is assigned to, or is on it, is told.

    Raises NothingToNudge and NudgedToday.
    """
    case = get_case(session, case_id)
    check(viewer, "nudge", case)
    waiting = find_waiting(session, case)
    if waiting is None:
        raise NothingToNudge
    try:
        task = hold_task(session, engine, waiting.id).task
    except TaskIsOver as over:
        raise NothingToNudge from over
    if was_nudged_today(session, case, now=now):
        raise NudgedToday
    task.nudged_at, task.nudges = now, task.nudges + 1
    note(
        session,
        engine,
        case_id=case_id,
        kind="task_nudged",
        by=viewer.actor,
        now=now,
        task=str(task.id),
    )
    _tell(session, task, now=now)
    return task


def _tell(session: Session, task: Task, *, now: datetime) -> None:
    person = find_person(session, task, now=now)
    if person is None or task.association_id is None:
        return
    send_to_staff(
        session,
        account_id=person.id,
        association_id=task.association_id,
        template="task_nudged",
        values={
            "subject": task.subject_name,
            "number": task.subject_no,
            "times": task.nudges,
            "day": local_date(task.due_at).isoformat() if task.due_at else "–",
        },
        now=now,
        case_id=task.case_id,
        task_id=task.id,
    )
