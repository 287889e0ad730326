"""The season's end: what members did not send in time is closed as 未参检.

A job looks every night for the seasons that are over and has each late case closed by a job of
its own, so that one that cannot be closed stops no other. Everything is looked at again when
its turn comes: a member who sent a moment before has sent.
"""

import logging
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from engine.actors import SYSTEM
from engine.cases import Case, CaseIsOver, hold_case
from engine.engine import Engine
from engine.jobs import defer, defer_many, job
from engine.lifecycle import cancel_case
from engine.recurring import Daily
from engine.tasks import Task
from workflows.inspection.applications import PROCESS
from workflows.shared.applications import RETURN
from workflows.shared.dates import ZONE, local_date
from workflows.shared.fees import fee_state
from workflows.shared.hours_asked import assess_hours
from workflows.shared.messages import send_to_member
from workflows.shared.register import get_member, personal_fields
from workflows.shared.results import find_result, record_year
from workflows.shared.seasons import INSPECTION, Season, associations_of
from workflows.shared.subjects import subject_of_case
from workflows.shared.windows import Extension, last_day

NIGHTLY = time(1, 30, tzinfo=ZONE)
NOT_INSPECTED = "not_inspected"
WITH_THE_MEMBER = (
    "draft",
    "awaiting_hours",
    "awaiting_payment",
    "awaiting_fee_confirmation",
    "returned",
    "withdrawn",
)
"""Where a case has not been sent, or not again; what is in review, on any level, stays."""


PORTION = 500
"""So many cases of a season are looked for in one transaction, which is soon over."""

log = logging.getLogger(__name__)


@job("inspection.end_seasons", attempts=4, recurs=Daily(NIGHTLY))
def end_seasons(session: Session, now: datetime) -> None:
    """Have every case closed that nobody sent before its season was over."""
    today = local_date(now)
    for season in session.scalars(select(Season).where(Season.closes_date < today)).all():
        _end_some(session, season, after=None, now=now)


@job("inspection.end_season", attempts=4)
def end_season(session: Session, now: datetime, season_id: int, after: str) -> None:
    """Go on with a season that has more late cases than a portion."""
    _end_some(session, session.get_one(Season, season_id), after=UUID(after), now=now)


def _end_some(session: Session, season: Season, *, after: UUID | None, now: datetime) -> None:
    late = list_late_cases(
        session, season=season, today=local_date(now), after=after, limit=PORTION
    )
    defer_many(
        session,
        [
            ("inspection.close_late", {"case_id": str(case_id)}, now, f"case:{case_id}")
            for case_id in late
        ],
    )
    if len(late) == PORTION:
        rest = {"season_id": season.id, "after": str(late[-1])}
        defer(session, "inspection.end_season", rest, at=now, lock=f"end_season:{season.id}")


def _leave_open(
    _session: Session, _engine: Engine, *, error: Exception, case_id: str, **_given: object
) -> None:
    """Say that a case cannot be closed; it is late tomorrow too, and the night tries again."""
    log.error("case %s is late and could not be closed: %s", case_id, type(error).__name__)


@job("inspection.close_late", gives_up=_leave_open)
def close_late(session: Session, engine: Engine, now: datetime, case_id: str) -> None:
    """Close a case that was not sent in time: the year is 未参检, and the member is told."""
    try:
        case = hold_case(session, UUID(case_id))
    except CaseIsOver:
        return
    season = subject_of_case(session, case).season
    last = last_day(session, case=case, season=season)
    if case.status not in WITH_THE_MEMBER or local_date(now) <= last:
        return
    status = NOT_INSPECTED
    decided = find_result(session, member_id=case.subject_id, year=season.year)
    if decided is None:
        _record(session, engine, case=case, season=season, now=now)
    else:
        status = decided.status
    cancel_case(session, engine, case_id=case.id, status=status, by=SYSTEM, now=now)


def list_late_cases(
    session: Session,
    *,
    season: Season,
    today: date,
    after: UUID | None = None,
    limit: int | None = None,
) -> Sequence[UUID]:
    """The cases of a season that are late, by key from one on.

    One that was returned may have more days yet.
    """
    query = select(Case.id).where(
        Case.process_id == PROCESS,
        Case.state == "open",
        Case.year == season.year,
        Case.status.in_(WITH_THE_MEMBER),
        Case.association_id.in_(associations_of(session, season)),
        ~exists().where(Extension.case_id == Case.id, Extension.until_date >= today),
    )
    if today <= season.closes_date + timedelta(days=season.resubmission_days):
        query = query.where(~exists().where(Task.case_id == Case.id, Task.outcome == RETURN))
    if after is not None:
        query = query.where(Case.id > after)
    return session.scalars(query.order_by(Case.id).limit(limit)).all()


def _record(session: Session, engine: Engine, *, case: Case, season: Season, now: datetime) -> None:
    """Write the year's result with hours and fee as they are, and tell the member."""
    member = get_member(session, case.subject_id)
    hours = assess_hours(session, engine, member=member, season=season, case=case)
    record_year(
        session,
        engine.vault,
        member=member,
        year=season.year,
        kind=INSPECTION,
        status=NOT_INSPECTED,
        case_id=case.id,
        record=personal_fields(session, engine.vault, member),
        hours_required=hours.required,
        hours_done=hours.done,
        fee_status=fee_state(session, member=member, season=season).status,
        now=now,
    )
    send_to_member(
        session,
        member_id=member.id,
        template="year_not_inspected",
        values={"year": season.year},
        case_id=case.id,
        now=now,
    )
