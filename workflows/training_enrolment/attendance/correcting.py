"""Correcting attendance after it had its consequences: hours are given or taken back.

What was entered into the ledger stays; an entry of the opposite takes it back. Who did it stands
in the trail of the case, with the reason beside it.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case
from engine.engine import Engine
from engine.errors import Conflict, Rejected
from engine.language import N_
from engine.noting import note
from workflows.shared.enrolments import ABSENT, COMPLETED, Enrolment, get_enrolment
from workflows.shared.hours import next_key, reverse_hours
from workflows.shared.training_classes import TrainingClass, get_class
from workflows.training_enrolment.attendance.recording import PRESENT, SETTLED, Word
from workflows.training_enrolment.crediting import enter_hours, hours_key
from workflows.training_enrolment.telling import note_news, tell

LONGEST_REASON = 500


class ReasonMissing(Rejected):
    """The person must be told why, and so must whoever asks later."""

    message = N_("Say why the attendance is corrected: the person is told.")


class ReasonTooLong(Rejected):
    """More than fits into a message."""

    message = N_("The reason has at most %(most)s characters.")


class NotSettled(Conflict):
    """Nothing came of the attendance yet, so it is changed where it was recorded."""

    message = N_(
        "No hours were credited and no absence was noted yet: change the attendance in the list."
    )


def correct_attendance(
    session: Session,
    engine: Engine,
    *,
    enrolment_id: int,
    word: Word,
    reason: str,
    by: Actor,
    now: datetime,
) -> Enrolment:
    """Turn an absence into a presence, or the reverse, with what comes of it.

    Said twice it is once. Raises ReasonMissing, ReasonTooLong, NotSettled.
    """
    reason = reason.strip()
    if not reason:
        raise ReasonMissing
    if len(reason) > LONGEST_REASON:
        raise ReasonTooLong(most=LONGEST_REASON)
    enrolment = get_enrolment(session, enrolment_id)
    training_class = get_class(session, enrolment.class_id)
    case = session.scalars(
        select(Case)
        .where(Case.id == enrolment.case_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    session.refresh(enrolment)
    if enrolment.state not in SETTLED:
        raise NotSettled
    if enrolment.attendance == word:
        return enrolment
    hours = training_class.hours if word == PRESENT else (enrolment.hours or 0)
    state = COMPLETED if word == PRESENT else ABSENT
    enrolment.attendance, enrolment.attendance_at, enrolment.attendance_by = word, now, by.id
    enrolment.state = state
    enrolment.hours = hours if word == PRESENT else None
    # The end that the diagram would have led to, had it been said so before.
    case.status, case.ended_in = f"enrolment_{state}", state
    note_news(enrolment, state)
    if enrolment.person_kind == "member":
        _change_ledger(session, enrolment, training_class, word, now)
    session.flush()
    tell(
        session,
        enrolment=enrolment,
        training_class=training_class,
        template=f"corrected_{word}",
        hours=f"{hours / 100:g}",
        reason=reason,
        now=now,
    )
    note(
        session,
        engine,
        case_id=case.id,
        kind="attendance_corrected",
        by=by,
        now=now,
        text=reason,
        attendance=word,
        hours=hours,
    )
    return enrolment


def _change_ledger(
    session: Session,
    enrolment: Enrolment,
    training_class: TrainingClass,
    word: Word,
    now: datetime,
) -> None:
    key = hours_key(enrolment)
    if word != PRESENT:
        reverse_hours(session, external_key=key)
        return
    enter_hours(
        session,
        enrolment=enrolment,
        training_class=training_class,
        external_key=next_key(session, external_key=key),
        now=now,
    )
