"""Going back: an older release's documents become a new release, checked again."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.engine import Engine
from engine.releases import Release, ReleaseNotFound, take_releases
from workflows.studio.current import documents_of
from workflows.studio.documents import own_documents
from workflows.studio.planning import Plan, make_plan
from workflows.studio.releasing import check_reason, keep_plan


def get_release(session: Session, *, process_id: str, number: int) -> Release:
    """A release of a process by its number; raises ReleaseNotFound."""
    query = select(Release).where(Release.process_id == process_id, Release.number == number)
    found = session.scalar(query)
    if found is None:
        raise ReleaseNotFound(process=process_id)
    return found


def list_releases(session: Session, process_id: str) -> Sequence[Release]:
    """Every release of a process, the newest first."""
    query = select(Release).where(Release.process_id == process_id)
    return session.scalars(query.order_by(Release.number.desc())).all()


def plan_return(session: Session, engine: Engine, release: Release) -> Plan:
    """Find out what releasing an older release again would make; writes nothing.

    What it called comes back as it was then. Its callers, if it has any, take only this process.
    """
    documents = documents_of(session, release.id)
    return make_plan(
        session,
        engine,
        process_id=release.process_id,
        new=own_documents(release.process_id, documents),
        first=documents,
    )


def go_back(
    session: Session,
    *,
    plan: Plan,
    callers: Collection[str],
    reason: str,
    by: Actor,
    now: datetime,
) -> Sequence[Release]:
    """Make the releases of a plan to go back; raises as `releasing.keep_plan`.

    Drafts stay: whoever releases one later is told that somebody released meanwhile.
    """
    reason = check_reason(reason)
    take_releases(session)
    return keep_plan(session, plan=plan, callers=callers, reason=reason, by=by, now=now)
