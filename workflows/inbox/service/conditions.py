"""Open tasks by their time, as conditions that the indexes on it serve on both databases."""

from datetime import datetime, time

from sqlalchemy import ColumnElement, and_, literal_column

from engine.tasks import Task
from workflows.shared.dates import ZONE, local_date

# Written out: SQLite uses a partial index only where it reads the same words.
_IS_OPEN = Task.state == literal_column("'open'")


def is_due_by(moment: datetime) -> ColumnElement[bool]:
    """Open, due by then, and not yet told to those above."""
    return and_(
        _IS_OPEN,
        Task.escalated_at.is_(None),
        Task.due_at.is_not(None),
        Task.due_at <= moment,
    )


def is_escalated_since(moment: datetime) -> ColumnElement[bool]:
    """Open, and told to those above since then."""
    return and_(Task.escalated_at.is_not(None), Task.escalated_at >= moment, _IS_OPEN)


def is_overdue(now: datetime) -> ColumnElement[bool]:
    """Open after its time."""
    return and_(_IS_OPEN, Task.due_at < now)


def begin_of_day(now: datetime) -> datetime:
    """When the local day began."""
    return datetime.combine(local_date(now), time(), ZONE)
