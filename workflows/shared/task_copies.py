"""Copies 抄送: a task that a colleague was given to read. Reading decides nothing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, UtcDateTime


class TaskCopy(Base):
    """One task in front of one more person.

    `number` is the event of the case's trail that says so; what was written with it is kept
    sealed there. `read_at`: when the person said that he has read it.
    """

    __tablename__ = "task_copy"
    __table_args__ = (Index("ix_task_copy_account", "account_id", "task_id"),)

    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    number: Mapped[int]
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
