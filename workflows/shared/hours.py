"""The hours ledger 培训学时: what members earned, and for which years they need not.

Hours are whole numbers of hundredths: 40.00 hours are 4000.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, BigId
from engine.message_events import publish
from workflows.shared.messages import send_to_member
from workflows.shared.register import hold_member


class HoursEntry(Base):
    """Hours that a member earned; `year` is the year that they count for.

    `external_key` is the source's own key of the entry: the same entry twice is one.
    """

    __tablename__ = "hours_entry"
    __table_args__ = (Index("ix_hours_entry_member_id_year", "member_id", "year"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    year: Mapped[int]
    earned_date: Mapped[date]
    hours: Mapped[int]
    title: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(50), default="")
    external_key: Mapped[str] = mapped_column(String(100), unique=True)


class HoursExemption(Base):
    """A year in which a member need not earn hours."""

    __tablename__ = "hours_exemption"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(String(200), default="")


def list_hours(
    session: Session, *, member_id: int, year: int | None = None
) -> Sequence[HoursEntry]:
    """A member's entries, the newest first; only of one year if it is named."""
    query = select(HoursEntry).where(HoursEntry.member_id == member_id)
    if year is not None:
        query = query.where(HoursEntry.year == year)
    return session.scalars(query.order_by(HoursEntry.earned_date.desc(), HoursEntry.id)).all()


def credit_hours(
    session: Session,
    *,
    member_id: int,
    year: int,
    earned_date: date,
    hours: int,
    title: str,
    source: str,
    external_key: str,
    now: datetime,
) -> bool:
    """Enter hours, wake the cases that wait for them and tell the member if one does.

    False when the entry is known already. Holds the member: a case that is just adding up either
    counts these hours or waits already when they are told of.
    """
    hold_member(session, member_id)
    known = session.scalar(select(HoursEntry.id).where(HoursEntry.external_key == external_key))
    if known is not None:
        return False
    session.add(
        HoursEntry(
            member_id=member_id,
            year=year,
            earned_date=earned_date,
            hours=hours,
            title=title,
            source=source,
            external_key=external_key,
        )
    )
    session.flush()
    if publish(session, name="hours_credited", key=str(member_id), now=now):
        send_to_member(
            session,
            member_id=member_id,
            template="hours_credited",
            values={"year": year, "hours": f"{hours / 100:.2f}"},
            case_id=None,
            now=now,
        )
    return True


def entries_under(session: Session, *, external_key: str) -> Sequence[HoursEntry]:
    """What was credited under a source's key and what was taken back since, in order.

    The first entry has the key itself, later ones have it with a number: 7, 7/2, 7/3.
    """
    first = session.scalar(select(HoursEntry).where(HoursEntry.external_key == external_key))
    if first is None:
        return []
    later = select(HoursEntry).where(
        HoursEntry.member_id == first.member_id,
        HoursEntry.external_key.startswith(f"{external_key}/", autoescape=True),
    )
    return [first, *session.scalars(later.order_by(HoursEntry.id))]


def next_key(session: Session, *, external_key: str) -> str:
    """The key of the next entry under a source's key."""
    count = len(entries_under(session, external_key=external_key))
    return f"{external_key}/{count + 1}" if count else external_key


def reverse_hours(session: Session, *, external_key: str) -> int:
    """Take back what stands under a source's key, by an entry of the opposite.

    Answers how many hundredths: nothing, where nothing stands. What was entered is never deleted.
    The caller holds what the key stands for and says the reason in its trail.
    """
    entries = entries_under(session, external_key=external_key)
    standing = sum(each.hours for each in entries)
    if not standing:
        return 0
    last = entries[-1]
    session.add(
        HoursEntry(
            member_id=last.member_id,
            year=last.year,
            earned_date=last.earned_date,
            hours=-standing,
            title=last.title,
            source=last.source,
            external_key=f"{external_key}/{len(entries) + 1}",
        )
    )
    session.flush()
    return standing
