"""未申请名单: who is to be inspected in a season and has not sent an application.

One query from the members to their cases; what a member only began counts as not sent.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from engine.cases import Case
from workflows.seasons.models import Reminder
from workflows.shared.register import NON_PRACTISING, Member
from workflows.shared.results import YearlyResult
from workflows.shared.seasons import DEFERRAL, INSPECTION, Season

PAGE = 40
UNSENT = ("draft", "awaiting_hours", "awaiting_payment", "awaiting_fee_confirmation", "withdrawn")
"""Where a live application has not been sent, or was taken back."""
CLOSED_UNSENT = ("not_inspected", "abandoned")
"""How a case ended that was never sent."""

DRAFT, NO_DRAFT = "draft", "none"
REMINDED, NOT_REMINDED = "yes", "no"


@dataclass(frozen=True)
class AbsenteeFilters:
    """What of the list is looked at; `draft` and `reminded` may be left open."""

    association_id: int | None = None
    text: str = ""
    draft: str = ""
    reminded: str = ""

    def plain(self) -> dict[str, Any]:
        """The filters as a job keeps them."""
        return asdict(self)


@dataclass(frozen=True)
class Absentee:
    """A member who has not applied; `status`: how far his application is, if he began one."""

    id: int
    number: str
    name: str
    association_id: int
    status: str
    reminded_at: datetime | None
    reminders: int


@dataclass(frozen=True)
class AbsenteePage:
    """One page of the list; `next` is the key to go on after."""

    rows: Sequence[Absentee]
    next: int | None


def to_be_inspected(
    season: Season, association_ids: Collection[int], *, joined_by: date | None = None
) -> ColumnElement[bool]:
    """The members whom a season asks to apply, as a condition on Member.

    Inspection policy: non-practising members registered by the season's cut-off.
    """
    last = season.cut_off_date if joined_by is None else joined_by
    return and_(
        Member.association_id.in_(sorted(association_ids)),
        Member.kind == NON_PRACTISING,
        Member.state == "active",
        or_(Member.admission_date.is_(None), Member.admission_date <= last),
    )


def has_not_applied(season: Season) -> ColumnElement[bool]:
    """Members without an application that was sent, or a result, of the season's year."""
    sent = exists().where(*_own_cases(season), Case.status.not_in((*UNSENT, *CLOSED_UNSENT)))
    decided = exists().where(
        YearlyResult.member_id == Member.id,
        YearlyResult.year == season.year,
        YearlyResult.status.not_in(CLOSED_UNSENT),
    )
    return and_(~sent, ~decided)


def is_absentee(
    season: Season, filters: AbsenteeFilters, association_ids: Collection[int]
) -> ColumnElement[bool]:
    """The condition on Member that a list with these filters makes."""
    wanted = set(association_ids)
    if filters.association_id is not None:
        wanted &= {filters.association_id}
    conditions = [to_be_inspected(season, wanted), has_not_applied(season)]
    if filters.text:
        begins = (
            Member.name.startswith(filters.text, autoescape=True),
            Member.number.startswith(filters.text, autoescape=True),
        )
        conditions.append(or_(*begins))
    if filters.draft:
        drafted = exists().where(*_own_cases(season), Case.state == "open")
        conditions.append(drafted if filters.draft == DRAFT else ~drafted)
    if filters.reminded:
        reminded = exists().where(Reminder.season_id == season.id, Reminder.member_id == Member.id)
        conditions.append(reminded if filters.reminded == REMINDED else ~reminded)
    return and_(*conditions)


def count_absentees(
    session: Session, season: Season, filters: AbsenteeFilters, association_ids: Collection[int]
) -> int:
    """How many a list has."""
    condition = is_absentee(season, filters, association_ids)
    return session.scalar(select(func.count()).select_from(Member).where(condition)) or 0


def count_to_be_inspected(
    session: Session, season: Season, association_ids: Collection[int]
) -> int:
    """How many members a season asks to apply."""
    condition = to_be_inspected(season, association_ids)
    return session.scalar(select(func.count()).select_from(Member).where(condition)) or 0


def list_absentees(
    session: Session,
    season: Season,
    filters: AbsenteeFilters,
    association_ids: Collection[int],
    *,
    after: int = 0,
    limit: int = PAGE,
) -> AbsenteePage:
    """A page of the list, in the order of the members' keys."""
    query = _rows(is_absentee(season, filters, association_ids))
    found = session.execute(query.where(Member.id > after).limit(limit + 1)).all()
    rows = _describe(session, season, found[:limit])
    return AbsenteePage(rows, rows[-1].id if len(found) > limit else None)


def all_absentees(
    session: Session,
    season: Season,
    filters: AbsenteeFilters,
    association_ids: Collection[int],
) -> Iterator[Absentee]:
    """The whole list, read in portions."""
    after: int | None = 0
    while after is not None:
        page = list_absentees(session, season, filters, association_ids, after=after, limit=2000)
        yield from page.rows
        after = page.next


def _own_cases(season: Season) -> tuple[ColumnElement[bool], ...]:
    return (
        Case.subject_kind == "member",
        Case.subject_id == Member.id,
        Case.year == season.year,
        Case.kind.in_((INSPECTION, DEFERRAL)),
    )


def _rows(condition: ColumnElement[bool]) -> Select[int, str, str, int]:
    return (
        select(
            Member.id,
            Member.number,
            Member.name,
            Member.association_id,
        )
        .where(condition)
        .order_by(Member.id)
    )


def _describe(session: Session, season: Season, rows: Sequence[Any]) -> list[Absentee]:
    keys = [row.id for row in rows]
    begun = session.execute(
        select(Case.subject_id, Case.status).where(
            Case.subject_kind == "member",
            Case.subject_id.in_(keys),
            Case.year == season.year,
            Case.kind.in_((INSPECTION, DEFERRAL)),
            Case.state == "open",
        )
    )
    status: dict[int, str] = {row.subject_id: row.status for row in begun}
    told = session.execute(
        select(Reminder.member_id, func.max(Reminder.at), func.count())
        .where(Reminder.season_id == season.id, Reminder.member_id.in_(keys))
        .group_by(Reminder.member_id)
    )
    reminded = {member_id: (at, times) for member_id, at, times in told}
    return [
        Absentee(
            id=row.id,
            number=row.number,
            name=row.name,
            association_id=row.association_id,
            status=status.get(row.id, ""),
            reminded_at=reminded.get(row.id, (None, 0))[0],
            reminders=reminded.get(row.id, (None, 0))[1],
        )
        for row in rows
    ]
