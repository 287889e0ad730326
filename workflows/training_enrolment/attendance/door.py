"""At the door of a class: who shows a code or says a number, and is marked present for it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from engine.cases import Case, get_case
from engine.errors import Rejected
from engine.language import N_
from engine.vault import Vault
from workflows.shared.dates import local_date
from workflows.shared.enrolments import LIVE, Enrolment, get_enrolment
from workflows.shared.training_classes import TrainingClass, get_class
from workflows.training_enrolment.attendance.people import name_firm
from workflows.training_enrolment.attendance.recording import (
    PRESENT,
    REFUSALS,
    record_attendance,
)
from workflows.training_enrolment.attendance.tokens import DoorCodeNotGenuine, read_door_token

LONGEST = 500
MOST_NAMESAKES = 20

_TOKEN = re.compile(r"(?:^|/)([A-Za-z0-9_-]{27}(?:[A-Za-z0-9_-]{3})?)/?$")

Outcome = Literal["marked", "already", "refused"]


class NothingShown(Rejected):
    """The button was pressed without a code or a number."""

    message = N_("Scan a code, or type a member number or a name.")


class NobodyFound(Rejected):
    """What was typed is nobody's who signed up for the class."""

    message = N_(
        "Nobody with this number or name has signed up for this class. Look in the list, or ask"
        " for the number."
    )


class SeveralFound(Rejected):
    """A name or number that several people of the class have."""

    message = N_("Several people who signed up have this name. Type the number: %(numbers)s.")


class OtherClass(Rejected):
    """The code is genuine, but of a sign-up for another class."""

    message = N_("This code is for another class: %(name)s.")


class DoorCodeOver(Rejected):
    """The class that the code is for is over."""

    message = N_("The class is over; its codes serve no more. Use the attendance list.")


@dataclass(frozen=True)
class Shown:
    """What the door says of somebody. `refusal`: a message id, why he was not marked present.

    `at`: when he was marked.
    """

    enrolment_id: int
    name: str
    number: str
    firm: str
    state: str
    outcome: Outcome
    at: datetime | None
    refusal: str = ""


def mark_present(
    session: Session,
    vault: Vault,
    *,
    training_class: TrainingClass,
    shown: str,
    by: int,
    now: datetime,
) -> Shown:
    """Mark the person present whose code was scanned, or whose number or name was typed.

    `shown`: a code, its address, a number, or a whole name. Twice, or at two doors at once, is
    once. Raises NothingShown, NobodyFound, SeveralFound, OtherClass, DoorCodeOver,
    DoorCodeNotGenuine, and what `record_attendance` raises.
    """
    enrolment = find_shown(session, vault, training_class=training_class, shown=shown, now=now)
    recorded = record_attendance(
        session, training_class=training_class, said={enrolment.id: PRESENT}, by=by, now=now
    )
    session.refresh(enrolment)
    outcome: Outcome = "refused"
    if enrolment.id in recorded.changed:
        outcome = "marked"
    elif enrolment.id in recorded.unchanged:
        outcome = "already"
    person = get_case(session, enrolment.case_id)
    return Shown(
        enrolment_id=enrolment.id,
        name=person.subject_name,
        number=person.subject_no,
        firm=name_firm(session, enrolment),
        state=enrolment.state,
        outcome=outcome,
        at=enrolment.attendance_at,
        refusal=REFUSALS[enrolment.state] if outcome == "refused" else "",
    )


def find_shown(
    session: Session, vault: Vault, *, training_class: TrainingClass, shown: str, now: datetime
) -> Enrolment:
    """The sign-up for the class that a code, a number or a name is of; raises as mark_present."""
    shown = shown.strip()[:LONGEST]
    if not shown:
        raise NothingShown
    token = _TOKEN.search(shown)
    if token is None:
        if "://" in shown:
            raise DoorCodeNotGenuine
        return _find_typed(session, training_class, shown)
    enrolment, code_class = open_token(session, vault, token[1], now=now)
    if code_class.id != training_class.id:
        raise OtherClass(name=code_class.name)
    return enrolment


def open_token(
    session: Session, vault: Vault, token: str, *, now: datetime
) -> tuple[Enrolment, TrainingClass]:
    """The sign-up and the class of a code; raises DoorCodeNotGenuine, DoorCodeOver."""
    enrolment = get_enrolment(session, read_door_token(vault, token))
    training_class = get_class(session, enrolment.class_id)
    if training_class.end_date < local_date(now):
        raise DoorCodeOver
    return enrolment, training_class


def _find_typed(session: Session, training_class: TrainingClass, typed: str) -> Enrolment:
    """Who signed up under a number or a name: of several sign-ups of a person, the one that counts.

    That is the live one, or the last.
    """
    query = (
        select(Enrolment, Case.subject_no)
        .join(Case, Case.id == Enrolment.case_id)
        .where(
            Enrolment.class_id == training_class.id,
            (Case.subject_no == typed) | (Case.subject_name == typed),
        )
        .order_by(case((Enrolment.state.in_(LIVE), 0), else_=1), Enrolment.id.desc())
        .limit(MOST_NAMESAKES)
    )
    people: dict[tuple[str, int], tuple[Enrolment, str]] = {}
    for enrolment, number in session.execute(query):
        people.setdefault((enrolment.person_kind, enrolment.person_id), (enrolment, number))
    if not people:
        raise NobodyFound
    if len(people) > 1:
        numbers = sorted(number for _enrolment, number in people.values())
        raise SeveralFound(numbers=", ".join(numbers))
    ((enrolment, _number),) = people.values()
    return enrolment
