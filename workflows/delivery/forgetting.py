"""Old deliveries and codes are forgotten: what was sent is a fact of a season, not for ever."""

from datetime import datetime, time

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.jobs import defer, job
from engine.recurring import Daily
from workflows.shared.codes import forget_old_codes
from workflows.shared.dates import ZONE
from workflows.shared.deliveries import FAN_OUT_QUEUE, Delivery, DeliveryAttempt
from workflows.shared.keeping import periods_of

NAME = "deliveries.forget"
PORTION = 2000


@job(NAME, recurs=Daily(time(3, tzinfo=ZONE)), queues=(FAN_OUT_QUEUE,))
def forget(session: Session, engine: Engine, now: datetime) -> None:
    """Remove a portion of what is older than it is kept, and have the next one removed."""
    forget_old_codes(session, now=now)
    old = session.scalars(
        select(Delivery.id)
        .where(Delivery.created_at < now - periods_of(engine).deliveries)
        .order_by(Delivery.created_at)
        .limit(PORTION)
    ).all()
    session.execute(delete(DeliveryAttempt).where(DeliveryAttempt.delivery_id.in_(old)))
    session.execute(delete(Delivery).where(Delivery.id.in_(old)))
    if len(old) == PORTION:
        defer(session, NAME, {}, at=now, lock=NAME, queue=FAN_OUT_QUEUE)
