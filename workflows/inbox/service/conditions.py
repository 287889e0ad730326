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


def is_escalated(since: datetime | None = None) -> ColumnElement[bool]:
    """Open, and told to those above: ever, or since then."""
    told = and_(_IS_OPEN, Task.escalated_at.is_not(None))
    return told if since is None else and_(told, Task.escalated_at >= since)


def begin_of_day(now: datetime) -> datetime:
    """When the local day began."""
    return datetime.combine(local_date(now), time(), ZONE)
