"""Recording who came to a class and who did not.

It does not matter from where it is said, how often, or at how many doors at once: the first word
on somebody is kept, the same word again changes nothing, and another word corrects it as long as
his case has not gone on. What came of it afterwards is changed by `correcting`, with a reason.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.errors import Rejected
from engine.language import N_, say_date
from engine.message_events import publish_many
from workflows.shared.dates import local_date
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
)
from workflows.shared.training_classes import TrainingClass

Word = Literal["present", "absent"]

PRESENT: Word = "present"
NOT_PRESENT: Word = "absent"
WORDS: tuple[Word, Word] = (PRESENT, NOT_PRESENT)

SETTLED = (COMPLETED, ABSENT)
"""States in which what came of the attendance is in the ledger or on the list of the absent."""

EXPECTED = (CONFIRMED, *SETTLED)
"""States of those of whom attendance is asked."""

AT_A_TIME = 500

REFUSALS = {
    CONFIRMED: N_("Somebody recorded another attendance in the same moment. Look once more."),
    RESERVED: N_(
        "The sign-up is not confirmed yet. Confirm it on the page of the class, then record the"
        " attendance."
    ),
    WAITING: N_(
        "The sign-up is on the waiting list and has no place. If there is room, cancel a sign-up"
        " of somebody who does not come."
    ),
    REFUSED: N_("The sign-up was refused: this person has no place in the class."),
    CANCELLED: N_("The sign-up was cancelled: this person has no place in the class."),
    UNPLACED: N_("The sign-up stayed on the waiting list: this person got no place in the class."),
    COMPLETED: N_(
        "The hours of this person are credited already. Correct the attendance with a reason."
    ),
    ABSENT: N_("This person is listed as absent already. Correct the attendance with a reason."),
}
"""Why attendance is not recorded, by the state of the sign-up, and what to do then."""


class ClassNotBegun(Rejected):
    """Attendance is recorded from the first day of the class on."""

    message = N_(
        "The class begins on %(date)s. Attendance can be recorded from that day on, not before."
    )


class ClassIsCancelled(Rejected):
    """There is no attendance of a class that does not take place."""

    message = N_("The class was cancelled: there is no attendance to record.")


@dataclass(slots=True)
class Recorded:
    """What came of recording, by the keys of enrolments.

    `refused`: with the state that they are in, whose sentence stands in REFUSALS.
    """

    changed: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


def check_can_record(training_class: TrainingClass, *, now: datetime) -> None:
    """Let attendance of a class be recorded; raises ClassIsCancelled, ClassNotBegun."""
    if training_class.cancelled_at is not None:
        raise ClassIsCancelled
    if is_too_early(training_class, local_date(now)):
        raise ClassNotBegun(date=say_date(training_class.start_date))


def is_too_early(training_class: TrainingClass, today: date) -> bool:
    """Whether the first day of a class is still to come."""
    return today < training_class.start_date


def record_attendance(
    session: Session,
    *,
    training_class: TrainingClass,
    said: Mapping[int, Word],
    by: int,
    now: datetime,
) -> Recorded:
    """Record who was present and who absent, by the keys of enrolments; tell their cases.

    `by`: the account. Enrolments of other classes are left alone without a word: they are nobody's
    here. Raises ClassIsCancelled, ClassNotBegun.
    """
    check_can_record(training_class, now=now)
    recorded, keys = Recorded(), sorted(said)
    for begin in range(0, len(keys), AT_A_TIME):
        some = {each: said[each] for each in keys[begin : begin + AT_A_TIME]}
        held = _hold_those_said_otherwise(session, some)
        new = _sort_out(session, training_class.id, some, held, recorded)
        for word in WORDS:
            _write(session, [each for each in new if some[each] == word], word, by=by, now=now)
        recorded.changed += new
    changed = [str(each) for each in recorded.changed]
    publish_many(session, name="attendance_recorded", keys=changed, now=now)
    return recorded


def _hold_those_said_otherwise(session: Session, said: Mapping[int, Word]) -> frozenset[int]:
    """Lock the cases of those whose attendance is corrected: they may be acting on the first word.

    A case is locked before the row of its enrolment. Answers whose are.
    """
    query = (
        select(Enrolment.id)
        .join(Case, Case.id == Enrolment.case_id)
        .where(
            Enrolment.state == CONFIRMED,
            or_(
                *(
                    Enrolment.id.in_([each for each, word in said.items() if word == one])
                    & (Enrolment.attendance == other)
                    for one, other in (WORDS, WORDS[::-1])
                )
            ),
        )
        .order_by(Case.id)
    )
    return frozenset(session.scalars(query.with_for_update(of=Case)))


def _sort_out(
    session: Session,
    class_id: int,
    said: Mapping[int, Word],
    held: Collection[int],
    recorded: Recorded,
) -> list[int]:
    """Lock the rows and sort them by what they are now; answers those to be written."""
    query = (
        select(Enrolment.id, Enrolment.state, Enrolment.attendance)
        .where(Enrolment.class_id == class_id, Enrolment.id.in_(said))
        .order_by(Enrolment.id)
    )
    new = list[int]()
    for key, state, attendance in session.execute(query.with_for_update(key_share=True)):
        if state in EXPECTED and attendance == said[key]:
            recorded.unchanged.append(key)
        elif state == CONFIRMED and (attendance is None or key in held):
            new.append(key)
        else:
            recorded.refused[key] = state
    return new


def _write(session: Session, keys: Sequence[int], word: Word, *, by: int, now: datetime) -> None:
    if keys:
        session.execute(
            update(Enrolment)
            .where(Enrolment.id.in_(keys))
            .values(attendance=word, attendance_at=now, attendance_by=by)
        )
