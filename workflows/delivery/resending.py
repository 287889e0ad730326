"""Sending something again that did not arrive, by hand."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Rejected
from engine.language import N_
from workflows.delivery.listing import DeliveryNotFound
from workflows.shared.access import Viewer, check
from workflows.shared.deliveries import Delivery, begin_delivery
from workflows.shared.security_events import note_event


class CannotResend(Rejected):
    """A code or a link, which only its person has sent again."""

    message = N_("Codes and links are not sent again by hand: their person asks for a new one.")


def resend(
    session: Session,
    *,
    delivery_id: UUID,
    round: int,
    viewer: Viewer,
    address: str,
    now: datetime,
) -> bool:
    """Have a message sent once more; False when it is on its way already.

    `round` is the one that whoever asks has seen: asking twice sends once. The provider is given
    another key, or it would take it for what it had. Raises NotFound, NotAllowed, CannotResend.
    """
    query = select(Delivery).where(Delivery.id == delivery_id).with_for_update()
    delivery = session.scalar(query)
    if delivery is None:
        raise DeliveryNotFound
    check(viewer, "resend", delivery)
    if not can_resend(delivery):
        raise CannotResend
    if delivery.round != round or delivery.state == "due":
        return False
    delivery.round += 1
    delivery.state, delivery.error, delivery.sent_at = "due", None, None
    begin_delivery(session, delivery, now=now)
    note_event(
        session,
        what="delivery_resent",
        account_id=delivery.account_id,
        actor=viewer.actor,
        address=address,
        details={"delivery": str(delivery.id), "channel": delivery.channel},
        now=now,
    )
    return True


def can_resend(delivery: Delivery) -> bool:
    """Whether it is something that may be sent again at all."""
    return delivery.message_id is not None
