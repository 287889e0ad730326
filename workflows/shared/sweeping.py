"""Sweeping away what visitors began and left: their visits, and the cases that go with them.

What was tried on an account is not forgotten with its case: one event says it for all of them.
"""

import logging
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, delete, or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine.actors import SYSTEM
from engine.cases import Case
from engine.deleting import delete_cases
from engine.jobs import job
from engine.recurring import Every
from engine.trail import Event
from workflows.shared.privacy import Consent
from workflows.shared.resets import TRIES, Reset
from workflows.shared.security_events import note_event
from workflows.shared.visits import IDLE, LONGEST, PASSING, Visit

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
PORTION = 200


@job("visits.sweep", recurs=Every(EVERY))
def sweep(session: Session, now: datetime) -> None:
    """Delete visits that are over with what they left behind, the oldest first."""
    # What an association knows of is its case, too, whatever its status says.
    passes = and_(Case.status.in_(PASSING), Case.association_id.is_(None))
    query = (
        select(Visit.id, Visit.case_id, Visit.address, Case.status, passes.label("passes"))
        .outerjoin(Case, Case.id == Visit.case_id)
        .where(or_(Visit.seen_at <= now - IDLE, Visit.started_at <= now - LONGEST))
        # Whoever gets a case back goes on in the visit that it is of.
        .where(or_(Case.id.is_(None), Case.state != "open", passes))
        .order_by(Visit.seen_at)
        .limit(PORTION)
        .with_for_update(of=Visit, skip_locked=True)
    )
    rows = session.execute(query).all()
    tries = _find_tries(session, [row.case_id for row in rows if row.passes])
    for row in rows:
        try:
            with session.begin_nested():
                _delete(session, row, tries=tries.get(row.case_id, []), now=now)
        except DBAPIError:
            # One that cannot be deleted must not have all others kept, which are private, too.
            log.exception("visit %s with case %s cannot be deleted", row.id, row.case_id)


def _delete(
    session: Session, row: Row[*tuple[Any, ...]], *, tries: list[dict[str, Any]], now: datetime
) -> None:
    """Delete a visit with what goes with it."""
    if tries:
        reset = session.get(Reset, row.id)
        note_event(
            session,
            what="reset_tried",
            account_id=None if reset is None else reset.account_id,
            actor=SYSTEM,
            address=row.address,
            details={"tries": tries},
            now=now,
        )
    if row.passes or row.status is None:
        session.execute(delete(Consent).where(Consent.visit_id == row.id))
    session.execute(delete(Visit).where(Visit.id == row.id))
    if row.passes:
        delete_cases(session, [row.case_id])


def _find_tries(session: Session, case_ids: Collection[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """What was tried in cases: the data of their events, the first one first."""
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    query = select(Event).where(Event.case_id.in_(case_ids), Event.kind.in_(TRIES))
    for event in session.scalars(query.order_by(Event.case_id, Event.number)):
        found[event.case_id].append(event.data)
    return found
