"""Paying a fee: orders are placed, notices taken, claims made. All of it may happen twice."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from engine.database import new_id
from engine.engine import Engine
from engine.errors import Conflict
from engine.jobs import defer, job
from engine.language import N_
from engine.message_events import publish
from workflows.payment.models import LIFETIME, PaymentOrder, ProviderTransaction
from workflows.payment.provider import InvalidNotice, Notice, OrderPaid, PaymentProvider
from workflows.shared import fees
from workflows.shared.fees import FeeState, fee_key
from workflows.shared.messages import send_to_member
from workflows.shared.register import get_member, hold_member
from workflows.shared.seasons import get_season

SOURCE = "provider"

QUEUE = "payment"
"""Where jobs wait that ask the provider: whoever waits for it keeps no case waiting."""

LIVE = ("new", "open")
UNPAID = (*LIVE, "closing")


class NothingToPay(Conflict):
    """The fee is settled, or waits for the association."""

    message = N_("There is nothing to pay for this year at the moment.")


def open_order(
    engine: Engine,
    provider: PaymentProvider,
    *,
    member_id: int,
    season_id: int,
    case_id: UUID | None,
    now: datetime,
) -> PaymentOrder:
    """Place an order for what the member owes, or give the one that lives; raises NothingToPay.

    Opens its own transactions, because the provider is called between them. May raise
    ProviderAway.
    """
    with engine.database.transaction() as session:
        order = _find_or_add(
            session, member_id=member_id, season_id=season_id, case_id=case_id, now=now
        )
    if order.state == "open":
        return order
    pay_url = provider.place_order(
        number=order.number,
        amount=order.amount,
        description=f"{order.year}年度会费",
        expires_at=order.expires_at,
    )
    with engine.database.transaction() as session:
        placed = session.get_one(PaymentOrder, order.id)
        if placed.state == "new":
            placed.state, placed.pay_url = "open", pay_url
        return placed


def find_live_order(
    session: Session, *, member_id: int, year: int, now: datetime
) -> PaymentOrder | None:
    """The order of a fee that can be paid now, or None."""
    return session.scalar(
        _live_orders(member_id=member_id, year=year, now=now).where(PaymentOrder.state == "open")
    )


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


def claim_paid(
    engine: Engine,
    provider: PaymentProvider | None,
    *,
    member_id: int,
    season_id: int,
    now: datetime,
) -> FeeState:
    """确认已缴费: ask the provider; if it knows of no payment, put it before the association.

    Opens its own transactions. A provider that is away raises ProviderAway: nothing is claimed
    that a moment later might turn out to be known.
    """
    with engine.database.read() as session:
        year = get_season(session, season_id).year
        numbers = session.scalars(
            select(PaymentOrder.number).where(
                PaymentOrder.member_id == member_id,
                PaymentOrder.year == year,
                PaymentOrder.state != "new",
            )
        ).all()
    found = (
        [each for number in numbers for each in provider.find_payments(number=number)]
        if provider is not None
        else []
    )
    with engine.database.transaction() as session:
        for notice in found:
            take_notice(session, notice=notice, now=now)
        return make_claim(
            session, member_id=member_id, season_id=season_id, proof_file_id=None, now=now
        )


def make_claim(
    session: Session, *, member_id: int, season_id: int, proof_file_id: UUID | None, now: datetime
) -> FeeState:
    """Put a payment that the system does not know before the association; 待确认 from then on.

    With a proof it is a transfer outside the system. A settled fee stays as it is.
    """
    # A double click is one claim.
    hold_member(session, member_id)
    season = get_season(session, season_id)
    member = get_member(session, member_id)
    state = fees.fee_state(session, member=member, season=season)
    if state.is_settled:
        return state
    fees.claim_fee(
        session,
        member_id=member_id,
        year=season.year,
        kind="payment" if proof_file_id is None else "transfer",
        expected=state.amount,
        proof_file_id=proof_file_id,
        now=now,
    )
    publish(session, name="payment_claimed", key=fee_key(member_id, season.year), now=now)
    return fees.fee_state(session, member=member, season=season)


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
        defer(session, "payment.close_order", {"number": number}, at=now, queue=QUEUE)


def provider_jobs(provider: PaymentProvider) -> tuple[Callable[..., None], ...]:
    """The jobs that ask this provider for something."""
    return refund_job(provider), closing_job(provider)


def closing_job(provider: PaymentProvider) -> Callable[..., None]:
    """Make the job that has this provider close orders."""

    @job("payment.close_order", attempts=20, queues=(QUEUE,))
    def close_order(engine: Engine, now: datetime, *, number: str) -> None:
        """Close an order that has expired or is not needed; what was paid on it is entered.

        So a payment counts although its notice was lost.
        """
        with engine.database.read() as session:
            state = session.scalar(select(PaymentOrder.state).where(PaymentOrder.number == number))
        if state not in UNPAID:
            return
        try:
            provider.close(number=number)
        except OrderPaid:
            found = provider.find_payments(number=number)
            with engine.database.transaction() as session:
                for notice in found:
                    take_notice(session, notice=notice, now=now)
            return
        with engine.database.transaction() as session:
            session.execute(
                update(PaymentOrder)
                .where(PaymentOrder.number == number, PaymentOrder.state.in_(UNPAID))
                .values(state="closed")
            )

    return close_order


def refund_job(provider: PaymentProvider) -> Callable[..., None]:
    """Make the job that sends money back through this provider."""

    @job("payment.refund", attempts=20, queues=(QUEUE,))
    def refund(engine: Engine, now: datetime, *, transaction: str) -> None:
        """Send a payment back and note it; the provider takes the same refund once."""
        with engine.database.read() as session:
            found = session.scalar(
                select(ProviderTransaction).where(ProviderTransaction.transaction == transaction)
            )
        if found is None or found.refunded_at is not None:
            return
        provider.refund(transaction=transaction, amount=found.amount)
        with engine.database.transaction() as session:
            session.execute(
                update(ProviderTransaction)
                .where(ProviderTransaction.transaction == transaction)
                .values(refunded_at=now)
            )

    return refund


def _find_or_add(
    session: Session, *, member_id: int, season_id: int, case_id: UUID | None, now: datetime
) -> PaymentOrder:
    hold_member(session, member_id)
    season = get_season(session, season_id)
    state = fees.fee_state(session, member=get_member(session, member_id), season=season)
    if state.status != fees.TO_PAY:
        raise NothingToPay
    live = session.scalar(
        _live_orders(member_id=member_id, year=season.year, now=now).where(
            # One that is only just being placed is the same order: the provider is asked again.
            PaymentOrder.state.in_(LIVE),
            PaymentOrder.amount == state.amount,
        )
    )
    if live is not None:
        return live
    # Another amount was owed before.
    close_orders(session, member_id=member_id, year=season.year, now=now)
    order_id = new_id()
    order = PaymentOrder(
        id=order_id,
        number=order_id.hex,
        member_id=member_id,
        year=season.year,
        season_id=season_id,
        case_id=case_id,
        amount=state.amount,
        state="new",
        created_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(order)
    session.flush()
    closing = {"number": order.number}
    defer(session, "payment.close_order", closing, at=order.expires_at, queue=QUEUE)
    return order


def _live_orders(*, member_id: int, year: int, now: datetime) -> Select[PaymentOrder]:
    """The last order of a fee whose time is not over."""
    return (
        select(PaymentOrder)
        .where(
            PaymentOrder.member_id == member_id,
            PaymentOrder.year == year,
            PaymentOrder.expires_at > now,
        )
        .order_by(PaymentOrder.created_at.desc(), PaymentOrder.id.desc())
        .limit(1)
    )


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
