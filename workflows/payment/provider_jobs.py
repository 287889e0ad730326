"""The jobs that ask the payment provider for something. It may be away: each can be done again."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select, update

from engine.engine import Engine
from engine.jobs import defer, job
from workflows.payment.closing import QUEUE, UNPAID
from workflows.payment.models import PaymentOrder, ProviderTransaction
from workflows.payment.notices import take_notice
from workflows.payment.provider import OrderPaid, PaymentProvider

ASK_AGAIN = timedelta(days=1)
"""After how long a refund that is on its way is asked after."""


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
        """Send a payment back, and note when it has arrived; the provider sends it once."""
        with engine.database.read() as session:
            found = session.scalar(
                select(ProviderTransaction).where(ProviderTransaction.transaction == transaction)
            )
        if found is None or found.refunded_at is not None:
            return
        has_arrived = provider.refund(transaction=transaction, amount=found.amount)
        with engine.database.transaction() as session:
            if not has_arrived:
                # A bank takes days, and may not take it in the end.
                asked = {"transaction": transaction}
                defer(session, "payment.refund", asked, at=now + ASK_AGAIN, queue=QUEUE)
                return
            session.execute(
                update(ProviderTransaction)
                .where(ProviderTransaction.transaction == transaction)
                .values(refunded_at=now)
            )

    return refund
