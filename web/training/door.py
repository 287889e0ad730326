"""The QR code that somebody shows at the door of a class.

`{% include 'training/_door_code.html' %}` with `door` = `describe_door_code(...)` shows it.
"""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from engine.cases import get_case
from web import codes, current
from workflows.shared.dates import local_date
from workflows.shared.enrolments import CONFIRMED, Enrolment
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.attendance.tokens import door_token


def describe_door_code(
    session: Session, enrolment: Enrolment, training_class: TrainingClass
) -> Mapping[str, Any] | None:
    """What the partial shows; None where there is no door to pass: not confirmed, or over.

    Whoever calls has checked that the viewer may see the sign-up.
    """
    if enrolment.state != CONFIRMED or training_class.cancelled_at is not None:
        return None
    if training_class.end_date < local_date(current.now()):
        return None
    case = get_case(session, enrolment.case_id)
    return {
        "picture": codes.picture_of(door_address(enrolment.id)),
        "name": case.subject_name,
        "number": case.subject_no,
        "class_name": training_class.name,
        "start_date": training_class.start_date,
        "start_time": training_class.start_time,
        "place": training_class.place,
        "is_present": enrolment.attendance == "present",
        "present_at": enrolment.attendance_at,
    }


def door_address(enrolment_id: int) -> str:
    """The address that the code holds: a phone's own camera opens it, too."""
    token = door_token(current.engine().vault, enrolment_id)
    return current.settings().public_url + url_for("classes.open_door_code", token=token)
