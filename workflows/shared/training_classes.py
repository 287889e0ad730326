"""Training classes 培训班: what an association offers, for whom, when, and how many."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import JSON, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, BigId, UtcDateTime
from engine.errors import NotFound
from engine.language import N_
from workflows.shared.associations import ids_above
from workflows.shared.dates import ZONE, local_date

AUDIENCES = ("cpa", "employee", "non_practising")
"""培训对象: practising CPAs, what else works at a firm (从业人员), non-practising members."""

FIELDS = (
    "position",
    "employer",
    "mobile",
    "email",
    "lodging",
    "arrival",
    "invoice_title",
    "tax_number",
    "remarks",
)
"""What a class may ask for in its sign-up form, in the form's order; remarks may stay empty."""


class ClassNotFound(NotFound):
    """There is no such class."""

    message = N_("There is no such class.")


class TrainingClass(Base):
    """A class of an association; `association_id` is its sponsor.

    `opens_date` and `closes_date`: the first and the last day of signing up; `start_date` and
    `end_date`: those of the class, at `start_time` of China. `planned`: how many are expected
    (培训人数); `capacity`: more are never signed up (培训班最大报名人数). `hours`: hundredths.
    `required_fields`: the fields of the sign-up form that this class asks for. `outside_url`:
    where one signs up if not here. `change_no`: how often time or place were changed since the
    first one signed up; `version`: how often anything was.
    """

    __tablename__ = "training_class"
    __table_args__ = (Index("ix_training_class_association_id", "association_id", "year", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    association_id: Mapped[int] = mapped_column(ForeignKey("association.id"))
    year: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    organiser: Mapped[str] = mapped_column(String(100), default="")
    organiser_phone: Mapped[str] = mapped_column(String(50), default="")
    audience: Mapped[list[str]] = mapped_column(JSON, default=list)
    opens_date: Mapped[date]
    closes_date: Mapped[date]
    start_date: Mapped[date]
    end_date: Mapped[date]
    start_time: Mapped[time]
    planned: Mapped[int]
    capacity: Mapped[int]
    place: Mapped[str] = mapped_column(String(200), default="")
    hours: Mapped[int]
    required_fields: Mapped[list[str]] = mapped_column(JSON, default=list)
    announcement: Mapped[str] = mapped_column(Text, default="")
    outside_url: Mapped[str] = mapped_column(String(500), default="")
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    cancel_reason: Mapped[str] = mapped_column(String(500), default="")
    change_no: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    @property
    def begins_at(self) -> datetime:
        """When the class begins."""
        return datetime.combine(self.start_date, self.start_time, ZONE)

    @property
    def ends_at(self) -> datetime:
        """When the class is over: at midnight after its last day."""
        return datetime.combine(self.end_date + timedelta(days=1), time(0), ZONE)

    def has_begun(self, now: datetime) -> bool:
        """Whether the class has begun: from then on nobody signs up or cancels."""
        return now >= self.begins_at

    def takes_sign_ups(self, now: datetime) -> bool:
        """Whether one may sign up now, be it for the waiting list."""
        return (
            self.cancelled_at is None
            and not self.outside_url
            and self.opens_date <= local_date(now) <= self.closes_date
            and not self.has_begun(now)
        )


def get_class(session: Session, class_id: int) -> TrainingClass:
    """The class of a key; raises ClassNotFound."""
    found = session.get(TrainingClass, class_id)
    if found is None:
        raise ClassNotFound
    return found


def hold_class(session: Session, class_id: int) -> TrainingClass:
    """The class, locked: one at a time gives and frees its places. Case and person go before."""
    query = select(TrainingClass).where(TrainingClass.id == class_id)
    found = session.scalar(
        query.with_for_update(key_share=True).execution_options(populate_existing=True)
    )
    if found is None:
        raise ClassNotFound
    return found


def sponsors_for(session: Session, association_id: int) -> Sequence[int]:
    """The associations whose classes somebody of an association is offered: it and those above."""
    return ids_above(session, association_id)
