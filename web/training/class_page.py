"""报名详情: a class, its announcement, one's own sign-up and everything that happened to it."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from forms.texts import draw_markdown
from web import current
from web.sessions import Person, get_member_person, get_person
from web.training.blueprint import bp
from web.training.classes import count_people, find_sign_up_address
from web.training.confirmation import find_confirmation_address
from web.training.door import describe_door_code
from web.training.history import describe_history
from web.words import name_office
from workflows.shared.access import can
from workflows.shared.associations import get_association
from workflows.shared.enrolments import WAITING, Enrolment, EnrolmentNotFound, find_of_case
from workflows.shared.register import get_member
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.audience import find_obstacle
from workflows.training_enrolment.classes.settings import say_audience
from workflows.training_enrolment.listing import (
    find_position,
    get_offered_class,
    list_enrolments,
)
from workflows.training_enrolment.places import counts_of
from workflows.training_enrolment.signing_up import find_overlaps
from workflows.training_enrolment.states import FULL, NOT_OPEN, OPEN, class_state


@bp.get("/classes/<int:class_id>")
def show_class(class_id: int) -> ResponseReturnValue:
    """Show a class with one's own sign-up."""
    person = get_person()
    with current.engine().database.read() as session:
        training_class = get_offered_class(session, person.viewer, class_id)
        return render_template(
            "training/class.html",
            **describe_class(session, training_class),
            **_describe_own(session, person, training_class),
        )


@bp.get("/cases/<uuid:case_id>")
def show_case(case_id: UUID) -> ResponseReturnValue:
    """Lead from a sign-up's case, which messages name, to its class."""
    person, _member_id = get_member_person()
    with current.engine().database.read() as session:
        enrolment = find_of_case(session, case_id)
        if enrolment is None or not can(person.viewer, "see", enrolment):
            raise EnrolmentNotFound
        return redirect(url_for("training.show_class", class_id=enrolment.class_id))


def describe_class(session: Session, training_class: TrainingClass) -> dict[str, Any]:
    """What everybody reads of a class."""
    counts = counts_of(session, [training_class.id])[training_class.id]
    now = current.now()
    return {
        "training_class": {
            "id": training_class.id,
            "name": training_class.name,
            "year": training_class.year,
            "office": name_office(get_association(session, training_class.association_id)),
            "organiser": training_class.organiser,
            "organiser_phone": training_class.organiser_phone,
            "opens_date": training_class.opens_date,
            "closes_date": training_class.closes_date,
            "start_date": training_class.start_date,
            "end_date": training_class.end_date,
            "start_time": training_class.start_time.strftime("%H:%M"),
            "place": training_class.place,
            "hours": training_class.hours,
            "audience": say_audience(training_class),
            "announcement": draw_markdown(training_class.announcement, 3),
            "outside_url": training_class.outside_url,
            "cancel_reason": training_class.cancel_reason,
            "has_begun": training_class.has_begun(now),
            "is_changed": training_class.change_no > 0,
            "state": class_state(training_class, counts, now),
            **count_people(training_class, counts),
        }
    }


def _describe_own(
    session: Session, person: Person, training_class: TrainingClass
) -> dict[str, Any]:
    """The person's sign-up, what can be done with it, and what stands in the way of one."""
    counts = counts_of(session, [training_class.id])[training_class.id]
    state = class_state(training_class, counts, current.now())
    if person.member_id is None:
        return {
            "is_member": False,
            "sign_up": find_sign_up_address(
                session, person, training_class, state=state, enrolment=None, member=None
            ),
        }
    member = get_member(session, person.member_id)
    found = list_enrolments(session, class_id=training_class.id, member_id=member.id)
    last = found[0] if found else None
    is_live = last is not None and last.is_live
    obstacle = ""
    if not is_live and state in (NOT_OPEN, OPEN, FULL):
        obstacle = find_obstacle(current.engine(), session, training_class, member, current.now())
    overlapping = find_overlaps(session, member, training_class)
    return {
        "is_member": True,
        "sign_up": find_sign_up_address(
            session, person, training_class, state=state, enrolment=last, member=member
        ),
        "obstacle": obstacle,
        "enrolment": last and _describe_enrolment(session, last, training_class),
        "earlier": [describe_history(session, each, training_class) for each in found[1:]],
        "door": last and describe_door_code(session, last, training_class),
        "overlapping": [
            {
                "name": each.name,
                "start_date": each.start_date,
                "end_date": each.end_date,
                "address": url_for("training.show_class", class_id=each.id),
            }
            for each in (overlapping if is_live or state in (NOT_OPEN, OPEN, FULL) else ())
        ],
    }


def _describe_enrolment(
    session: Session, enrolment: Enrolment, training_class: TrainingClass
) -> dict[str, Any]:
    history = describe_history(session, enrolment, training_class)
    can_cancel = enrolment.is_live and not training_class.has_begun(current.now())
    return {
        "state": enrolment.state,
        "by": history[0]["by"],
        "arrived_at": enrolment.arrived_at,
        "number": enrolment.number,
        "position": find_position(session, enrolment) if enrolment.state == WAITING else None,
        "hours": enrolment.hours,
        "history": history,
        "reason": next((each["reason"] for each in reversed(history) if each["reason"]), ""),
        "cancel": url_for("training.cancel", enrolment_id=enrolment.id) if can_cancel else "",
        "confirmation": find_confirmation_address(enrolment, training_class),
    }
