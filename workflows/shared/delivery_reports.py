"""Reports: what a provider tells of a delivery after it took it, when it did not arrive."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.shared.deliveries import Delivery, DeliveryAttempt


def note_lost(
    session: Session, *, channel: str, account_ids: Iterable[int], receipt: str, error: str
) -> bool:
    """Note that what the provider took did not arrive; False where nothing is known of it.

    `receipt` is the provider's key of it, `error` its reason. Whoever sent it again meanwhile
    waits for the newer one.
    """
    query = (
        select(Delivery, DeliveryAttempt)
        .join(DeliveryAttempt, DeliveryAttempt.delivery_id == Delivery.id)
        .where(
            Delivery.account_id.in_(tuple(account_ids)),
            Delivery.channel == channel,
            DeliveryAttempt.receipt == receipt,
            DeliveryAttempt.outcome == "sent",
        )
        .with_for_update()
    )
    found = session.execute(query).all()
    for delivery, attempt in found:
        attempt.outcome, attempt.error = "refused", error[:200]
        if delivery.state == "sent" and delivery.round == attempt.round:
            delivery.state, delivery.error = "failed", error[:200]
    return bool(found)
