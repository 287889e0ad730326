"""Incidents: cases that cannot go on because an operation failed for good."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.actors import Actor
from engine.database import Base, UtcDateTime, new_id

_OPEN = text("resolved_at IS NULL")


class Incident(Base):
    """One failed operation of one case; `step_id` is the engine's key of the waiting step."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_open", "case_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    step_id: Mapped[UUID]
    process_id: Mapped[str] = mapped_column(String(80))
    element_id: Mapped[str] = mapped_column(String(80))
    operation: Mapped[str] = mapped_column(String(80))
    error: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime())
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    resolved_by: Mapped[int | None]


def open_incident(
    session: Session,
    *,
    case_id: UUID,
    step_id: UUID,
    process_id: str,
    element_id: str,
    operation: str,
    error: str,
    now: datetime,
) -> None:
    """Write that an operation failed for good."""
    session.add(
        Incident(
            id=new_id(),
            case_id=case_id,
            step_id=step_id,
            process_id=process_id,
            element_id=element_id,
            operation=operation,
            error=error[:2000],
            opened_at=now,
        )
    )
    session.flush()


def resolve_incidents(
    session: Session, *, case_id: UUID, step_id: UUID | None, by: Actor, now: datetime
) -> None:
    """Close a step's open incidents (all of the case's when no step is named)."""
    query = update(Incident).where(Incident.case_id == case_id, Incident.resolved_at.is_(None))
    if step_id is not None:
        query = query.where(Incident.step_id == step_id)
    session.execute(query.values(resolved_at=now, resolved_by=by.id))


def open_incidents(session: Session, case_id: UUID) -> list[Incident]:
    """What keeps a case from going on, oldest first."""
    return list(
        session.scalars(
            select(Incident)
            .where(Incident.case_id == case_id, Incident.resolved_at.is_(None))
            .order_by(Incident.id)
        )
    )
