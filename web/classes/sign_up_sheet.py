"""A class's sign-ups as a table to take away."""

from collections.abc import Iterator, Sequence

from flask import Response
from sqlalchemy.orm import Session

from engine.language import _
from web import current
from web.classes.blueprint import bp
from web.classes.class_page import get_class_of, read_sign_up_filters
from web.sheets import Sheet, Value, send_sheets
from web.staff import get_staff_person
from web.words import minute
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.classes.sign_ups import SignUpFilters, all_sign_ups
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
        rows = _rows(session, training_class, filters)
        return send_sheets(f"class-{class_id}.xlsx", [Sheet(training_class.name, heads, rows)])


def _rows(
    session: Session, training_class: TrainingClass, filters: SignUpFilters
) -> Iterator[Sequence[Value]]:
    kinds = {"member": _("Member"), "employee": _("Practitioner")}
    attendances = {"present": _("Present"), "absent": _("Absent")}
    for some in all_sign_ups(session, training_class, filters):
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
            ]
