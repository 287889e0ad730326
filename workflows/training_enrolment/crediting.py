"""Hours of a class in the ledger of who was there."""

from datetime import datetime

from sqlalchemy.orm import Session

from workflows.shared.enrolments import Enrolment
from workflows.shared.hours import credit_hours
from workflows.shared.training_classes import TrainingClass

SOURCE = "培训班"
"""What the ledger calls where hours of classes come from."""


KEY = "enrolment:"
"""How the ledger's key of such hours begins: the enrolment's follows, and which correction."""


def hours_key(enrolment: Enrolment) -> str:
    """The ledger's key of the hours that a sign-up brought."""
    return f"{KEY}{enrolment.id}"


def enter_hours(
    session: Session,
    *,
    enrolment: Enrolment,
    training_class: TrainingClass,
    external_key: str,
    now: datetime,
) -> bool:
    """Enter a member's hours for the year that the class is of; False when they are there already.

    The association says which year that is: a class that is held later may still count for it.
    """
    return credit_hours(
        session,
        member_id=enrolment.person_id,
        year=training_class.year,
        earned_date=training_class.end_date,
        hours=training_class.hours,
        title=training_class.name,
        source=SOURCE,
        external_key=external_key,
        now=now,
    )
