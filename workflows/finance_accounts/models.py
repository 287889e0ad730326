"""A yearly opening of financial reporting, and what became of each account in it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, BigId, UtcDateTime

EntryState = Literal["due", "sent", "nowhere"]
"""`nowhere`: nothing is on file by which the firm could be reached."""


class ReportingOpening(Base):
    """An association's opening of a year; there is one for each."""

    __tablename__ = "reporting_opening"
    __table_args__ = (UniqueConstraint("association_id", "year"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    association_id: Mapped[int] = mapped_column(ForeignKey("association.id"))
    year: Mapped[int]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime())
    opened_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class ReportingAccount(Base):
    """One account of an opening, and the link by which its firm sets a new password."""

    __tablename__ = "reporting_account"
    __table_args__ = (Index("ix_reporting_account_state", "opening_id", "state", "account_id"),)

    opening_id: Mapped[int] = mapped_column(ForeignKey("reporting_opening.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    state: Mapped[EntryState] = mapped_column(String(10), default="due")
    channel: Mapped[str] = mapped_column(String(20), default="")
    link_id: Mapped[UUID | None]
