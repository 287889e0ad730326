"""Who stayed away from a class without a word 缺席, and correcting what was recorded."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import Conflict, NotFound, Rejected
from engine.language import _
from web import current
from web.classes.attendance import get_seen_class, get_taken_class
from web.classes.blueprint import bp
from web.sheets import Sheet, Value, send_sheets
from web.staff import get_staff_person
from web.words import minute
from workflows.shared.access import can
from workflows.shared.actor_names import name_accounts
from workflows.shared.enrolments import EnrolmentNotFound, get_enrolment
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.attendance.correcting import LONGEST_REASON, correct_attendance
from workflows.training_enrolment.attendance.people import Expected, find_expected, list_absent
from workflows.training_enrolment.attendance.recording import NOT_PRESENT, PRESENT, SETTLED


@bp.get("/<int:class_id>/absent")
def list_absent_people(class_id: int) -> ResponseReturnValue:
    """List who was absent, for a circulated notice."""
    with current.engine().database.read() as session:
        training_class = get_seen_class(session, class_id)
        people = list_absent(session, class_id)
        return render_template(
            "classes/attendance_absent.html",
            training_class=training_class,
            people=people,
            names=name_accounts(session, [each.recorded_by for each in people]),
            may_take=can(get_staff_person().viewer, "take_attendance", training_class),
            settled=SETTLED,
        )


@bp.get("/<int:class_id>/absent.xlsx")
def export_absent(class_id: int) -> ResponseReturnValue:
    """Give the list of who was absent as a table to take away."""
    with current.engine().database.read() as session:
        training_class = get_seen_class(session, class_id)
        heads = [
            _("Training class"),
            _("Number"),
            _("Name"),
            _("Firm"),
            _("Begins"),
            _("Ends"),
            _("Recorded"),
        ]
        rows: list[list[Value]] = [
            [
                training_class.name,
                each.number,
                each.name,
                each.firm,
                training_class.start_date,
                training_class.end_date,
                minute(each.recorded_at) if each.recorded_at else "",
            ]
            for each in list_absent(session, class_id)
        ]
        return send_sheets(f"{class_id}-absent.xlsx", [Sheet(_("Absent"), heads, rows)])


@bp.get("/<int:class_id>/attendance/<int:enrolment_id>/correction")
def show_correction(class_id: int, enrolment_id: int) -> ResponseReturnValue:
    """Show what a correction takes back or gives."""
    with current.engine().database.read() as session:
        return _draw(session, *_find(session, class_id, enrolment_id))


@bp.post("/<int:class_id>/attendance/<int:enrolment_id>/correction")
def correct(class_id: int, enrolment_id: int) -> ResponseReturnValue:
    """Correct the attendance, with a reason; the page said to what."""
    reason = request.form.get("reason", "")
    word = PRESENT if request.form.get("word") == PRESENT else NOT_PRESENT
    try:
        with current.engine().database.transaction() as session:
            _training_class, person = _find(session, class_id, enrolment_id)
            correct_attendance(
                session,
                current.engine(),
                enrolment_id=enrolment_id,
                word=word,
                reason=reason,
                by=get_staff_person().actor,
                now=current.now(),
            )
    except Rejected as error:
        with current.engine().database.read() as session:
            found = _find(session, class_id, enrolment_id)
            return _draw(session, *found, reason=reason, problem=str(error)), 422
    except Conflict as error:
        flash(str(error), "warning")
    else:
        words = {PRESENT: _("Corrected: %(name)s was present.", name=person.name)}
        words[NOT_PRESENT] = _("Corrected: %(name)s was absent.", name=person.name)
        flash(words[word], "success")
    return redirect(url_for("classes.list_attendance", class_id=class_id))


def _find(session: Session, class_id: int, enrolment_id: int) -> tuple[TrainingClass, Expected]:
    training_class = get_taken_class(session, class_id)
    if get_enrolment(session, enrolment_id).class_id != class_id:
        raise EnrolmentNotFound
    person = find_expected(session, enrolment_id)
    if person is None:
        raise NotFound
    return training_class, person


def _draw(
    session: Session,
    training_class: TrainingClass,
    person: Expected,
    *,
    reason: str = "",
    problem: str = "",
) -> str:
    names = name_accounts(session, [person.recorded_by])
    return render_template(
        "classes/attendance_correction.html",
        training_class=training_class,
        who=person,
        recorded_by=names.get(person.recorded_by or 0, ""),
        is_settled=person.state in SETTLED,
        reason=reason,
        problem=problem,
        longest=LONGEST_REASON,
    )
