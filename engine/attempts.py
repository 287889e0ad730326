"""Counting attempts, in the database, so that limits hold across restarts and servers.

An attempt is counted in a transaction of its own *before* what it attempts is checked: no
rollback forgives one.
"""

from datetime import datetime, timedelta

from sqlalchemy import String, case, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, Database, UtcDateTime


class Attempt(Base):
    """How often something was tried since a window began."""

    __tablename__ = "attempt"

    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    count: Mapped[int]
    since: Mapped[datetime] = mapped_column(UtcDateTime())


def count_attempt(database: Database, key: str, *, window: timedelta, now: datetime) -> int:
    """Count one attempt and return how many there were within the window, this one included."""
    insert = sqlite.insert if database.is_sqlite else postgresql.insert
    began = now - window
    statement = insert(Attempt).values(key=key, count=1, since=now)
    is_over = Attempt.since < began
    statement = statement.on_conflict_do_update(
        index_elements=[Attempt.key],
        set_={
            "count": case((is_over, 1), else_=Attempt.count + 1),
            "since": case((is_over, statement.excluded.since), else_=Attempt.since),
        },
    )
    with database.transaction() as session:
        return session.scalars(statement.returning(Attempt.count)).one()


def forget_attempts(session: Session, key: str) -> None:
    """Begin again at zero: it succeeded."""
    session.execute(delete(Attempt).where(Attempt.key == key))


def forget_old_attempts(session: Session, *, before: datetime) -> None:
    """Remove counts that began before a moment: beyond every window they say nothing."""
    session.execute(delete(Attempt).where(Attempt.since < before))
