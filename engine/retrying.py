"""Running an operation again at which a case stands still."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from engine import incidents
from engine.actors import Actor
from engine.cases import hold_case
from engine.errors import NotFound
from engine.moving import Move, passed

if TYPE_CHECKING:
    from engine.engine import Engine


def retry_incident(
    session: Session,
    engine: "Engine",
    *,
    case_id: UUID,
    incident_id: UUID,
    by: Actor,
    now: datetime,
) -> None:
    """Run the operation again at which a case stands still; raises NotFound, CaseIsOver."""
    case = hold_case(session, case_id)
    incident = session.get(incidents.Incident, incident_id)
    if incident is None or incident.case_id != case_id or incident.resolved_at is not None:
        raise NotFound
    incidents.resolve_incidents(session, case_id=case.id, step_id=incident.step_id, by=by, now=now)
    move = Move(session, engine, case, by=by, now=now)
    instance = move.load()
    said = move.say("incident_retried", operation=incident.operation, element=incident.element_id)
    instance.retry_operation(incident.step_id)
    said["passed"] = passed(instance)
    move.store(instance)
