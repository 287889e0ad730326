"""Handing over 转办: one task from its page, or the ticked ones of the list."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.completing import TaskIsOver
from engine.errors import Conflict, NotFound, Rejected
from engine.language import _, ngettext
from engine.tasks import Task
from web import current
from web.inbox.addresses import kept_filters
from web.inbox.blueprint import bp
from web.inbox.tasks import WINDOW, get_task, is_for
from web.numbers import small_int
from web.staff import get_staff_person
from workflows.inbox.assigning import (
    LONGEST_NOTE,
    HandedOver,
    Seen,
    assign_task,
    assign_tasks,
)
from workflows.inbox.colleagues import Colleague, list_colleagues
from workflows.shared.access import Viewer, can, check, visible_tasks
from workflows.shared.actor_names import name_accounts
from workflows.shared.dates import local_date

MOST = 1000
PART = "assigned"


@bp.get("/<uuid:task_id>/assign")
def ask_whom(task_id: UUID) -> ResponseReturnValue:
    """Ask to whom a task is to be handed."""
    viewer = get_staff_person().viewer
    with current.engine().database.read() as session:
        return _draw_choice(session, viewer, get_task(session, viewer, task_id))


@bp.post("/<uuid:task_id>/assign")
def assign(task_id: UUID) -> ResponseReturnValue:
    """Hand a task to a colleague, take it on, or put it back for everybody."""
    viewer = get_staff_person().viewer
    to = request.form.get("to", type=small_int)
    if to is None and "release" not in request.form:
        with current.engine().database.read() as session:
            task = get_task(session, viewer, task_id)
            return _draw_choice(session, viewer, task, _("Choose a colleague.")), 422
    try:
        with current.engine().database.transaction() as session:
            task = assign_task(
                session,
                current.engine(),
                task_id=task_id,
                to=to,
                viewer=viewer,
                now=current.now(),
                note=request.form.get("note", ""),
                seen=Seen(request.form.get("seen", type=small_int)),
            )
    except TaskIsOver as error:
        flash(str(error), "warning")
        return _go(url_for("inbox.show", task_id=task_id, **kept_filters()))
    except (Conflict, Rejected) as error:
        with current.engine().database.read() as session:
            task = get_task(session, viewer, task_id)
            if is_for(PART):
                return _draw_part(session, viewer, task, str(error))
            return _draw_choice(session, viewer, task, str(error)), 422
    if is_for(PART):
        with current.engine().database.read() as session:
            return _draw_part(session, viewer, task)
    return _leave(viewer, task)


@bp.post("/assign")
def assign_ticked() -> ResponseReturnValue:
    """Hand over the ticked tasks; without a colleague yet, ask for one first."""
    viewer = get_staff_person().viewer
    task_ids = request.form.getlist("task", type=UUID)[:MOST]
    to = request.form.get("to", type=small_int)
    if to is None and "release" not in request.form:
        problem = _("Choose a colleague.") if "to" in request.form else ""
        with current.engine().database.read() as session:
            page = _draw_several(session, viewer, task_ids, problem)
        return page, 422 if problem else 200
    result = assign_tasks(
        current.engine(),
        task_ids=task_ids,
        to=to,
        viewer=viewer,
        now=current.now(),
        note=request.form.get("note", ""),
    )
    if result.refused:
        with current.engine().database.read() as session:
            return _draw_result(session, viewer, result, to)
    flash(_say_done(len(result.done), is_release=to is None), "success")
    return redirect(url_for("inbox.index", **kept_filters()))


def describe(session: Session, viewer: Viewer, task: Task, problem: str = "") -> dict[str, Any]:
    """Whose a task is and what the viewer can do about it."""
    names = name_accounts(session, [task.assigned_to])
    found = _list(session, [task]).get(task.assigned_to or 0) if task.assigned_to else None
    kept = kept_filters()
    return {
        "assigned": task.assigned_to
        and {
            "id": task.assigned_to,
            "name": names.get(task.assigned_to, ""),
            "at": task.assigned_at,
            "is_own": task.assigned_to == viewer.account_id,
            "until_date": found.until_date if found else None,
            "has_duty": found is not None,
        },
        "can_assign": task.state == "open" and can(viewer, "assign", task),
        "can_take": can(viewer, "complete", task),
        "me": viewer.account_id,
        "assign_address": url_for("inbox.assign", task_id=task.id, **kept),
        "assign_problem": problem,
    }


def describe_colleagues(
    session: Session, colleagues: Mapping[int, Colleague], *, without: int | None = None
) -> list[dict[str, Any]]:
    """Colleagues to choose from, with what they have and who covers for them."""
    names = name_accounts(session, [each.cover_id for each in colleagues.values()])
    return [
        {
            "id": each.id,
            "name": each.name,
            "load": each.load,
            "until_date": each.until_date,
            "cover": names.get(each.cover_id or 0, ""),
        }
        for each in colleagues.values()
        if each.id != without
    ]


def _draw_choice(session: Session, viewer: Viewer, task: Task, problem: str = "") -> str:
    check(viewer, "assign", task)
    if task.state != "open":
        raise TaskIsOver(task)
    return render_template(
        "inbox/_assign.html" if is_for(WINDOW) else "inbox/assign.html",
        **describe(session, viewer, task),
        task={"name": task.subject_name, "number": task.subject_no, "kind": task.kind},
        count=1,
        task_ids=[],
        colleagues=describe_colleagues(session, _list(session, [task]), without=task.assigned_to),
        chosen=request.form.get("to", type=small_int),
        note=request.form.get("note", ""),
        longest=LONGEST_NOTE,
        problem=problem,
        back_address=url_for("inbox.show", task_id=task.id, **kept_filters()),
    )


def _draw_several(session: Session, viewer: Viewer, task_ids: Sequence[UUID], problem: str) -> str:
    tasks = session.scalars(
        select(Task).where(Task.id.in_(task_ids), Task.lane == "association", visible_tasks(viewer))
    ).all()
    if not tasks:
        raise NotFound
    return render_template(
        "inbox/_assign.html" if is_for(WINDOW) else "inbox/assign.html",
        assigned=None,
        task={"name": tasks[0].subject_name, "number": tasks[0].subject_no, "kind": tasks[0].kind},
        count=len(tasks),
        task_ids=[each.id for each in tasks],
        assign_address=url_for("inbox.assign_ticked", **kept_filters()),
        colleagues=describe_colleagues(session, _list(session, tasks)),
        chosen=request.form.get("to", type=small_int),
        note=request.form.get("note", ""),
        longest=LONGEST_NOTE,
        problem=problem,
        back_address=url_for("inbox.index", **kept_filters()),
    )


def _draw_result(session: Session, viewer: Viewer, result: HandedOver, to: int | None) -> str:
    """What became of each task, when not all could be handed over."""
    refused = session.scalars(
        select(Task).where(Task.id.in_(result.refused), visible_tasks(viewer))
    )
    known = {each.id: each for each in refused}
    return render_template(
        "inbox/assigned.html",
        said=_say_done(len(result.done), is_release=to is None) if result.done else "",
        refused=[
            {
                "name": known[key].subject_name if key in known else "–",
                "number": known[key].subject_no if key in known else "",
                "address": url_for("inbox.show", task_id=key) if key in known else "",
                "sentence": sentence,
            }
            for key, sentence in result.refused.items()
        ],
        back_address=url_for("inbox.index", **kept_filters()),
    )


def _list(session: Session, tasks: Sequence[Task]) -> Mapping[int, Colleague]:
    """Those who may decide each of the tasks."""
    found: Mapping[int, Colleague] | None = None
    for association_id, duty in sorted({(each.association_id or 0, each.duty) for each in tasks}):
        more = list_colleagues(
            session,
            association_id=association_id,
            duties=[duty],
            today=local_date(current.now()),
        )
        found = more if found is None else {key: found[key] for key in found if key in more}
    return found or {}


def _draw_part(session: Session, viewer: Viewer, task: Task, problem: str = "") -> str:
    return render_template("inbox/_assigned.html", **describe(session, viewer, task, problem))


def _leave(viewer: Viewer, task: Task) -> ResponseReturnValue:
    """Who took it on goes on with it; who handed it over goes back to the list."""
    if task.assigned_to == viewer.account_id:
        return _go(url_for("inbox.show", task_id=task.id, **kept_filters()))
    if task.assigned_to is None:
        flash(_("The task is everybody's again."), "success")
        return _go(url_for("inbox.show", task_id=task.id, **kept_filters()))
    with current.engine().database.read() as session:
        name = name_accounts(session, [task.assigned_to])[task.assigned_to]
    said = _("%(subject)s was handed to %(name)s.", subject=task.subject_name, name=name)
    flash(said, "success")
    return _go(url_for("inbox.index", **kept_filters()))


def _go(address: str) -> ResponseReturnValue:
    if request.headers.get("HX-Request") == "true":
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _say_done(count: int, *, is_release: bool) -> str:
    if is_release:
        return ngettext(
            "%(n)s task is everybody's again.", "%(n)s tasks are everybody's again.", count
        )
    return ngettext("%(n)s task was handed over.", "%(n)s tasks were handed over.", count)
