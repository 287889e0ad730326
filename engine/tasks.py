"""Tasks: what waits for a person, as rows of a table with typed business columns.

The inbox is a query on this table; no case is read to draw it.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, TextClause, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.actors import Actor, ActorKind
from engine.database import Base, UtcDateTime, searchable

_WAITS = text("state = 'open' AND lane <> subject_kind")
_DECIDED = text("state = 'completed' AND lane <> subject_kind")
_OTHERS = text("lane <> subject_kind")
_FIRST = text("round = 1 AND lane <> subject_kind")
_PUNCTUAL = text("state = 'open' AND escalated_at IS NULL AND due_at IS NOT NULL")
_LATE = text("state = 'open' AND escalated_at IS NOT NULL")

_DESK = ("association_id", "duty")
_ASKED = ("kind", "year", "round", "assigned_to", "nudges")
# What was decided is counted from the index alone; SQLite looks there for its condition, too.
_COUNTED = ("opened_at", "element_id", "outcome", "ground", "state", "lane", "subject_kind")


def _index(name: str, *columns: str, where: TextClause) -> Index:
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


class Task(Base):
    """A user task of a case: open, completed or cancelled (the case went another way).

    `assigned_to`: whom the work was handed to; `claimed_by`: who has it open now. Neither keeps
    anybody else out. `nudges`: how often its subject asked for speed. `escalated_at`: when those
    above were told that it is late. `ground`: what kind of reason an outcome had, for counting.
    """

    __tablename__ = "task"
    __table_args__ = (
        Index("ix_task_case", "case_id"),
        # The inbox: what waits for others than the subject, desk by desk, in each order. What it
        # is filtered by stands at the end, so that only rows that are shown are fetched.
        _index("ix_task_due", *_DESK, "due_at", "opened_at", "id", *_ASKED, where=_WAITS),
        _index("ix_task_opened", *_DESK, "opened_at", "id", "due_at", *_ASKED, where=_WAITS),
        _index(
            "ix_task_completed",
            *_DESK,
            "completed_at",
            "id",
            *_ASKED,
            "due_at",
            "completed_by",
            *_COUNTED,
            where=_DECIDED,
        ),
        # What arrived in a period, each application once.
        _index(
            "ix_task_arrived",
            *_DESK,
            "opened_at",
            "element_id",
            "kind",
            "year",
            "round",
            "lane",
            "subject_kind",
            where=_FIRST,
        ),
        # Counts by kind.
        _index(
            "ix_task_kind",
            "association_id",
            "state",
            "duty",
            "kind",
            "year",
            "round",
            "due_at",
            "assigned_to",
            "nudges",
            "completed_by",
            "subject_no",
            "subject_name",
            where=_OTHERS,
        ),
        # What leaves few: a beginning, or a person.
        _index("ix_task_no", "association_id", "state", "subject_no", "id", where=_OTHERS),
        _index("ix_task_name", "association_id", "state", "subject_name", "id", where=_OTHERS),
        _index("ix_task_assigned_to", "assigned_to", "id", where=_WAITS),
        _index("ix_task_claimed_by", "claimed_by", "id", where=_WAITS),
        _index("ix_task_completed_by", "completed_by", "id", where=_DECIDED),
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
            "association_id",
            sqlite_where=_LATE,
            postgresql_where=_LATE,
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
    completed_by_kind: Mapped[ActorKind | None] = mapped_column(String(10))
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
