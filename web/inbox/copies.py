"""Copying a task 抄送 to colleagues who read it, and saying that one has."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.cases import get_case
from engine.errors import Rejected
from engine.language import _
from engine.tasks import Task
from web import current
from web.inbox.addresses import kept_filters
from web.inbox.assigning import describe_colleagues
from web.inbox.blueprint import bp
from web.inbox.tasks import WINDOW, get_task, is_for
from web.numbers import small_int
from web.staff import get_staff_person
from workflows.inbox.assigning import LONGEST_NOTE
from workflows.inbox.copies import copy_task, list_copies, list_readers, mark_read
from workflows.shared.access import Viewer, can, check


@bp.get("/<uuid:task_id>/copy")
def ask_readers(task_id: UUID) -> ResponseReturnValue:
    """Ask to whom a task is to be copied."""
    viewer = get_staff_person().viewer
    with current.engine().database.read() as session:
        return _draw(session, viewer, get_task(session, viewer, task_id))


@bp.post("/<uuid:task_id>/copy")
def copy(task_id: UUID) -> ResponseReturnValue:
    """Give a task to colleagues to read."""
    viewer = get_staff_person().viewer
    try:
        with current.engine().database.transaction() as session:
            copy_task(
                session,
                current.engine(),
                task_id=task_id,
                to=request.form.getlist("to", type=small_int),
                viewer=viewer,
                now=current.now(),
                note=request.form.get("note", ""),
            )
    except Rejected as error:
        with current.engine().database.read() as session:
            return _draw(session, viewer, get_task(session, viewer, task_id), str(error)), 422
    if is_for(WINDOW):
        # What was typed on the page below the window stays there.
        with current.engine().database.read() as session:
            task = get_task(session, viewer, task_id)
            return render_template(
                "inbox/_copies.html", is_swapped=True, **describe(session, viewer, task)
            )
    flash(_("The task was copied."), "success")
    return redirect(url_for("inbox.show", task_id=task_id, **kept_filters()))


@bp.post("/<uuid:task_id>/read")
def read(task_id: UUID) -> ResponseReturnValue:
    """Say that one has read what was copied to one."""
    viewer = get_staff_person().viewer
    with current.engine().database.transaction() as session:
        get_task(session, viewer, task_id)
        mark_read(session, task_id=task_id, viewer=viewer, now=current.now())
    return redirect(url_for("inbox.show", task_id=task_id, **kept_filters()))


def describe(session: Session, viewer: Viewer, task: Task) -> dict[str, Any]:
    """Who was given a task to read; `own_copy` is the viewer's, if it was copied to him."""
    found = list_copies(session, current.engine(), case=get_case(session, task.case_id), task=task)
    own = next((each for each in found if each.account_id == viewer.account_id), None)
    kept = kept_filters()
    return {
        "copies": found if can(viewer, "see", task) else [],
        "own_copy": own,
        "can_copy": can(viewer, "copy", task),
        "copy_address": url_for("inbox.copy", task_id=task.id, **kept),
        "read_address": url_for("inbox.read", task_id=task.id, **kept),
    }


def _draw(session: Session, viewer: Viewer, task: Task, problem: str = "") -> str:
    check(viewer, "copy", task)
    readers = list_readers(session, task=task, viewer=viewer, now=current.now())
    return render_template(
        "inbox/_copy.html" if is_for(WINDOW) else "inbox/copy.html",
        task={"name": task.subject_name, "number": task.subject_no, "kind": task.kind},
        copy_address=url_for("inbox.copy", task_id=task.id, **kept_filters()),
        readers=describe_colleagues(session, readers),
        chosen=request.form.getlist("to", type=small_int),
        note=request.form.get("note", ""),
        longest=LONGEST_NOTE,
        problem=problem,
        back_address=url_for("inbox.show", task_id=task.id, **kept_filters()),
    )
