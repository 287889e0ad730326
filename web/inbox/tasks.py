"""A task of the association, for the pages that do something with it."""

from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from engine.completing import TaskNotFound
from engine.tasks import Task
from workflows.shared.access import Viewer, check_task

WINDOW = "window-body"
"""What a script asks for when a page is to open in a window over another one."""


def get_task(session: Session, viewer: Viewer, task_id: UUID) -> Task:
    """A task that the viewer may see: by his duties, or because it was copied to him."""
    task = session.get(Task, task_id)
    if task is None or task.lane != "association":
        raise TaskNotFound
    check_task(session, viewer, task)
    return task


def is_for(part: str) -> bool:
    """Whether a script asked for one part of a page alone."""
    return request.headers.get("HX-Target") == part
