"""The tables of reminding: who was reminded when, and reminders of many at once."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, BigId, Json, UtcDateTime


class Reminder(Base):
    """That a member was reminded of a season: once for each mark, and once a day at most.

    `mark`: the number of days before the window closes, or "by hand" with the date.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("season_id", "member_id", "mark"),
        UniqueConstraint("season_id", "member_id", "reminded_date"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    mark: Mapped[str] = mapped_column(String(20))
    reminded_date: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime())


class Reminding(Base):
    """Reminding many members, as a job in portions; `after_id` is how far it is.

    `association_ids` and `filters` say whom: as they were listed when somebody asked for it.
    `member_ids`: only these, if any are named. Without `by` it is the calendar's own.
    """

    __tablename__ = "reminding"
    __table_args__ = (Index("ix_reminding_season", "season_id", "started_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    association_ids: Mapped[list[int]] = mapped_column(Json)
    filters: Mapped[dict[str, Any]] = mapped_column(Json)
    member_ids: Mapped[list[int]] = mapped_column(Json)
    mark: Mapped[str] = mapped_column(String(20))
    by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    total: Mapped[int]
    looked_at: Mapped[int] = mapped_column(default=0)
    reminded: Mapped[int] = mapped_column(default=0)
    after_id: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime())
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
