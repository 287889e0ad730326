"""From one task to the next or the one before, as the list has them, without deciding."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from engine.language import _
from web import current
from web.inbox.addresses import read_filters, write_filters
from web.inbox.blueprint import bp
from web.inbox.tasks import get_task
from web.staff import get_staff_person
from workflows.inbox.queries import find_next_task, find_task_before


@bp.get("/<uuid:task_id>/next")
def go_next(task_id: UUID) -> ResponseReturnValue:
    """Open the next task of the list that nobody else is on."""
    viewer, filters = get_staff_person().viewer, read_filters()
    with current.engine().database.read() as session:
        task = get_task(session, viewer, task_id)
        found = find_next_task(session, viewer, filters, decided=task, now=current.now())
    return _go(found.id if found else None, task_id)


@bp.get("/<uuid:task_id>/previous")
def go_back(task_id: UUID) -> ResponseReturnValue:
    """Open the task before this one in the list."""
    viewer, filters = get_staff_person().viewer, read_filters()
    with current.engine().database.read() as session:
        task = get_task(session, viewer, task_id)
        found = find_task_before(session, viewer, filters, task=task, now=current.now())
    return _go(found.id if found else None, task_id)


def _go(found: UUID | None, here: UUID) -> ResponseReturnValue:
    if found is None:
        flash(_("Nothing else waits here."), "info")
    return redirect(url_for("inbox.show", task_id=found or here, **write_filters(read_filters())))
