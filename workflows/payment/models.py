"""Payment orders: one asking of one fee, which lives two hours."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, BigId, UtcDateTime

LIFETIME = timedelta(hours=2)


class PaymentOrder(Base):
    """An order placed with the provider. Amounts in fen; `number` is the provider's name of it.

    `state`: new (being placed), open, closing (nobody is shown it any more), closed, paid or
    mismatched (paid with another amount).
    """

    __tablename__ = "payment_order"
    __table_args__ = (Index("ix_payment_order_member_id_year", "member_id", "year"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    year: Mapped[int]
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    case_id: Mapped[UUID | None]
    amount: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    pay_url: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())


class ProviderTransaction(Base):
    """A payment that the provider told of, once. `outcome`: paid, mismatched or refunded."""

    __tablename__ = "provider_transaction"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    transaction: Mapped[str] = mapped_column(String(80), unique=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("payment_order.id"), index=True)
    amount: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    refunded_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class StandInEntry(Base):
    """An order in the stand-in provider's own books."""

    __tablename__ = "stand_in_entry"

    order_number: Mapped[str] = mapped_column(String(40), primary_key=True)
    is_closed: Mapped[bool]


class StandInPayment(Base):
    """The stand-in provider's own books: what was paid with it. `state`: paid or refunded."""

    __tablename__ = "stand_in_payment"

    transaction: Mapped[str] = mapped_column(String(80), primary_key=True)
    order_number: Mapped[str] = mapped_column(String(40), index=True)
    amount: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
