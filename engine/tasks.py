"""Tasks: what waits for a person, as rows of a table with typed business columns.

The inbox is a query on this table; no case is read to draw it.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.actors import Actor
from engine.database import Base, UtcDateTime, searchable

_OPEN = text("state = 'open'")
_PUNCTUAL = text("state = 'open' AND escalated_at IS NULL AND due_at IS NOT NULL")


class Task(Base):
    """A user task of a case: open, completed or cancelled (the case went another way).

    `assigned_to`: whom the work was handed to; `claimed_by`: who has it open now. Neither keeps
    anybody else out. `nudges`: how often its subject asked for speed. `escalated_at`: when those
    above were told that it is late. `ground`: what kind of reason an outcome had, for counting.
    """

    __tablename__ = "task"
    __table_args__ = (
        Index("ix_task_case", "case_id"),
        Index("ix_task_subject_no", "subject_no"),
        Index("ix_task_subject_name", "subject_name"),
        # What is due soon or late without those above knowing: asked every day.
        Index(
            "ix_task_punctual",
            "due_at",
            "id",
            sqlite_where=_PUNCTUAL,
            postgresql_where=_PUNCTUAL,
        ),
        Index(
            "ix_task_escalated_at",
            "escalated_at",
            sqlite_where=text("escalated_at IS NOT NULL"),
            postgresql_where=text("escalated_at IS NOT NULL"),
        ),
        Index(
            "ix_task_inbox",
            "association_id",
            "duty",
            "due_at",
            "id",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    process_id: Mapped[str] = mapped_column(String(80))
    element_id: Mapped[str] = mapped_column(String(80))
    lane: Mapped[str] = mapped_column(String(40))
    duty: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(40))
    round: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    association_id: Mapped[int | None]
    subject_kind: Mapped[str] = mapped_column(String(10))
    subject_id: Mapped[int | None]
    subject_no: Mapped[str] = mapped_column(searchable(40))
    subject_name: Mapped[str] = mapped_column(searchable(120))
    region: Mapped[str | None] = mapped_column(String(12))
    year: Mapped[int | None]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime())
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    claimed_by: Mapped[int | None]
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    assigned_to: Mapped[int | None]
    assigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    nudged_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    nudges: Mapped[int] = mapped_column(server_default="0", default=0)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    completed_by_kind: Mapped[str | None] = mapped_column(String(10))
    completed_by: Mapped[int | None]
    outcome: Mapped[str | None] = mapped_column(String(40))
    ground: Mapped[str | None] = mapped_column(String(40))


def claim(session: Session, task_id: UUID, *, by: Actor, now: datetime) -> None:
    """Say that one is at work on a task; others see it, nobody is kept out."""
    session.execute(
        update(Task)
        .where(Task.id == task_id, Task.state == "open")
        .values(claimed_by=by.id, claimed_at=now)
    )


def release_claim(session: Session, task_id: UUID, *, by: Actor) -> None:
    """Take one's own claim back."""
    session.execute(
        update(Task)
        .where(Task.id == task_id, Task.claimed_by == by.id)
        .values(claimed_by=None, claimed_at=None)
    )
