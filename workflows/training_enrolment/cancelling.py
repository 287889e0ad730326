"""Giving a place back before the class begins, and giving it to somebody else."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import hold_case
from engine.engine import Engine
from engine.errors import Conflict, Rejected
from engine.language import N_
from engine.message_events import send_message
from engine.noting import note
from forms.lists import Language
from workflows.shared.enrolments import CANCELLED, CANCELLED_EVENT, Enrolment
from workflows.shared.training_classes import hold_class
from workflows.training_enrolment.audience import Person
from workflows.training_enrolment.signing_up import check_takes_place, hold_person, sign_up

LONGEST_REASON = 500


class SignUpIsOver(Conflict):
    """The sign-up was decided otherwise, or the class is over."""

    message = N_("This sign-up is over: there is nothing to cancel.")


class ReasonNeeded(Rejected):
    """Nobody cancels without a word."""

    message = N_("Say why, in at most %(most)s characters.")


def check_reason(reason: str) -> str:
    """The reason without blanks around it; raises ReasonNeeded."""
    said = reason.strip()
    if not said or len(said) > LONGEST_REASON:
        raise ReasonNeeded(most=LONGEST_REASON)
    return said


def cancel_enrolment(
    session: Session,
    engine: Engine,
    *,
    enrolment: Enrolment,
    reason: str,
    by: Actor,
    now: datetime,
) -> bool:
    """Cancel a sign-up before its class begins; the first who waits has the place then.

    False when it was cancelled already: a second click changes nothing. Raises ReasonNeeded,
    ClassHasBegun, ClassIsCancelled, SignUpIsOver.
    """
    said = check_reason(reason)
    if not _hold(session, enrolment):
        return False
    check_takes_place(hold_class(session, enrolment.class_id), now)
    _leave(session, engine, enrolment=enrolment, kind=CANCELLED_EVENT, reason=said, by=by, now=now)
    return True


def replace_person(
    session: Session,
    engine: Engine,
    *,
    enrolment: Enrolment,
    person: Person,
    answers: Mapping[str, Any],
    by: Actor,
    now: datetime,
    language: Language = "zh",
) -> Enrolment:
    """Sign up another person of the firm in the place, and under the number, of this one.

    Raises as `signing_up.sign_up`, and SignUpIsOver when there is no place to be given.
    """
    if not _hold(session, enrolment):
        raise SignUpIsOver
    person = hold_person(session, person)
    held = hold_class(session, enrolment.class_id)
    session.refresh(enrolment)
    check_takes_place(held, now)
    # Before the other one is there: a place is never counted twice, nor is it free between them.
    enrolment.state, enrolment.ended_at = CANCELLED, now
    session.flush()
    successor = sign_up(
        session,
        engine,
        training_class=held,
        person=person,
        answers=answers,
        by=by,
        firm_id=enrolment.firm_id,
        now=now,
        replaces=enrolment,
        language=language,
    )
    _leave(session, engine, enrolment=enrolment, kind="person_replaced", reason="", by=by, now=now)
    return successor


def _hold(session: Session, enrolment: Enrolment) -> bool:
    """Lock the case of a live sign-up; False if it was cancelled before.

    The case goes before the class, as everybody locks them. Raises SignUpIsOver.
    """
    session.refresh(enrolment)
    if enrolment.is_live:
        hold_case(session, enrolment.case_id)
        session.refresh(enrolment)
    if enrolment.is_live:
        return True
    if enrolment.state == CANCELLED:
        return False
    raise SignUpIsOver


def _leave(
    session: Session,
    engine: Engine,
    *,
    enrolment: Enrolment,
    kind: str,
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    """Say it in the trail, and let the case end."""
    note(session, engine, case_id=enrolment.case_id, kind=kind, by=by, now=now, text=reason)
    is_heard = send_message(
        session,
        engine,
        case_id=enrolment.case_id,
        name=CANCELLED_EVENT,
        key=str(enrolment.id),
        by=by,
        now=now,
    )
    if not is_heard:
        raise SignUpIsOver
