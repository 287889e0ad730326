"""Being on a task 认领: said softly, so that two people do not read the same application."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from engine.completing import TaskNotFound
from engine.tasks import Task, claim, release_claim
from workflows.shared.access import Viewer, check

CLAIM_LASTS = timedelta(minutes=30)
"""After this long without a decision somebody else's opening of the task takes it over."""


def claim_task(
    session: Session, *, task_id: UUID, viewer: Viewer, now: datetime, take_over: bool = False
) -> None:
    """Say that the viewer is on a task, unless somebody else is who is not to be taken over."""
    task = _get_task(session, task_id)
    check(viewer, "claim", task)
    is_free = task.claimed_by in (None, viewer.account_id) or is_stale(task, now=now)
    if is_free or take_over:
        claim(session, task_id, by=viewer.actor, now=now)


def release_task(session: Session, *, task_id: UUID, viewer: Viewer) -> None:
    """Say that the viewer is not on a task any more."""
    check(viewer, "claim", _get_task(session, task_id))
    release_claim(session, task_id, by=viewer.actor)


def is_stale(task: Task, *, now: datetime) -> bool:
    """Whether a claim is so old that nobody is counted as being on the task."""
    return task.claimed_at is not None and task.claimed_at + CLAIM_LASTS < now


def _get_task(session: Session, task_id: UUID) -> Task:
    task = session.get(Task, task_id)
    if task is None:
        raise TaskNotFound
    return task
