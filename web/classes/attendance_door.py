"""The door of a class: codes are scanned, numbers typed, and people marked present one by one."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.cases import get_case
from engine.errors import Rejected
from engine.language import _
from web import current
from web.classes.attendance import find_obstacle, get_taken_class
from web.classes.blueprint import bp
from web.limits import check_rate
from web.security import HEADERS
from web.sessions import find_person
from web.staff import get_staff_person
from workflows.shared.access import can
from workflows.shared.enrolments import CONFIRMED, Enrolment
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.attendance import door
from workflows.training_enrolment.attendance.people import list_last_present, tally_attendance
from workflows.training_enrolment.attendance.recording import (
    PRESENT,
    REFUSALS,
)
from workflows.training_enrolment.attendance.tokens import DoorCodeNotGenuine

PER_MINUTE = 600
"""Everybody in a hall may open his own code over the hall's one address."""

CAMERA = HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)")


@bp.get("/<int:class_id>/door")
def show_door(class_id: int) -> ResponseReturnValue:
    """Show the page on which codes are scanned and numbers typed."""
    with current.engine().database.read() as session:
        training_class = get_taken_class(session, class_id)
        return _draw(session, training_class)


@bp.post("/<int:class_id>/door")
def mark_at_door(class_id: int) -> ResponseReturnValue:
    """Mark the person present whose code or number was sent; a script asks for the result alone.

    Sent again it says that he is marked already.
    """
    sent, status, said = request.form.get("code", ""), 200, dict[str, Any]()
    by = get_staff_person().viewer.account_id
    try:
        with current.engine().database.transaction() as session:
            shown = door.mark_present(
                session,
                current.engine().vault,
                training_class=get_taken_class(session, class_id),
                shown=sent,
                by=by,
                now=current.now(),
            )
            said = _describe(shown)
    except (Rejected, DoorCodeNotGenuine) as error:
        status, said = 422, {"outcome": "refused", "sentence": str(error)}
    typed = sent[: door.LONGEST] if said["outcome"] == "refused" and "://" not in sent else ""
    with current.engine().database.read() as session:
        return _draw(session, get_taken_class(session, class_id), shown=said, typed=typed), status


@bp.get("/codes/<token>")
def open_door_code(token: str) -> ResponseReturnValue:
    """Say what a code is for; who takes the attendance of its class may mark its person present.

    A phone's own camera leads here.
    """
    person, engine = find_person(), current.engine()
    if person is None or not person.viewer.is_staff:
        check_rate("door_code", limit=PER_MINUTE, window=timedelta(minutes=1))
    with engine.database.read() as session:
        try:
            enrolment, training_class = door.open_token(
                session, engine.vault, token, now=current.now()
            )
        except (DoorCodeNotGenuine, door.DoorCodeOver) as error:
            page = render_template("classes/attendance_code.html", sentence=str(error))
            return page, 404 if isinstance(error, DoorCodeNotGenuine) else 410
        is_taking = person is not None and can(person.viewer, "take_attendance", training_class)
        return render_template(
            "classes/attendance_code.html",
            training_class=training_class,
            token=token,
            shown=_describe_code(session, enrolment, training_class) if is_taking else None,
        )


def _draw(
    session: Session,
    training_class: TrainingClass,
    *,
    shown: Mapping[str, Any] | None = None,
    typed: str = "",
) -> Response:
    is_part = request.headers.get("HX-Target") == "shown"
    name = "classes/attendance_shown.html" if is_part else "classes/attendance_door.html"
    response = make_response(
        render_template(
            name,
            training_class=training_class,
            shown=shown,
            typed=typed,
            why_not=find_obstacle(training_class),
            tally=tally_attendance(session, training_class.id),
            last=list_last_present(session, training_class.id),
        )
    )
    response.headers["Permissions-Policy"] = CAMERA
    return response


def _describe(shown: door.Shown) -> dict[str, Any]:
    return {
        "outcome": shown.outcome,
        "name": shown.name,
        "number": shown.number,
        "firm": shown.firm,
        "at": shown.at,
        "sentence": _(shown.refusal) if shown.refusal else "",
    }


def _describe_code(
    session: Session, enrolment: Enrolment, training_class: TrainingClass
) -> dict[str, Any]:
    """Whose code it is and whether he can be marked, for who takes the attendance."""
    case = get_case(session, enrolment.case_id)
    is_present = enrolment.attendance == PRESENT
    why_not = find_obstacle(training_class)
    if not why_not and not is_present and enrolment.state != CONFIRMED:
        why_not = _(REFUSALS[enrolment.state])
    return {
        "name": case.subject_name,
        "number": case.subject_no,
        "is_present": is_present,
        "at": enrolment.attendance_at,
        "why_not": why_not,
    }
