"""Being on a task: said when it is opened, taken over or put back by a click."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.tasks import Task
from web import current
from web.inbox.addresses import kept_filters
from web.inbox.blueprint import bp
from web.inbox.listing import describe_claim
from web.staff import get_staff_person
from workflows.inbox import claims
from workflows.shared.access import Viewer, can
from workflows.shared.actor_names import name_accounts


@bp.post("/<uuid:task_id>/claim")
def claim(task_id: UUID) -> ResponseReturnValue:
    """Say that one is on the task; somebody else's claim stays unless it is taken over."""
    viewer = get_staff_person().viewer
    take_over = request.form.get("take_over") == "1"
    with current.engine().database.transaction() as session:
        claims.claim_task(
            session, task_id=task_id, viewer=viewer, now=current.now(), take_over=take_over
        )
    return _answer(viewer, task_id)


@bp.post("/<uuid:task_id>/release")
def release(task_id: UUID) -> ResponseReturnValue:
    """Put the task back for others and return to the list."""
    viewer = get_staff_person().viewer
    with current.engine().database.transaction() as session:
        claims.release_task(session, task_id=task_id, viewer=viewer)
    return redirect(url_for("inbox.index", **kept_filters()))


def _answer(viewer: Viewer, task_id: UUID) -> ResponseReturnValue:
    if request.headers.get("HX-Request") != "true":
        return redirect(url_for("inbox.show", task_id=task_id, **kept_filters()))
    with current.engine().database.read() as session:
        described = describe(session, viewer, session.get_one(Task, task_id))
    return render_template("inbox/_claim.html", **described)


def describe(session: Session, viewer: Viewer, task: Task) -> dict[str, object]:
    """Who is on a task and what the viewer can do about it."""
    kept = kept_filters()
    names = name_accounts(session, [task.claimed_by])
    return {
        "claim": describe_claim(task, names, viewer, now=current.now()),
        "can_claim": task.state == "open" and can(viewer, "claim", task),
        "claim_address": url_for("inbox.claim", task_id=task.id, **kept),
        "release_address": url_for("inbox.release", task_id=task.id, **kept),
    }
