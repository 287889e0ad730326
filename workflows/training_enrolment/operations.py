"""What a sign-up's service tasks do."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case
from engine.engine import Engine
from engine.operations import operation
from engine.submissions import last_submissions
from workflows.shared.enrolments import (
    ABSENT,
    CANCELLED,
    COMPLETED,
    CONFIRMED,
    REFUSED,
    RESERVED,
    UNPLACED,
    WAITING,
    Enrolment,
    EnrolmentNotFound,
    get_enrolment,
)
from workflows.shared.training_classes import TrainingClass, hold_class
from workflows.training_enrolment.crediting import enter_hours, hours_key
from workflows.training_enrolment.places import fill_places, find_next
from workflows.training_enrolment.policies import describe_times
from workflows.training_enrolment.telling import name_actor, note_news, tell

CONFIRM = "confirm_enrolment"


@operation("training_enrolment.reserve")
def reserve_place(
    session: Session,
    *,
    case: Case,
    by: Actor,
    now: datetime,
    class_id: int,
    person_kind: str,
    person_id: int,
    firm_id: int | None = None,
    replaces_id: int | None = None,
) -> dict[str, object]:
    """Give the person a place, or the next number of the waiting list.

    Who replaces somebody has what he had: his number, and his place if he had one.
    """
    training_class = hold_class(session, class_id)
    if replaces_id is None:
        is_placed, number = find_next(session, training_class)
    else:
        former = get_enrolment(session, replaces_id)
        is_placed, number = former.placed_at is not None, former.number
    enrolment = Enrolment(
        class_id=class_id,
        case_id=case.id,
        person_kind=person_kind,
        person_id=person_id,
        firm_id=firm_id,
        by_kind=by.kind,
        by_id=by.id,
        number=number,
        state=RESERVED if is_placed else WAITING,
        replaces_id=replaces_id,
        arrived_at=now,
        placed_at=now if is_placed else None,
        told_change_no=training_class.change_no,
    )
    session.add(enrolment)
    session.flush()
    tell(
        session,
        enrolment=enrolment,
        training_class=training_class,
        template=enrolment.state,
        by=name_actor(session, by, training_class),
        now=now,
    )
    return {
        "enrolment_id": enrolment.id,
        "enrolment_key": str(enrolment.id),
        "is_placed": is_placed,
        **describe_times(training_class, now),
    }


@operation("training_enrolment.tell_moved_up")
def tell_moved_up(session: Session, *, now: datetime, enrolment_id: int) -> None:
    """Tell who was on the waiting list that a place is his."""
    enrolment, training_class = _get(session, enrolment_id)
    note_news(enrolment, "moved_up")
    tell(
        session,
        enrolment=enrolment,
        training_class=training_class,
        template="moved_up",
        now=now,
    )


@operation("training_enrolment.read_dates")
def read_dates(session: Session, *, now: datetime, enrolment_id: int) -> dict[str, object]:
    """The times of the class as they are now."""
    _enrolment, training_class = _get(session, enrolment_id)
    return describe_times(training_class, now)


@operation("training_enrolment.confirm")
def confirm(session: Session, *, now: datetime, enrolment_id: int) -> dict[str, object]:
    """Note that the place is confirmed, and tell the person."""
    enrolment, training_class = _get(session, enrolment_id)
    enrolment.state, enrolment.decided_at = CONFIRMED, now
    note_news(enrolment, "confirmed")
    tell(
        session,
        enrolment=enrolment,
        training_class=training_class,
        template="confirmed",
        now=now,
    )
    return describe_times(training_class, now)


@operation("training_enrolment.refuse")
def refuse(
    session: Session, *, engine: Engine, case: Case, now: datetime, enrolment_id: int
) -> None:
    """Note the refusal, give the place to the first who waits, and tell the person why."""
    enrolment, training_class = _hold(session, enrolment_id)
    enrolment.decided_at = now
    _end(session, enrolment, training_class, REFUSED, now)
    sent = last_submissions(
        session,
        engine.vault,
        case_id=case.id,
        subject=case.subject_key,
        element_ids=[CONFIRM],
    )[CONFIRM]
    tell(
        session,
        enrolment=enrolment,
        training_class=training_class,
        template="refused",
        reason=sent.values.get("reason") or "",
        now=now,
    )


@operation("training_enrolment.unplace")
def unplace(session: Session, *, now: datetime, enrolment_id: int) -> None:
    """Note that the class took place without him, who waited until then, and tell him."""
    enrolment, training_class = _hold(session, enrolment_id)
    _end(session, enrolment, training_class, UNPLACED, now)
    tell(
        session,
        enrolment=enrolment,
        training_class=training_class,
        template="unplaced",
        now=now,
    )


@operation("training_enrolment.remind")
def remind(session: Session, *, now: datetime, enrolment_id: int) -> None:
    """Remind of a class that begins soon; of one that has begun there is nothing to say."""
    enrolment, training_class = _get(session, enrolment_id)
    if not training_class.has_begun(now):
        tell(
            session,
            enrolment=enrolment,
            training_class=training_class,
            template="reminder",
            now=now,
        )


@operation("training_enrolment.leave")
def leave(session: Session, *, by: Actor, now: datetime, enrolment_id: int) -> None:
    """Free a place that was given back, and tell the person if somebody else gave it back.

    Who was replaced has left it already.
    """
    enrolment, training_class = _hold(session, enrolment_id)
    if enrolment.is_live:
        _end(session, enrolment, training_class, CANCELLED, now)
        enrolment.office_news = CANCELLED
        if by.kind == "firm":
            # What it did itself it need not be told.
            enrolment.firm_news = None
    if by.kind != "member":
        tell(
            session,
            enrolment=enrolment,
            training_class=training_class,
            template="cancelled",
            by=name_actor(session, by, training_class),
            now=now,
        )


@operation("training_enrolment.tell_class_changed")
def tell_class_changed(session: Session, *, now: datetime, enrolment_id: int) -> None:
    """Tell of a change of time or place, once for each."""
    enrolment, training_class = _get(session, enrolment_id)
    if enrolment.told_change_no >= training_class.change_no:
        return
    enrolment.told_change_no = training_class.change_no
    note_news(enrolment, "changed")
    tell(
        session,
        enrolment=enrolment,
        training_class=training_class,
        template="changed_late" if training_class.has_begun(now) else "changed",
        now=now,
    )


@operation("training_enrolment.tell_class_cancelled")
def tell_class_cancelled(session: Session, *, now: datetime, enrolment_id: int) -> None:
    """End the sign-up with its class, and tell the person why."""
    enrolment, training_class = _hold(session, enrolment_id)
    _end(session, enrolment, training_class, CANCELLED, now, news="gone")
    tell(
        session,
        enrolment=enrolment,
        training_class=training_class,
        template="class_cancelled",
        reason=training_class.cancel_reason,
        now=now,
    )


@operation("training_enrolment.read_attendance")
def read_attendance(session: Session, *, enrolment_id: int) -> dict[str, object]:
    """What was recorded last: present, absent, or nothing yet.

    Nothing is recorded meanwhile: whoever records it next finds the case waiting for it.
    """
    query = select(Enrolment.attendance).where(Enrolment.id == enrolment_id)
    return {"attendance": session.scalars(query.with_for_update(key_share=True)).one()}


@operation("training_enrolment.credit")
def credit(session: Session, *, now: datetime, enrolment_id: int) -> None:
    """Enter the hours of the class into the ledger, once, and tell the person."""
    enrolment, training_class = _get(session, enrolment_id)
    enrolment.state, enrolment.ended_at = COMPLETED, now
    enrolment.hours = training_class.hours
    note_news(enrolment, COMPLETED)
    if enrolment.person_kind == "member":
        enter_hours(
            session,
            enrolment=enrolment,
            training_class=training_class,
            external_key=hours_key(enrolment),
            now=now,
        )
    tell(
        session,
        enrolment=enrolment,
        training_class=training_class,
        template="completed",
        hours=f"{training_class.hours / 100:g}",
        now=now,
    )


@operation("training_enrolment.tell_absent")
def tell_absent(session: Session, *, now: datetime, enrolment_id: int) -> None:
    """Note that somebody stayed away without a word, and tell him."""
    enrolment, training_class = _get(session, enrolment_id)
    enrolment.state, enrolment.ended_at = ABSENT, now
    note_news(enrolment, ABSENT)
    tell(
        session,
        enrolment=enrolment,
        training_class=training_class,
        template="absent",
        now=now,
    )


def _get(session: Session, enrolment_id: int) -> tuple[Enrolment, TrainingClass]:
    """The enrolment with its class, in one query: a thousand are confirmed at a time."""
    found = session.execute(
        select(Enrolment, TrainingClass)
        .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
        .where(Enrolment.id == enrolment_id)
    ).one_or_none()
    if found is None:
        raise EnrolmentNotFound
    enrolment, training_class = found
    return enrolment, training_class


def _hold(session: Session, enrolment_id: int) -> tuple[Enrolment, TrainingClass]:
    """The enrolment as it is under the lock of its class: who moved up meanwhile has a place."""
    enrolment = get_enrolment(session, enrolment_id)
    training_class = hold_class(session, enrolment.class_id)
    session.refresh(enrolment)
    return enrolment, training_class


def _end(
    session: Session,
    enrolment: Enrolment,
    training_class: TrainingClass,
    state: str,
    now: datetime,
    *,
    news: str | None = None,
) -> None:
    """End a sign-up of a class that is held, and fill its place."""
    enrolment.state, enrolment.ended_at = state, now
    note_news(enrolment, news or state)
    fill_places(session, training_class, now)
