"""Closing orders: an order that nobody needs any more is shown to nobody, then paid by nobody."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.jobs import defer
from workflows.payment.models import PaymentOrder

QUEUE = "payment"
"""Where jobs wait that ask the provider: whoever waits for it keeps no case waiting."""

LIVE = ("new", "open")
UNPAID = (*LIVE, "closing")


def close_at(session: Session, *, number: str, at: datetime) -> None:
    """Have the provider close an order at a time."""
    defer(session, "payment.close_order", {"number": number}, at=at, queue=QUEUE)


def close_orders(
    session: Session, *, member_id: int, year: int, now: datetime, but: str = ""
) -> None:
    """Show nobody the open orders of a fee any more and have the provider close them.

    Said when the fee is paid otherwise, or another amount is owed; `but`: the order that stays.
    """
    numbers = session.scalars(
        update(PaymentOrder)
        .where(
            PaymentOrder.member_id == member_id,
            PaymentOrder.year == year,
            PaymentOrder.state.in_(LIVE),
            PaymentOrder.number != but,
        )
        .values(state="closing")
        .returning(PaymentOrder.number)
    ).all()
    for number in numbers:
        close_at(session, number=number, at=now)
