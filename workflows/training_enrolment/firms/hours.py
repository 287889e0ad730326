"""注册会计师培训情况: the hours of a firm's CPAs in a year, earned and asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.engine import Engine
from workflows.shared.dates import local_date
from workflows.shared.hours import HoursEntry, HoursExemption
from workflows.shared.hours_asked import find_tables
from workflows.shared.register import Member
from workflows.shared.results import YearlyResult
from workflows.shared.seasons import Season, find_season_of_year
from workflows.training_enrolment.firms.people import (
    MEMBER,
    PeoplePage,
    list_people,
    works_at,
)

PORTION = 500


@dataclass(frozen=True, slots=True)
class HoursOfYear:
    """What a CPA has of a year, in hundredths; `required` None where no season says it."""

    member_id: int
    number: str
    name: str
    earned: int
    required: int | None

    @property
    def missing(self) -> int:
        """How much of what is asked for is not there."""
        return max((self.required or 0) - self.earned, 0)


def list_hours_of_people(
    session: Session, engine: Engine, *, firm_id: int, year: int, text: str = "", page: int = 1
) -> tuple[PeoplePage, Sequence[HoursOfYear]]:
    """A page of a firm's CPAs with their hours of a year."""
    found = list_people(session, firm_id=firm_id, kind=MEMBER, text=text, page=page)
    members = [each for each in found.people if isinstance(each, Member)]
    return found, _count(session, engine, members, year)


def all_hours_of_people(
    session: Session, engine: Engine, *, firm_id: int, year: int
) -> Iterator[HoursOfYear]:
    """Every CPA of a firm with the hours of a year, read in portions."""
    after = ""
    while True:
        members = session.scalars(
            select(Member)
            .where(works_at(firm_id, MEMBER), Member.number > after)
            .order_by(Member.number)
            .limit(PORTION)
        ).all()
        yield from _count(session, engine, members, year)
        if len(members) < PORTION:
            return
        after = members[-1].number


def all_entries_of_people(
    session: Session, *, firm_id: int, year: int
) -> Iterator[tuple[str, str, HoursEntry]]:
    """Every entry of a year of a firm's CPAs: number, name, entry; read in portions."""
    query = (
        select(Member.number, Member.name, HoursEntry)
        .join(HoursEntry, HoursEntry.member_id == Member.id)
        .where(works_at(firm_id, MEMBER), HoursEntry.year == year)
        .order_by(Member.number, HoursEntry.earned_date, HoursEntry.id)
    )
    rows = session.execute(query).yield_per(PORTION)
    return ((number, name, entry) for number, name, entry in rows)


def list_years_with_hours(session: Session, *, firm_id: int, this_year: int) -> list[int]:
    """The years of which a firm's CPAs have hours, and this one; the last first."""
    query = (
        select(HoursEntry.year)
        .join(Member, Member.id == HoursEntry.member_id)
        .where(works_at(firm_id, MEMBER))
        .distinct()
    )
    return sorted({*session.scalars(query), this_year}, reverse=True)


def _count(
    session: Session, engine: Engine, members: Sequence[Member], year: int
) -> list[HoursOfYear]:
    ids = [each.id for each in members]
    rows = session.execute(
        select(HoursEntry.member_id, func.sum(HoursEntry.hours))
        .where(HoursEntry.member_id.in_(ids), HoursEntry.year == year)
        .group_by(HoursEntry.member_id)
    )
    earned = {member_id: int(hours) for member_id, hours in rows}
    ledger = select(HoursExemption.member_id).where(
        HoursExemption.member_id.in_(ids), HoursExemption.year == year
    )
    waived = select(YearlyResult.member_id).where(
        YearlyResult.member_id.in_(ids), YearlyResult.year == year, YearlyResult.status == "exempt"
    )
    exempt = set(session.scalars(ledger.union(waived)))
    seasons: dict[int, Season | None] = {
        each: find_season_of_year(session, association_id=each, year=year)
        for each in {member.association_id for member in members}
    }
    tables, today = find_tables(session, engine), local_date(engine.now())

    def find_required(member: Member) -> int | None:
        """What the season of the year asks for that year alone; nothing is known without one."""
        season = seasons[member.association_id]
        if season is None:
            return None
        exempt_years = {year} if member.id in exempt else set[int]()
        return tables.add_up(
            member, season, last=year - 1, exempt=exempt_years, earned={}, today=today
        ).required

    return [
        HoursOfYear(each.id, each.number, each.name, earned.get(each.id, 0), find_required(each))
        for each in members
    ]
