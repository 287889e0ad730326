"""Notices of payments: what each one comes to, however often it is told."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.jobs import defer
from engine.message_events import publish
from workflows.payment.closing import QUEUE, UNPAID, close_orders
from workflows.payment.models import PaymentOrder, ProviderTransaction
from workflows.payment.provider import InvalidNotice, Notice
from workflows.shared import fees
from workflows.shared.fees import fee_key
from workflows.shared.messages import send_to_member
from workflows.shared.register import get_member, hold_member
from workflows.shared.seasons import get_season

SOURCE = "provider"


def take_notice(session: Session, *, notice: Notice, now: datetime) -> str:
    """Enter a payment that the provider told of, once: paid, mismatched or refunded.

    Fee policy: a notice settles the fee even if the page is closed or the order has expired;
    a second payment goes back and the member is told; an amount that does not match waits for
    the association with both amounts. Raises InvalidNotice for an order that nobody placed.
    """
    order = session.scalar(select(PaymentOrder).where(PaymentOrder.number == notice.order_number))
    if order is None:
        raise InvalidNotice
    # Two notices at once must not both settle his fee.
    hold_member(session, order.member_id)
    known = session.scalar(
        select(ProviderTransaction.outcome).where(
            ProviderTransaction.transaction == notice.transaction
        )
    )
    if known is not None:
        return known
    facts = fees.assess_facts(
        session,
        member=get_member(session, order.member_id),
        season=get_season(session, order.season_id),
    )
    if facts.paid or not facts.amount_owed:
        outcome = "refunded"
    else:
        outcome = "paid" if notice.amount == facts.amount_owed else "mismatched"
    session.add(
        ProviderTransaction(
            transaction=notice.transaction,
            order_id=order.id,
            amount=notice.amount,
            outcome=outcome,
            at=now,
        )
    )
    session.flush()
    _OUTCOMES[outcome](session, order, notice, facts.amount_owed, now)
    return outcome


def _paid(session: Session, order: PaymentOrder, notice: Notice, _owed: int, now: datetime) -> None:
    order.state = "paid"
    close_orders(session, member_id=order.member_id, year=order.year, now=now, but=order.number)
    fees.receive_payment(
        session,
        member_id=order.member_id,
        year=order.year,
        amount=notice.amount,
        source=SOURCE,
        reference=notice.transaction,
        now=now,
    )
    for each in _mismatched(session, order):
        # What came in before with a wrong amount is not needed any more.
        _send_back(session, order, each, now)
    _tell(session, order, "payment_received", {"amount": _yuan(notice.amount)}, now)
    publish(session, name="payment_received", key=fee_key(order.member_id, order.year), now=now)


def _mismatch(
    session: Session, order: PaymentOrder, notice: Notice, owed: int, now: datetime
) -> None:
    order.state = "mismatched"
    fees.claim_fee(
        session,
        member_id=order.member_id,
        year=order.year,
        kind="mismatch",
        expected=owed,
        received=notice.amount,
        now=now,
    )
    values = {"amount": _yuan(notice.amount), "expected": _yuan(owed)}
    _tell(session, order, "payment_mismatched", values, now)
    publish(session, name="payment_claimed", key=fee_key(order.member_id, order.year), now=now)


def _refund(
    session: Session, order: PaymentOrder, notice: Notice, _owed: int, now: datetime
) -> None:
    if order.state in UNPAID:
        order.state = "paid"
    found = session.scalars(
        select(ProviderTransaction).where(ProviderTransaction.transaction == notice.transaction)
    ).one()
    _send_back(session, order, found, now)


_OUTCOMES = {"paid": _paid, "mismatched": _mismatch, "refunded": _refund}


def _send_back(
    session: Session, order: PaymentOrder, transaction: ProviderTransaction, now: datetime
) -> None:
    transaction.outcome = "refunded"
    sent_back = {"transaction": transaction.transaction}
    defer(session, "payment.refund", sent_back, at=now, queue=QUEUE)
    _tell(session, order, "payment_refunded", {"amount": _yuan(transaction.amount)}, now)


def _mismatched(session: Session, order: PaymentOrder) -> list[ProviderTransaction]:
    return list(
        session.scalars(
            select(ProviderTransaction)
            .join(PaymentOrder, PaymentOrder.id == ProviderTransaction.order_id)
            .where(
                PaymentOrder.member_id == order.member_id,
                PaymentOrder.year == order.year,
                ProviderTransaction.outcome == "mismatched",
            )
        )
    )


def _tell(
    session: Session,
    order: PaymentOrder,
    template: str,
    values: Mapping[str, object],
    now: datetime,
) -> None:
    send_to_member(
        session,
        member_id=order.member_id,
        template=template,
        values={"year": order.year, **values},
        case_id=order.case_id,
        now=now,
    )


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
