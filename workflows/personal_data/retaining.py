"""Keeping the periods: what is older than it may be kept is removed, a portion at a time.

Deliveries, sessions, codes, links and visits are removed by those who write them. Nobody is
erased by a clock alone: when somebody's records have been kept long enough, the system asks for
it, and a person agrees.
"""

from datetime import datetime, time

from sqlalchemy import String, cast, delete, exists, func, literal, select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.drafts import Draft
from engine.engine import Engine
from engine.files import StoredFile
from engine.jobs import defer, job
from engine.recurring import Daily
from engine.vault import SubjectKey
from workflows.personal_data.erasing import Erasure, find_obstacles
from workflows.personal_data.exporting import forget_exports
from workflows.personal_data.unmasking import forget_unmaskings
from workflows.shared.dates import ZONE
from workflows.shared.keeping import periods_of
from workflows.shared.messages import Message
from workflows.shared.register import ERASED, Member
from workflows.shared.results import YearlyResult
from workflows.shared.security_events import SecurityEvent

NAME = "personal_data.keep_periods"
PORTION = 500
PERIOD_OVER = "保存期限届满"
"""The reason that the system gives: there is nobody whose language it could speak."""


@job(NAME, recurs=Daily(time(2, 30, tzinfo=ZONE)))
def keep_periods(session: Session, engine: Engine, now: datetime) -> None:
    """Remove a portion of everything that is too old, and go on at once if there is more."""
    periods = periods_of(engine)
    forget_unmaskings(session, now=now)
    forget_exports(session, engine, now=now)
    removed = [
        _forget_events(session, before=now - periods.events),
        _forget_messages(session, before=now - periods.messages),
        _empty_visits(session, engine, before=now - periods.visits),
    ]
    ask_for_erasures(session, engine, now=now)
    if PORTION in removed:
        defer(session, NAME, {}, at=now, lock=NAME)


def ask_for_erasures(session: Session, engine: Engine, *, now: datetime) -> int:
    """Ask to erase those whose records were kept for their period; returns how many.

    Somebody about whom a person said no is not asked about again.
    """
    last = (
        select(YearlyResult.member_id)
        .group_by(YearlyResult.member_id)
        .having(func.max(YearlyResult.decided_at) < now - periods_of(engine).records)
    )
    query = select(Member).where(
        Member.state.not_in(("active", ERASED)),
        Member.id.in_(last),
        ~exists().where(Erasure.member_id == Member.id),
    )
    count = 0
    for member in session.scalars(query.order_by(Member.id).limit(PORTION)).all():
        if find_obstacles(session, engine, member=member, now=now):
            continue
        session.add(Erasure(member_id=member.id, reason=PERIOD_OVER, state="asked", asked_at=now))
        count += 1
    session.flush()
    return count


def _forget_events(session: Session, *, before: datetime) -> int:
    old = select(SecurityEvent.id).where(SecurityEvent.at < before).order_by(SecurityEvent.at)
    keys = session.scalars(old.limit(PORTION)).all()
    session.execute(delete(SecurityEvent).where(SecurityEvent.id.in_(keys)))
    return len(keys)


def _forget_messages(session: Session, *, before: datetime) -> int:
    # Keys grow with time: the oldest are found without an index of their own.
    oldest = select(Message.id, Message.at).order_by(Message.id).limit(PORTION)
    keys = [key for key, at in session.execute(oldest) if at < before]
    session.execute(delete(Message).where(Message.id.in_(keys)))
    return len(keys)


def _empty_visits(session: Session, engine: Engine, *, before: datetime) -> int:
    """What was sent in an anonymous case goes with its key, its drafts and its files."""
    subject = literal("visitor:").concat(cast(Case.subject_id, String))
    query = (
        select(Case.id, Case.subject_id)
        .join(SubjectKey, SubjectKey.subject == subject)
        .where(Case.subject_kind == "visitor", Case.state != "open", Case.ended_at < before)
        .order_by(Case.ended_at)
        .limit(PORTION)
    )
    found = session.execute(query).all()
    cases = [case_id for case_id, _visit in found]
    session.execute(delete(Draft).where(Draft.case_id.in_(cases)))
    # Their contents are swept as those of files that no row knows.
    session.execute(delete(StoredFile).where(StoredFile.case_id.in_(cases)))
    for _case, visit_id in found:
        engine.vault.erase(session, f"visitor:{visit_id}")
    return len(found)
