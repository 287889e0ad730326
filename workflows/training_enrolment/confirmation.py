"""培训班报名确认单: that somebody has a place in a class, on paper, with his code for the door."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files

from sqlalchemy.orm import Session

from engine.cases import get_case
from engine.errors import NotFound
from engine.language import N_
from workflows.shared.associations import get_association
from workflows.shared.dates import local_date
from workflows.shared.documents import Documents, Plain
from workflows.shared.enrolments import COMPLETED, CONFIRMED, Enrolment
from workflows.shared.qr_codes import svg_of
from workflows.shared.register import Firm
from workflows.shared.training_classes import TrainingClass, get_class

TITLE = "培训班报名确认单"


class NotConfirmed(NotFound):
    """Nothing was confirmed, or the class was cancelled: there is nothing to print."""

    message = N_("There is no confirmation: the association has not confirmed this sign-up.")


@dataclass(frozen=True)
class Confirmation:
    """What the confirmation says, read while the database was asked; `name`: of its file."""

    name: str
    author: str
    dated: date
    values: Mapping[str, Plain]
    pictures: Mapping[str, bytes]


def has_confirmation(enrolment: Enrolment, training_class: TrainingClass) -> bool:
    """Whether there is a confirmation of a sign-up."""
    return enrolment.state in (CONFIRMED, COMPLETED) and training_class.cancelled_at is None


def read_confirmation(
    session: Session, enrolment: Enrolment, *, door_address: str, now: datetime
) -> Confirmation:
    """What the confirmation of a sign-up says as of today; raises NotConfirmed.

    `door_address`: what the QR code holds. Whoever calls has checked that it may be seen.
    """
    training_class = get_class(session, enrolment.class_id)
    if not has_confirmation(enrolment, training_class):
        raise NotConfirmed
    case = get_case(session, enrolment.case_id)
    office = get_association(session, training_class.association_id)
    firm = session.get(Firm, enrolment.firm_id) if enrolment.firm_id is not None else None
    decided = local_date(enrolment.decided_at) if enrolment.decided_at else None
    return Confirmation(
        name=f"{TITLE}-{case.subject_no or enrolment.id}.pdf",
        author=office.name,
        dated=local_date(now),
        values={
            "office": office.name,
            "name": case.subject_name,
            "number": case.subject_no,
            "firm": firm.name if firm else "",
            "class_name": training_class.name,
            "dates": _say_dates(training_class.start_date, training_class.end_date),
            "start_time": training_class.start_time.strftime("%H:%M"),
            "place": training_class.place,
            "hours": f"{training_class.hours / 100:.2f}",
            "organiser": training_class.organiser,
            "phone": training_class.organiser_phone,
            "decided_date": _say_date(decided) if decided else "",
            "printed_date": _say_date(local_date(now)),
        },
        pictures={"code": svg_of(door_address)},
    )


def make_confirmation(documents: Documents, said: Confirmation) -> bytes:
    """The confirmation, on one page."""
    template = files("workflows.training_enrolment").joinpath("confirmation.html")
    return documents.make(
        template.read_text("utf-8"),
        said.values,
        title=TITLE,
        author=said.author,
        dated=said.dated,
        pictures=said.pictures,
    )


def _say_dates(first: date, last: date) -> str:
    return _say_date(first) if first == last else f"{_say_date(first)}至{_say_date(last)}"


def _say_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
