"""Reminding who has not applied: by hand, and by itself some days before the window closes.

A reminder is a row that exists once for each member, season and mark, and once a day: whatever
is pressed twice, or is done by two workers, writes to nobody twice.
"""

import logging
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.errors import NotFound, Rejected
from engine.jobs import defer, job
from engine.language import N_, say_date
from engine.recurring import Daily
from workflows.seasons.absentees import AbsenteeFilters, count_absentees, is_absentee
from workflows.seasons.models import Reminder, Reminding
from workflows.shared.dates import ZONE, local_date
from workflows.shared.messages import send_to_member
from workflows.shared.register import Member
from workflows.shared.seasons import Season, associations_of, get_season

PORTION = 100
"""How many are looked at in one transaction: others write between two of them."""
MORNING = time(9, tzinfo=ZONE)
JOB = "seasons.remind"
TEMPLATE = "not_applied_yet"

log = logging.getLogger(__name__)


class RemindingNotFound(NotFound):
    """There is no such reminding."""

    message = N_("There is no such reminding.")


class NobodyToRemind(Rejected):
    """Nobody was chosen, or nobody is in the list."""

    message = N_("There is nobody to remind.")


class WindowIsNotOpen(Rejected):
    """One is reminded of what one can do now."""

    message = N_("Members are reminded while the window is open.")


def start_reminding(
    session: Session,
    *,
    key: UUID,
    season: Season,
    association_ids: Collection[int],
    filters: AbsenteeFilters,
    member_ids: Sequence[int] = (),
    by: int,
    now: datetime,
) -> Reminding:
    """Have everybody of a list reminded, or only the members named; `key` makes it once.

    Raises WindowIsNotOpen, NobodyToRemind.
    """
    known = session.get(Reminding, key)
    if known is not None:
        return known
    if not season.is_open(local_date(now)):
        raise WindowIsNotOpen
    total = len(member_ids) or count_absentees(session, season, filters, association_ids)
    if not total:
        raise NobodyToRemind
    return _start(
        session,
        key=key,
        season=season,
        association_ids=association_ids,
        filters=filters,
        member_ids=member_ids,
        mark=f"by hand {local_date(now).isoformat()}",
        by=by,
        total=total,
        now=now,
    )


def get_reminding(session: Session, key: UUID) -> Reminding:
    """A reminding with its progress; raises RemindingNotFound."""
    found = session.get(Reminding, key)
    if found is None:
        raise RemindingNotFound
    return found


def list_remindings(session: Session, *, season_id: int, limit: int = 10) -> Sequence[Reminding]:
    """The last remindings of a season."""
    return session.scalars(
        select(Reminding)
        .where(Reminding.season_id == season_id)
        .order_by(Reminding.started_at.desc(), Reminding.id)
        .limit(limit)
    ).all()


@job("seasons.remind_in_time", attempts=4, recurs=Daily(MORNING))
def remind_in_time(session: Session, now: datetime) -> None:
    """Begin what is due today of every season that is open.

    A day on which nothing ran is made up for: the mark last passed counts, not the day itself.
    """
    today = local_date(now)
    open_today = select(Season).where(Season.opens_date <= today, Season.closes_date >= today)
    for season in session.scalars(open_today).all():
        left = (season.closes_date - today).days
        passed = [mark for mark in season.reminder_days if left <= mark]
        # A window that opened after the mark is not reminded of at once.
        due = [each for each in passed if _day_of(season, each) >= season.opens_date]
        if not due:
            continue
        mark = str(min(due))
        key = uuid5(NAMESPACE_OID, f"huiji reminding {season.id} {season.closes_date} {mark}")
        if session.get(Reminding, key) is None:
            associations, everybody = associations_of(session, season), AbsenteeFilters()
            total = count_absentees(session, season, everybody, associations)
            _start(
                session,
                key=key,
                season=season,
                association_ids=associations,
                filters=everybody,
                member_ids=(),
                mark=mark,
                by=None,
                total=total,
                now=now,
            )


def _give_up(
    session: Session, _engine: Engine, *, error: Exception, now: datetime, reminding_id: str
) -> None:
    """End a reminding whose job failed for good: whoever was not reminded can be again."""
    get_reminding(session, UUID(reminding_id)).finished_at = now
    log.error("reminding %s ended before it was through: %s", reminding_id, type(error).__name__)


@job(JOB, gives_up=_give_up)
def remind(session: Session, engine: Engine, now: datetime, reminding_id: str) -> None:
    """Remind a portion, and have the next one done after it."""
    reminding = get_reminding(session, UUID(reminding_id))
    if reminding.finished_at is not None:
        return
    season = get_season(session, reminding.season_id)
    condition = is_absentee(season, AbsenteeFilters(**reminding.filters), reminding.association_ids)
    query = select(Member.id).where(condition, Member.id > reminding.after_id)
    if reminding.member_ids:
        query = query.where(Member.id.in_(reminding.member_ids))
    # Whom a filter left out because he was reminded meanwhile is passed over by the key.
    keys = session.scalars(query.order_by(Member.id).limit(PORTION)).all()
    for member_id in keys:
        if _take(session, engine, season=season, member_id=member_id, mark=reminding.mark, now=now):
            send_to_member(
                session,
                member_id=member_id,
                template=TEMPLATE,
                values={"year": season.year, "date": _say_in_chinese(season.closes_date)},
                values_en={"date": say_date(season.closes_date)},
                case_id=None,
                now=now,
            )
            reminding.reminded += 1
    reminding.looked_at += len(keys)
    if len(keys) < PORTION or not season.is_open(local_date(now)):
        reminding.finished_at = now
        return
    reminding.after_id = keys[-1]
    defer(session, JOB, {"reminding_id": reminding_id}, at=now, lock=f"{JOB}:{reminding_id}")


def _start(
    session: Session,
    *,
    key: UUID,
    season: Season,
    association_ids: Collection[int],
    filters: AbsenteeFilters,
    member_ids: Sequence[int],
    mark: str,
    by: int | None,
    total: int,
    now: datetime,
) -> Reminding:
    reminding = Reminding(
        id=key,
        season_id=season.id,
        association_ids=sorted(association_ids),
        filters=filters.plain(),
        member_ids=sorted(set(member_ids)),
        mark=mark,
        by=by,
        total=total,
        looked_at=0,
        reminded=0,
        after_id=0,
        started_at=now,
    )
    session.add(reminding)
    session.flush()
    defer(session, JOB, {"reminding_id": str(key)}, at=now, lock=f"{JOB}:{key}")
    return reminding


def _take(
    session: Session, engine: Engine, *, season: Season, member_id: int, mark: str, now: datetime
) -> bool:
    """Note a reminder; False if there is one for the mark, or of today."""
    insert_one = sqlite.insert if engine.database.is_sqlite else postgresql.insert
    row = {
        "season_id": season.id,
        "member_id": member_id,
        "mark": mark,
        "reminded_date": local_date(now),
        "at": now,
    }
    noted = session.execute(
        insert_one(Reminder).values(row).on_conflict_do_nothing().returning(Reminder.id)
    )
    return noted.scalar() is not None


def _say_in_chinese(day: date) -> str:
    # A job speaks no language: both are said.
    return f"{day.year}年{day.month}月{day.day}日"


def _day_of(season: Season, mark: int) -> date:
    return season.closes_date - timedelta(days=mark)
