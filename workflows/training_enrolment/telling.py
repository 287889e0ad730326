"""Telling who is signed up, and noting what his firm and the association are told together."""

from datetime import datetime

from sqlalchemy.orm import Session

from engine.actors import Actor
from workflows.shared.accounts import Account
from workflows.shared.associations import get_association
from workflows.shared.dates import ZONE
from workflows.shared.enrolments import Enrolment
from workflows.shared.messages import send_to_member
from workflows.shared.register import get_member
from workflows.shared.training_classes import TrainingClass


def tell(
    session: Session,
    *,
    enrolment: Enrolment,
    training_class: TrainingClass,
    template: str,
    now: datetime,
    **values: object,
) -> None:
    """Tell the person, in the words of the class's association.

    An employee has no account: his firm tells him. The dead are told nothing.
    """
    if enrolment.person_kind != "member":
        return
    member = get_member(session, enrolment.person_id)
    if member.state == "dead":
        return
    send_to_member(
        session,
        member_id=member.id,
        template=f"enrolment_{template}",
        values={**describe(training_class), **values},
        values_en={"days": _say_days(training_class, " to ")},
        case_id=enrolment.case_id,
        now=now,
        association_id=training_class.association_id,
    )


def describe(training_class: TrainingClass) -> dict[str, str]:
    """What messages say of a class."""
    return {
        "class": training_class.name,
        "begins": training_class.begins_at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M"),
        "ends": training_class.end_date.isoformat(),
        "days": _say_days(training_class, "至"),
        "time": training_class.start_time.strftime("%H:%M"),
        "place": training_class.place,
        "phone": training_class.organiser_phone,
    }


def _say_days(training_class: TrainingClass, to: str) -> str:
    first, last = training_class.start_date, training_class.end_date
    return first.isoformat() if first == last else f"{first}{to}{last}"


def note_news(enrolment: Enrolment, news: str) -> None:
    """Let the firm that signed him up be told with the next bundle."""
    if enrolment.firm_id is not None:
        enrolment.firm_news = news


def name_actor(session: Session, by: Actor, training_class: TrainingClass) -> str:
    """What a message calls who acted; the system acts for the class's association."""
    account = None if by.id is None else session.get(Account, by.id)
    if account is None:
        return get_association(session, training_class.association_id).name
    return account.name
