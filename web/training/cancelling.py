"""取消报名: a member gives his place back, with a reason, until the class begins."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import Rejected
from engine.language import _
from web import current
from web.sessions import Person, get_member_person
from web.training.blueprint import bp
from workflows.shared.access import can
from workflows.shared.enrolments import CONFIRMED, Enrolment, EnrolmentNotFound, get_enrolment
from workflows.shared.training_classes import get_class
from workflows.training_enrolment.cancelling import LONGEST_REASON, cancel_enrolment


@bp.get("/sign-ups/<int:enrolment_id>/cancel")
def cancel(enrolment_id: int) -> ResponseReturnValue:
    """Ask for the reason; a sign-up that is over leads to its class."""
    person, _member_id = get_member_person()
    with current.engine().database.read() as session:
        enrolment = _get_own(session, person, enrolment_id)
        if not enrolment.is_live:
            return _go_to_class(enrolment.class_id)
        return _draw(session, enrolment)


@bp.post("/sign-ups/<int:enrolment_id>/cancel")
def confirm_cancelling(enrolment_id: int) -> ResponseReturnValue:
    """Cancel the sign-up; once it is cancelled, again is nothing."""
    person, _member_id = get_member_person()
    engine, reason = current.engine(), request.form.get("reason", "")
    with engine.database.read() as session:
        enrolment = _get_own(session, person, enrolment_id)
        class_id = enrolment.class_id
        if not enrolment.is_live:
            return _go_to_class(class_id)
    try:
        with engine.database.transaction() as session:
            cancel_enrolment(
                session,
                engine,
                enrolment=_get_own(session, person, enrolment_id),
                reason=reason,
                by=person.actor,
                now=current.now(),
            )
    except Rejected as error:
        with engine.database.read() as session:
            enrolment = _get_own(session, person, enrolment_id)
            return _draw(session, enrolment, reason=reason, problem=str(error)), 422
    flash(_("Your sign-up is cancelled; the organiser is told."), "success")
    return _go_to_class(class_id)


def _get_own(session: Session, person: Person, enrolment_id: int) -> Enrolment:
    enrolment = get_enrolment(session, enrolment_id)
    if not can(person.viewer, "cancel", enrolment):
        raise EnrolmentNotFound
    return enrolment


def _draw(session: Session, enrolment: Enrolment, *, reason: str = "", problem: str = "") -> str:
    training_class = get_class(session, enrolment.class_id)
    return render_template(
        "training/cancel.html",
        enrolment_id=enrolment.id,
        class_id=training_class.id,
        name=training_class.name,
        is_confirmed=enrolment.state == CONFIRMED,
        reason=reason,
        problem=problem,
        longest=LONGEST_REASON,
    )


def _go_to_class(class_id: int) -> ResponseReturnValue:
    return redirect(url_for("training.show_class", class_id=class_id))
