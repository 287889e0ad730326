"""Paying a fee: orders are placed, claims made. All of it may happen twice."""

import logging
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine.database import new_id
from engine.engine import Engine
from engine.errors import Conflict
from engine.language import N_
from engine.message_events import publish
from workflows.payment.closing import LIVE, close_at, close_orders
from workflows.payment.models import LIFETIME, PaymentOrder
from workflows.payment.notices import take_notice
from workflows.payment.provider import PaymentProvider, ProviderRefused
from workflows.shared import fees
from workflows.shared.fees import FeeState, fee_key
from workflows.shared.register import get_member, hold_member
from workflows.shared.seasons import get_season

log = logging.getLogger(__name__)


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
    ProviderAway, after which the same order is placed again, or ProviderRefused.
    """
    with engine.database.transaction() as session:
        order = _find_or_add(
            session, member_id=member_id, season_id=season_id, case_id=case_id, now=now
        )
    if order.state == "open":
        return order
    try:
        pay_url = provider.place_order(
            number=order.number,
            amount=order.amount,
            description=f"{order.year}年度会费",
            expires_at=order.expires_at,
        )
    except ProviderRefused as refused:
        log.warning("the payment provider refused an order: %s", refused.code)
        # It would be refused again under this number, for as long as it lives.
        with engine.database.transaction() as session:
            close_orders(session, member_id=member_id, year=order.year, now=now)
        raise
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
    close_at(session, number=order.number, at=order.expires_at)
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
