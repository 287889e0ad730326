"""What a sign-up's service tasks do."""

from datetime import datetime
from typing import Annotated, TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case
from engine.engine import Engine
from engine.language import N_
from engine.operations import operation
from engine.signatures import Named
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
from workflows.shared.vocabulary import ClassId, EnrolmentId, FirmId, PersonId, PersonKind
from workflows.training_enrolment.crediting import enter_hours, hours_key
from workflows.training_enrolment.places import fill_places, find_next
from workflows.training_enrolment.policies import Times, describe_times
from workflows.training_enrolment.telling import name_actor, note_news, tell

CONFIRM = "confirm_enrolment"


class Reserved(Times):
    """What was reserved."""

    enrolment_id: EnrolmentId
    enrolment_key: Annotated[str, Named(N_("Key for messages of the sign-up"))]
    is_placed: Annotated[bool, Named(N_("A place is reserved"))]


@operation(
    "training_enrolment.reserve",
    title=N_("Give a place or a number of the waiting list"),
    about=N_(
        "Reserves a place of the class, or the next number of its waiting list. Who replaces "
        "somebody gets what he had."
    ),
)
def reserve_place(
    session: Session,
    *,
    case: Case,
    by: Actor,
    now: datetime,
    class_id: ClassId,
    person_kind: PersonKind,
    person_id: PersonId,
    firm_id: FirmId | None = None,
    replaces_id: EnrolmentId | None = None,
) -> Reserved:
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


@operation(
    "training_enrolment.tell_moved_up",
    title=N_("Tell that a place became free"),
    about=N_("Tells who was on the waiting list that a place is his."),
)
def tell_moved_up(session: Session, *, now: datetime, enrolment_id: EnrolmentId) -> None:
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


@operation(
    "training_enrolment.read_dates",
    title=N_("Read the times of the class"),
    about=N_("Gives the times of the class as they are now."),
)
def read_dates(session: Session, *, now: datetime, enrolment_id: EnrolmentId) -> Times:
    """The times of the class as they are now."""
    _enrolment, training_class = _get(session, enrolment_id)
    return describe_times(training_class, now)


@operation(
    "training_enrolment.confirm",
    title=N_("Confirm the place"),
    about=N_("Notes that the place is confirmed, and tells the person."),
)
def confirm(session: Session, *, now: datetime, enrolment_id: EnrolmentId) -> Times:
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


@operation(
    "training_enrolment.refuse",
    title=N_("Refuse the sign-up"),
    about=N_(
        "Notes the refusal, gives the place to the first who waits, and tells the person why."
    ),
)
def refuse(
    session: Session, *, engine: Engine, case: Case, now: datetime, enrolment_id: EnrolmentId
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


@operation(
    "training_enrolment.unplace",
    title=N_("End without a place"),
    about=N_("Notes that the class took place without him, who waited until then, and tells him."),
)
def unplace(session: Session, *, now: datetime, enrolment_id: EnrolmentId) -> None:
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


@operation(
    "training_enrolment.remind",
    title=N_("Remind of the class"),
    about=N_("Reminds of a class that begins soon; of one that has begun nothing is said."),
)
def remind(session: Session, *, now: datetime, enrolment_id: EnrolmentId) -> None:
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


@operation(
    "training_enrolment.leave",
    title=N_("Give the place back"),
    about=N_("Frees the place, and tells the person if somebody else gave it back."),
)
def leave(session: Session, *, by: Actor, now: datetime, enrolment_id: EnrolmentId) -> None:
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


@operation(
    "training_enrolment.tell_class_changed",
    title=N_("Tell of a change of the class"),
    about=N_("Tells of a change of time or place, once for each."),
)
def tell_class_changed(session: Session, *, now: datetime, enrolment_id: EnrolmentId) -> None:
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


@operation(
    "training_enrolment.tell_class_cancelled",
    title=N_("Tell that the class was cancelled"),
    about=N_("Ends the sign-up with its class, and tells the person why."),
)
def tell_class_cancelled(session: Session, *, now: datetime, enrolment_id: EnrolmentId) -> None:
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


class Attended(TypedDict):
    """What was recorded of a class."""

    attendance: Annotated[str | None, Named(N_("Attendance"))]


@operation(
    "training_enrolment.read_attendance",
    title=N_("Read the attendance"),
    about=N_("Gives what was recorded last: present, absent, or nothing yet."),
)
def read_attendance(session: Session, *, enrolment_id: EnrolmentId) -> Attended:
    """What was recorded last: present, absent, or nothing yet.

    Nothing is recorded meanwhile: whoever records it next finds the case waiting for it.
    """
    query = select(Enrolment.attendance).where(Enrolment.id == enrolment_id)
    return {"attendance": session.scalars(query.with_for_update(key_share=True)).one()}


@operation(
    "training_enrolment.credit",
    title=N_("Credit the hours of the class"),
    about=N_("Enters the hours of the class into the ledger, once, and tells the person."),
)
def credit(session: Session, *, now: datetime, enrolment_id: EnrolmentId) -> None:
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


@operation(
    "training_enrolment.tell_absent",
    title=N_("Note the absence"),
    about=N_("Notes that somebody stayed away without a word, and tells him."),
)
def tell_absent(session: Session, *, now: datetime, enrolment_id: EnrolmentId) -> None:
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
