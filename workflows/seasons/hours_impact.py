"""Whose hours would be missing if a season asked for others: worked out for many at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from engine.cases import Case
from workflows.shared.hours import HoursEntry, HoursExemption, counted_years, required_hours
from workflows.shared.register import Member
from workflows.shared.results import YearlyResult
from workflows.shared.seasons import INSPECTION, Season

MOST = 3000


@dataclass(frozen=True)
class Missing:
    """How many applications change sides; of `total`, `looked_at` were worked out."""

    total: int
    looked_at: int
    newly_missing: int
    no_longer_missing: int


def count_missing(
    session: Session,
    season: Season,
    associations: Collection[int],
    changed: Mapping[str, Any],
    *,
    statuses: Collection[str],
) -> Missing:
    """Compare what is missing now with what would be missing; `changed`: the season's columns."""
    cases = (
        Case.association_id.in_(sorted(associations)),
        Case.year == season.year,
        Case.state == "open",
        Case.kind == INSPECTION,
        Case.subject_kind == "member",
        Case.status.in_(sorted(statuses)),
    )
    total = session.scalar(select(func.count()).select_from(Case).where(*cases)) or 0
    if not total:
        return Missing(0, 0, 0, 0)
    people = select(Case.subject_id).where(*cases).order_by(Case.subject_id).limit(MOST)
    members = session.execute(
        select(Member.id, Member.admission_date, Member.birth_date).where(Member.id.in_(people))
    ).all()
    counted = {each.key: getattr(season, each.key) for each in Season.__table__.columns}
    other = Season(**(counted | dict(changed)))
    known = _Ledger(session, season, people)
    late = _Ledger(session, other, people)
    newly = no_longer = 0
    for row in members:
        member = Member(id=row.id, admission_date=row.admission_date, birth_date=row.birth_date)
        before, after = known.is_missing(member), late.is_missing(member)
        newly += after and not before
        no_longer += before and not after
    return Missing(total, len(members), newly, no_longer)


class _Ledger:
    """Hours, exemptions and results of many members, read in three queries."""

    def __init__(self, session: Session, season: Season, people: Select[Any]) -> None:
        self.season = season
        inspected = (
            select(YearlyResult.member_id, func.max(YearlyResult.year))
            .where(_of(YearlyResult.member_id, people))
            .where(YearlyResult.year < season.year, YearlyResult.status == "passed")
            .group_by(YearlyResult.member_id)
        )
        self.last = {key: int(year) for key, year in session.execute(inspected)}
        self.exempt: dict[int, set[int]] = defaultdict(set)
        by_ledger = select(HoursExemption.member_id, HoursExemption.year).where(
            _of(HoursExemption.member_id, people)
        )
        waived = select(YearlyResult.member_id, YearlyResult.year).where(
            _of(YearlyResult.member_id, people), YearlyResult.status == "exempt"
        )
        for key, year in session.execute(by_ledger.union(waived)):
            self.exempt[key].add(year)
        self.done: dict[int, dict[int, int]] = defaultdict(dict)
        earned = (
            select(HoursEntry.member_id, HoursEntry.year, func.sum(HoursEntry.hours))
            .where(
                _of(HoursEntry.member_id, people),
                HoursEntry.earned_date <= season.hours_until_date,
            )
            .group_by(HoursEntry.member_id, HoursEntry.year)
        )
        for key, year, hours in session.execute(earned):
            self.done[key][year] = hours

    def is_missing(self, member: Member) -> bool:
        """Whether the season asks a member for more than he has."""
        exempt = self.exempt.get(member.id, set())
        years = counted_years(member, self.season, last=self.last.get(member.id), exempt=exempt)
        done = self.done.get(member.id, {})
        earned = sum(done.get(year, 0) for year in years)
        return earned < required_hours(member, self.season, years=years)


def _of(column: Any, people: Select[Any]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.in_(people)
    return found
