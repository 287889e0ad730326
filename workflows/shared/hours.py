"""The hours ledger 培训学时: what members earned, and what an inspection asks of them.

Hours are whole numbers of hundredths: 40.00 hours are 4000.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, BigId
from engine.message_events import publish
from engine.operations import operation
from workflows.shared.dates import age_on
from workflows.shared.messages import send_to_member
from workflows.shared.register import Member, get_member
from workflows.shared.results import YearlyResult, last_inspected_year
from workflows.shared.seasons import Season, get_season


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


@dataclass(frozen=True)
class HoursAccount:
    """累计应完成学时 and 累计已完成学时 over the years that are counted."""

    last_inspected_year: int | None
    years: tuple[int, ...]
    required: int
    done: int

    @property
    def missing(self) -> int:
        """How many hundredths are still to be earned."""
        return max(self.required - self.done, 0)


def assess_hours(session: Session, *, member: Member, season: Season) -> HoursAccount:
    """What the season asks of a member, and what he has.

    Inspection policy: summed over the years since the last inspected one, a deferred year's
    hours included, an exempt year's not; nothing is asked from the season's age on.
    """
    last = last_inspected_year(session, member_id=member.id, before=season.year)
    exempt = _exempt_years(session, member)
    years = counted_years(member, season, last=last, exempt=exempt)
    done = session.scalar(
        select(func.coalesce(func.sum(HoursEntry.hours), 0)).where(
            HoursEntry.member_id == member.id,
            HoursEntry.year.in_(years),
            HoursEntry.earned_date <= season.hours_until_date,
        )
    )
    required = required_hours(member, season, years=years)
    return HoursAccount(last, years, required, int(done or 0))


def counted_years(
    member: Member, season: Season, *, last: int | None, exempt: Collection[int]
) -> tuple[int, ...]:
    """The years of which hours are asked and counted; `last`: the last one inspected."""
    first = _first_year(member, season, last)
    return tuple(year for year in range(first, season.year + 1) if year not in exempt)


def required_hours(member: Member, season: Season, *, years: Iterable[int]) -> int:
    """What the season asks of a member for some years, in hundredths."""
    if _is_free_by_age(member, season):
        return 0
    return sum(_required_in(year, member, season) for year in years)


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

    False when the entry is known already.
    """
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
        HoursEntry.year == first.year,
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
    first = entries[0]
    session.add(
        HoursEntry(
            member_id=first.member_id,
            year=first.year,
            earned_date=first.earned_date,
            hours=-standing,
            title=first.title,
            source=first.source,
            external_key=f"{external_key}/{len(entries) + 1}",
        )
    )
    session.flush()
    return standing


@operation("hours.assess")
def assess(session: Session, *, member_id: int, season_id: int) -> dict[str, object]:
    """Assess the member's hours against the season: hours_missing is a number of hours."""
    account = assess_hours(
        session, member=get_member(session, member_id), season=get_season(session, season_id)
    )
    return {"hours_missing": account.missing / 100}


def _exempt_years(session: Session, member: Member) -> set[int]:
    """The years of which no hours are asked: by the ledger, or since the inspection was waived."""
    by_ledger = select(HoursExemption.year).where(HoursExemption.member_id == member.id)
    waived = select(YearlyResult.year).where(
        YearlyResult.member_id == member.id, YearlyResult.status == "exempt"
    )
    return set(session.scalars(by_ledger.union(waived)))


def _first_year(member: Member, season: Season, last: int | None) -> int:
    if last is not None:
        return last + 1
    return season.year if member.admission_date is None else member.admission_date.year


def _is_free_by_age(member: Member, season: Season) -> bool:
    birth = member.birth_date
    return birth is not None and age_on(birth, season.cut_off_date) >= season.hours_free_age


def _required_in(year: int, member: Member, season: Season) -> int:
    joined = member.admission_date
    late = date(year, season.late_joining_month, season.late_joining_day)
    if joined is not None and joined.year == year and joined > late:
        return season.hours_required_joined_late
    return season.hours_required
