"""Cancelling a class: the reason typed, the question answered, and then everybody is told."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import Conflict
from engine.language import _
from web import current
from web.classes.blueprint import bp
from web.classes.class_page import describe_for_page, get_class_of
from web.staff import get_staff_person
from workflows.training_enrolment.classes.cancellation import (
    LONGEST_REASON,
    CancelReasonMissing,
    cancel_class,
    check_reason,
)
from workflows.training_enrolment.places import counts_of


@bp.get("/<int:class_id>/cancel")
def ask_reason(class_id: int) -> ResponseReturnValue:
    """Ask why a class is cancelled, and say whom it touches."""
    return _draw(class_id)


@bp.post("/<int:class_id>/cancel")
def cancel(class_id: int) -> ResponseReturnValue:
    """Ask whether the class is really cancelled; cancel it when that was said."""
    reason, action = request.form.get("reason", ""), request.form.get("action", "")
    try:
        check_reason(reason)
    except CancelReasonMissing as error:
        return _draw(class_id, reason=reason, problem=str(error), status=422)
    if action != "cancel":
        return _draw(class_id, reason=reason, is_asked=action != "edit")
    viewer = get_staff_person().viewer
    try:
        with current.engine().database.transaction() as session:
            get_class_of(session, viewer, class_id, "change")
            cancel_class(
                session, class_id=class_id, reason=reason, by=viewer.account_id, now=current.now()
            )
    except Conflict as error:
        flash(str(error), "warning")
    else:
        flash(_("The class is cancelled."), "success")
    return redirect(url_for("classes.show_class", class_id=class_id))


def _draw(
    class_id: int, *, reason: str = "", problem: str = "", is_asked: bool = False, status: int = 200
) -> ResponseReturnValue:
    with current.engine().database.read() as session:
        training_class = get_class_of(session, get_staff_person().viewer, class_id, "change")
        if training_class.cancelled_at is not None or training_class.has_begun(current.now()):
            return redirect(url_for("classes.show_class", class_id=class_id))
        counts = counts_of(session, [class_id])[class_id]
        page = render_template(
            "classes/cancel.html",
            training_class=describe_for_page(session, training_class, counts),
            live=counts.live,
            reason=reason,
            longest=LONGEST_REASON,
            problem=problem,
            is_asked=is_asked,
        )
        return page, status
