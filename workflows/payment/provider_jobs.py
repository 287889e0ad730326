"""The jobs that ask the payment provider for something. It may be away: each can be done again."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select, update

from engine.engine import Engine
from engine.jobs import job
from workflows.payment.closing import QUEUE, UNPAID
from workflows.payment.models import PaymentOrder, ProviderTransaction
from workflows.payment.notices import take_notice
from workflows.payment.provider import OrderPaid, PaymentProvider


def make_jobs(provider: PaymentProvider) -> tuple[Callable[..., None], ...]:
    """Make the jobs that ask this provider."""
    return _refund_job(provider), _closing_job(provider)


def _closing_job(provider: PaymentProvider) -> Callable[..., None]:
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


def _refund_job(provider: PaymentProvider) -> Callable[..., None]:
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
