"""Enrolments 报名: who has or had a place in which class. Each is a case of its own.

Name and number of a person stand in the case, in one place for whoever is erased.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.actors import ActorKind
from engine.database import Base, BigId, UtcDateTime
from engine.errors import NotFound
from engine.language import N_

PROCESS = "training_enrolment"
"""The process of which each enrolment is a case."""

CANCELLED_EVENT = "enrolment_cancelled"
"""What tells such a case that its place is given back; its key is the enrolment's."""

RESERVED = "reserved"
"""待确认: has a place, the association has not decided yet."""

WAITING = "waiting"
"""候补: on the waiting list."""

CONFIRMED = "confirmed"
REFUSED = "refused"
CANCELLED = "cancelled"
ABSENT = "absent"
COMPLETED = "completed"
UNPLACED = "unplaced"
"""Was on the waiting list when the class began."""

PLACED = (RESERVED, CONFIRMED)
"""Who has a place, out of the class's capacity (已报名人数)."""

LIVE = (RESERVED, WAITING, CONFIRMED)

_LIVE = text("state IN ('reserved', 'waiting', 'confirmed')")
_HAS_FIRM_NEWS = text("firm_news IS NOT NULL")
_HAS_OFFICE_NEWS = text("office_news IS NOT NULL")


class EnrolmentNotFound(NotFound):
    """There is no such sign-up."""

    message = N_("There is no such sign-up.")


class Enrolment(Base):
    """One person's way through one class.

    `person_kind`: member or employee. `number`: the order of arrival in the class; who replaces
    somebody takes his. `firm_id`: the firm that signed him up. `attendance`: present or absent
    once it is known, and by whom. `told_change_no`: the last change of the class that he was
    told of. `hours`: what was credited, hundredths. `firm_news`, `office_news`: what the firm
    that signed him up and the class's association are still to be told of, in one message with
    what else there is (`workflows.training_enrolment.bundling`).
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        Index(
            "uq_enrolment_live",
            "class_id",
            "person_kind",
            "person_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_enrolment_class_id", "class_id", "state", "number"),
        Index("ix_enrolment_person", "person_kind", "person_id", "id"),
        Index("ix_enrolment_firm_id", "firm_id", "class_id", "id"),
        Index(
            "ix_enrolment_firm_news",
            "class_id",
            "firm_id",
            sqlite_where=_HAS_FIRM_NEWS,
            postgresql_where=_HAS_FIRM_NEWS,
        ),
        Index(
            "ix_enrolment_office_news",
            "class_id",
            sqlite_where=_HAS_OFFICE_NEWS,
            postgresql_where=_HAS_OFFICE_NEWS,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), unique=True)
    person_kind: Mapped[str] = mapped_column(String(10))
    person_id: Mapped[int] = mapped_column(BigId)
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firm.id"))
    by_kind: Mapped[ActorKind] = mapped_column(String(10))
    by_id: Mapped[int | None] = mapped_column(BigId)
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"))
    arrived_at: Mapped[datetime] = mapped_column(UtcDateTime())
    placed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    attendance: Mapped[str | None] = mapped_column(String(10))
    attendance_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    attendance_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    hours: Mapped[int | None]
    told_change_no: Mapped[int] = mapped_column(default=0)
    firm_news: Mapped[str | None] = mapped_column(String(10))
    office_news: Mapped[str | None] = mapped_column(String(10))

    @property
    def is_live(self) -> bool:
        """Whether he has a place or waits for one."""
        return self.state in LIVE


def get_enrolment(session: Session, enrolment_id: int) -> Enrolment:
    """The enrolment of a key; raises EnrolmentNotFound."""
    found = session.get(Enrolment, enrolment_id)
    if found is None:
        raise EnrolmentNotFound
    return found


def find_live(
    session: Session, *, class_id: int, person_kind: str, person_id: int
) -> Enrolment | None:
    """A person's live sign-up for a class, or None."""
    return session.scalar(
        select(Enrolment).where(
            Enrolment.class_id == class_id,
            Enrolment.person_kind == person_kind,
            Enrolment.person_id == person_id,
            Enrolment.state.in_(LIVE),
        )
    )


def find_of_case(session: Session, case_id: UUID) -> Enrolment | None:
    """The enrolment whose case this is, or None."""
    return session.scalar(select(Enrolment).where(Enrolment.case_id == case_id))
