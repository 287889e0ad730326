"""Places 名额: how many a class has given, who gets a freed one, what its cases are told.

All of it is counted from the enrolments, under the lock of the class.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.jobs import defer_many
from engine.message_events import publish
from workflows.shared.enrolments import (
    ABSENT,
    CANCELLED,
    COMPLETED,
    CONFIRMED,
    LIVE,
    REFUSED,
    RESERVED,
    UNPLACED,
    WAITING,
    Enrolment,
)
from workflows.shared.training_classes import TrainingClass

PLACE_FREED = "place_freed"
"""The event that a freed place is one's own now; its key is the enrolment's."""

CLASS_CANCELLED = "class_cancelled"
CLASS_CHANGED = "class_changed"
"""Events of a class; their key is the class's."""


@dataclass(frozen=True)
class Counts:
    """How many enrolments of a class are in each state."""

    reserved: int = 0
    confirmed: int = 0
    waiting: int = 0
    refused: int = 0
    cancelled: int = 0
    absent: int = 0
    completed: int = 0
    unplaced: int = 0

    @property
    def placed(self) -> int:
        """已报名人数: who has a place, confirmed or not; the cap is held against it."""
        return self.reserved + self.confirmed

    @property
    def live(self) -> int:
        """Who has a place or waits for one."""
        return self.placed + self.waiting


STATES = (RESERVED, CONFIRMED, WAITING, REFUSED, CANCELLED, ABSENT, COMPLETED, UNPLACED)
NOBODY = Counts()


def counts_of(session: Session, class_ids: Collection[int]) -> Mapping[int, Counts]:
    """How many are in each state, of several classes in one query."""
    rows = session.execute(
        select(Enrolment.class_id, Enrolment.state, func.count())
        .where(Enrolment.class_id.in_(sorted(set(class_ids))))
        .group_by(Enrolment.class_id, Enrolment.state)
    )
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for class_id, state, count in rows:
        found[class_id][state] = count
    return {each: Counts(**found[each]) if each in found else NOBODY for each in class_ids}


def find_next(session: Session, training_class: TrainingClass) -> tuple[bool, int]:
    """Whether who arrives now gets a place, and his number; for who holds the class.

    He gets one if one is free and nobody waits for it.
    """
    rows = session.execute(
        select(Enrolment.state, func.count(), func.max(Enrolment.number))
        .where(Enrolment.class_id == training_class.id)
        .group_by(Enrolment.state)
    ).all()
    counts = Counts(**{state: count for state, count, _last in rows})
    last = max((number for _state, _count, number in rows), default=0)
    return counts.waiting == 0 and counts.placed < training_class.capacity, last + 1


def fill_places(
    session: Session, training_class: TrainingClass, now: datetime
) -> Sequence[Enrolment]:
    """Give every free place to the first who wait; answers who moved up.

    For who holds the class (`hold_class`), after a place was freed or there are more of them. His
    case learns of it by a job of its own: nobody waits for its lock while he holds the class.
    """
    if training_class.cancelled_at is not None or training_class.has_begun(now):
        return []
    session.flush()
    counts = counts_of(session, [training_class.id])[training_class.id]
    free = min(training_class.capacity - counts.placed, counts.waiting)
    if free <= 0:
        return []
    first = (
        select(Enrolment)
        .where(Enrolment.class_id == training_class.id, Enrolment.state == WAITING)
        .order_by(Enrolment.number)
        .limit(free)
        # Who was read before the class was held may be on another way by now.
        .execution_options(populate_existing=True)
    )
    moved_up = session.scalars(first).all()
    for each in moved_up:
        each.state, each.placed_at = RESERVED, now
    session.flush()
    defer_many(
        session,
        [
            (
                "cases.deliver",
                {"case_id": str(each.case_id), "name": PLACE_FREED, "key": str(each.id)},
                now,
                f"case:{each.case_id}",
            )
            for each in moved_up
        ],
    )
    return moved_up


def tell_class_cancelled(session: Session, training_class: TrainingClass, now: datetime) -> int:
    """Let all cases of a cancelled class know, each by a job; answers how many."""
    return publish(session, name=CLASS_CANCELLED, key=str(training_class.id), now=now)


def tell_class_changed(session: Session, training_class: TrainingClass, now: datetime) -> int:
    """Let all cases of a class know that its time or place changed; answers how many."""
    return publish(session, name=CLASS_CHANGED, key=str(training_class.id), now=now)


def count_untold(session: Session, training_class: TrainingClass) -> int:
    """How many who are signed up are still to be told that the class was changed or cancelled."""
    untold = select(func.count()).where(
        Enrolment.class_id == training_class.id, Enrolment.state.in_(LIVE)
    )
    if training_class.cancelled_at is None:
        untold = untold.where(Enrolment.told_change_no < training_class.change_no)
    return session.scalar(untold) or 0
