"""Sweeping away what visitors began and left: their visits, and the cases that go with them.

What was tried on an account is not forgotten with its case: one event says it for all of them.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, or_, select
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
from workflows.shared.visits import IDLE, PASSING, Visit

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
        .where(Visit.seen_at <= now - IDLE)
        # Whoever gets a case back goes on in the visit that it is of.
        .where(or_(Case.id.is_(None), Case.state != "open", passes))
        .order_by(Visit.seen_at)
        .limit(PORTION)
        .with_for_update(of=Visit, skip_locked=True)
    )
    rows = session.execute(query).all()
    passing = {row.case_id: row for row in rows if row.passes}
    tries = _find_tries(session, passing)
    for case_id, found in tries.items():
        row = passing[case_id]
        reset = session.get(Reset, row.id)
        note_event(
            session,
            what="reset_tried",
            account_id=None if reset is None else reset.account_id,
            actor=SYSTEM,
            address=row.address,
            details={"tries": found},
            now=now,
        )
    led_nowhere = [row.id for row in rows if row.passes or row.status is None]
    session.execute(delete(Consent).where(Consent.visit_id.in_(led_nowhere)))
    session.execute(delete(Visit).where(Visit.id.in_([row.id for row in rows])))
    delete_cases(session, list(passing))


def _find_tries(session: Session, case_ids: Collection[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """What was tried in cases: the data of their events, the first one first."""
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    query = select(Event).where(Event.case_id.in_(case_ids), Event.kind.in_(TRIES))
    for event in session.scalars(query.order_by(Event.case_id, Event.number)):
        found[event.case_id].append(event.data)
    return found
