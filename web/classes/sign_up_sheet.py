"""A class's sign-ups as a table to take away."""

from collections.abc import Iterator, Sequence

from flask import Response
from sqlalchemy.orm import Session

from engine.language import _
from forms.bound import BoundForm
from web import current
from web.classes.blueprint import bp
from web.classes.class_page import get_class_of, read_sign_up_filters
from web.languages import spoken
from web.sheets import Sheet, Value, send_sheets
from web.staff import get_staff_person
from web.words import minute
from workflows.shared.access import can
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.classes.answers import name_fields, read_answers
from workflows.training_enrolment.classes.sign_ups import SignUpFilters, all_sign_ups
from workflows.training_enrolment.signing_up import bind_sign_up
from workflows.training_enrolment.states import enrolment_label


@bp.get("/<int:class_id>/sign-ups.xlsx")
def export_sign_ups(class_id: int) -> Response:
    """Give all sign-ups that the filters show."""
    viewer, filters = get_staff_person().viewer, read_sign_up_filters()
    with current.engine().database.read() as session:
        training_class = get_class_of(session, viewer, class_id)
        heads = [
            _("Order of arrival"),
            _("Name"),
            _("Number"),
            _("Who it is"),
            _("Firm that signed up"),
            _("State of the sign-up"),
            _("Signed up at"),
            _("Decided at"),
            _("Attendance"),
            _("Hours"),
        ]
        # What people said is for those who hold the class.
        asked = _bind(session, training_class) if can(viewer, "change", training_class) else None
        heads += [] if asked is None else name_fields(asked)
        rows = _rows(session, training_class, filters, asked)
        return send_sheets(f"class-{class_id}.xlsx", [Sheet(training_class.name, heads, rows)])


def _bind(session: Session, training_class: TrainingClass) -> BoundForm:
    return bind_sign_up(
        session,
        current.engine(),
        training_class=training_class,
        language=spoken(),
        now=current.now(),
    )


def _rows(
    session: Session,
    training_class: TrainingClass,
    filters: SignUpFilters,
    asked: BoundForm | None,
) -> Iterator[Sequence[Value]]:
    kinds = {"member": _("Member"), "employee": _("Practitioner")}
    attendances = {"present": _("Present"), "absent": _("Absent")}
    for some in all_sign_ups(session, training_class, filters):
        case_ids = [each.enrolment.case_id for each in some]
        vault = current.engine().vault
        said = {} if asked is None else read_answers(session, vault, asked, case_ids)
        for each in some:
            found = each.enrolment
            yield [
                found.number,
                each.name,
                each.number,
                kinds[found.person_kind],
                each.firm,
                enrolment_label(found.state),
                minute(found.arrived_at),
                minute(found.decided_at) if found.decided_at else "",
                attendances.get(found.attendance or "", ""),
                None if found.hours is None else found.hours / 100,
                *said.get(found.case_id, ()),
            ]
