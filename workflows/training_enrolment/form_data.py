"""What the forms of a sign-up show beside what was filled in."""

from typing import Any

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from engine.submissions import last_submissions
from workflows.shared.dates import ZONE
from workflows.shared.employees import Employee
from workflows.shared.enrolments import PROCESS, Enrolment, find_of_case
from workflows.shared.form_data import FormData, form_data
from workflows.shared.register import Firm, Member
from workflows.shared.training_classes import TrainingClass, get_class
from workflows.training_enrolment.audience import Person
from workflows.training_enrolment.places import counts_of
from workflows.training_enrolment.signing_up import FORM, describe_asked, find_overlaps


@form_data(PROCESS, FORM)
def show_sign_up(session: Session, *, engine: Engine, case: Case) -> FormData:
    """报名: which fields the class asked for then, whatever it asks for now."""
    enrolment = find_of_case(session, case.id)
    if enrolment is None:
        return FormData()
    context = describe_asked(get_class(session, enrolment.class_id))
    sent = last_submissions(
        session, engine.vault, case_id=case.id, subject=case.subject_key, element_ids=[FORM]
    )
    if FORM in sent:
        context["required_fields"] = list(sent[FORM].values)
    return FormData(context=context)


@form_data("enrolment_place", "confirm_enrolment")
def show_enrolment(session: Session, *, case: Case) -> FormData:
    """确认报名: for which class, in which order, and who signed the person up."""

    def show() -> dict[str, Any]:
        enrolment = find_of_case(session, case.id)
        return {} if enrolment is None else {"enrolment": _describe(session, enrolment)}

    return FormData(show_panels=show)


def find_person(session: Session, enrolment: Enrolment) -> Person | None:
    """Whom a sign-up is about; None when he is not in the register any more."""
    if enrolment.person_kind == "member":
        return session.get(Member, enrolment.person_id)
    return session.get(Employee, enrolment.person_id)


def _describe(session: Session, enrolment: Enrolment) -> dict[str, Any]:
    training_class = get_class(session, enrolment.class_id)
    counts = counts_of(session, [training_class.id])[training_class.id]
    firm = None if enrolment.firm_id is None else session.get(Firm, enrolment.firm_id)
    return {
        "class_name": training_class.name,
        "when": training_class.begins_at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M"),
        "place": training_class.place,
        "number": enrolment.number,
        "by": "" if firm is None else firm.name,
        "placed": counts.placed,
        "capacity": training_class.capacity,
        "waiting": counts.waiting,
        "overlaps": _name_overlaps(session, enrolment, training_class),
    }


def _name_overlaps(
    session: Session, enrolment: Enrolment, training_class: TrainingClass
) -> list[str]:
    person = find_person(session, enrolment)
    found = [] if person is None else find_overlaps(session, person, training_class)
    return [each.name for each in found]
