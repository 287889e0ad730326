"""Whose hours would be missing if a season asked for others: worked out for many at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from workflows.shared.hours import HoursEntry, HoursExemption
from workflows.shared.hours_asked import HoursTables, find_tables
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
    engine: Engine,
    season: Season,
    associations: Collection[int],
    changed: Mapping[str, Any],
    *,
    statuses: Collection[str],
    today: date,
) -> Missing:
    """Compare what is missing now with what would be missing; `changed`: the season's columns.

    Each application goes by the decision tables of its own release.
    """
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
        select(Member.id, Member.admission_date, Member.birth_date, Case.release_id)
        .join(Case, Case.subject_id == Member.id)
        .where(*cases, Member.id.in_(people))
    ).all()
    tables = {
        each: find_tables(session, engine, release_id=each)
        for each in {row.release_id for row in members}
    }
    counted = {each.key: getattr(season, each.key) for each in Season.__table__.columns}
    other = Season(**(counted | dict(changed)))
    known = _Ledger(session, season, people, today)
    late = _Ledger(session, other, people, today)
    newly = no_longer = 0
    for row in members:
        member = Member(id=row.id, admission_date=row.admission_date, birth_date=row.birth_date)
        asked = tables[row.release_id]
        before, after = known.is_missing(member, asked), late.is_missing(member, asked)
        newly += after and not before
        no_longer += before and not after
    return Missing(total, len(members), newly, no_longer)


class _Ledger:
    """Hours, exemptions and results of many members, read in three queries."""

    def __init__(self, session: Session, season: Season, people: Select[Any], today: date) -> None:
        self.season, self.today = season, today
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

    def is_missing(self, member: Member, tables: HoursTables) -> bool:
        """Whether the season asks a member for more than he has."""
        sums = tables.add_up(
            member,
            self.season,
            last=self.last.get(member.id),
            exempt=self.exempt.get(member.id, ()),
            earned=self.done.get(member.id, {}),
            today=self.today,
        )
        return tables.find_missing(sums, today=self.today) > 0


def _of(column: Any, people: Select[Any]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.in_(people)
    return found
