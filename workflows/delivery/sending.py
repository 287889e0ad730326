"""Sending: one delivery to its channel, outside any transaction, and what came of it noted.

An attempt is noted when it begins and again when it is over. Where the process ends in between,
nobody knows whether the provider took it: it is sent again under the same key, which a provider
that looks at keys takes for the same thing. One that does not may deliver it twice; it is never
lost.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.jobs import Ending, defer, job
from workflows.delivery.destinations import installed
from workflows.delivery.parcels import Parcel, Undeliverable, make_parcel
from workflows.delivery.quiet import when_to_send
from workflows.shared.channels import CHANNELS, ChannelAway, ChannelRefused, channels_of
from workflows.shared.deliveries import (
    SEND,
    SEND_CODE,
    Delivery,
    DeliveryAttempt,
    Outcome,
    State,
    code_queue,
    mask_destination,
)
from workflows.shared.templates import is_urgent

TRIES = 24
"""With growing delays, at most an hour each, for about half a day."""

CODE_TRIES = 9
"""For about as long as a code serves."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Begun:
    """An attempt that was noted and is to be made."""

    attempt_id: int
    round: int
    key: str
    parcel: Parcel


@dataclass(frozen=True)
class Came:
    """What came of an attempt; `receipt` is the provider's key."""

    outcome: Outcome
    error: str | None
    ms: int
    receipt: str = ""


def _give_up(
    session: Session, _engine: Engine, *, error: Exception, now: datetime, delivery_id: str
) -> None:
    """After the last attempt it has failed for good: an administrator sees it."""
    del now
    delivery = _hold(session, UUID(delivery_id))
    if delivery is not None:
        _end(delivery, "failed", _name(error))
        log.error("delivery %s failed for good: %s", delivery.id, delivery.error)


PAUSE = 0.05
"""Seconds between two messages of a channel, so that a season's reminding slows nobody's work."""

CODE_QUEUES = tuple(code_queue(each) for each in CHANNELS)


@job(
    SEND,
    attempts=TRIES,
    gives_up=_give_up,
    queues=(*CHANNELS, *CODE_QUEUES),
    pause=PAUSE,
)
def send(engine: Engine, now: datetime, delivery_id: str) -> Ending | None:
    """Send a message or a link; a text message that can wait waits until the morning."""
    return _send(engine, UUID(delivery_id), now)


@job(SEND_CODE, attempts=CODE_TRIES, gives_up=_give_up, queues=CODE_QUEUES)
def send_code(engine: Engine, now: datetime, delivery_id: str) -> Ending | None:
    """Send a code, for which somebody is waiting."""
    return _send(engine, UUID(delivery_id), now)


def _send(engine: Engine, delivery_id: UUID, now: datetime) -> Ending | None:
    """Make an attempt; what is noted of it in the transaction that ends the job."""
    with engine.database.transaction() as session:
        begun = _begin(session, engine, delivery_id, now)
    if begun is None:
        return None
    started = time.monotonic()
    outcome: Outcome = "sent"
    error, receipt = None, ""
    try:
        receipt = begun.parcel.send(channels_of(engine), key=begun.key)
    except ChannelRefused as refusal:
        outcome, error = "refused", _name(refusal)
    except ChannelAway as away:
        with engine.database.transaction() as session:
            _note(session, begun, Came("away", _name(away), _ms_since(started)), engine.now())
        # The job machine tries again, each time after a longer while.
        raise
    came = Came(outcome, error, _ms_since(started), receipt)
    return partial(_note, begun=begun, came=came, now=engine.now())


def _ms_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _begin(session: Session, engine: Engine, delivery_id: UUID, now: datetime) -> Begun | None:
    """Note that an attempt begins; None where there is nothing to attempt, or not now."""
    delivery = _hold(session, delivery_id)
    if delivery is None:
        return None
    if delivery.message_id is not None:
        at = when_to_send(delivery.channel, is_urgent=is_urgent(delivery.what), now=now)
        if at > now:
            args = {"delivery_id": str(delivery_id)}
            defer(session, SEND, args, at=at, queue=delivery.channel)
            return None
    if delivery.channel not in installed(channels_of(engine)):
        # Of a message the bell has all; a code that cannot be sent is for an administrator.
        _end(delivery, "failed" if delivery.code_id else "nowhere", "no_channel")
        return None
    try:
        parcel = make_parcel(session, engine, delivery, now=now)
    except Undeliverable as error:
        _end(delivery, "nowhere" if error.reason == "nowhere" else "failed", error.reason)
        return None
    delivery.attempts += 1
    if delivery.to_sealed is None:
        delivery.to_masked = mask_destination(delivery.channel, parcel.to)
    attempt = DeliveryAttempt(
        delivery_id=delivery.id, round=delivery.round, at=now, outcome="begun"
    )
    session.add(attempt)
    session.flush()
    return Begun(attempt.id, delivery.round, delivery.provider_key, parcel)


def _hold(session: Session, delivery_id: UUID) -> Delivery | None:
    """A delivery that is still to be sent, and is held until the transaction ends."""
    query = select(Delivery).where(Delivery.id == delivery_id, Delivery.state == "due")
    return session.scalar(query.with_for_update())


def _note(session: Session, begun: Begun, came: Came, now: datetime) -> None:
    attempt = session.get_one(DeliveryAttempt, begun.attempt_id)
    attempt.outcome, attempt.error, attempt.ms = came.outcome, came.error, came.ms
    attempt.receipt = came.receipt[:100]
    delivery = _hold(session, attempt.delivery_id)
    if delivery is None or delivery.round != begun.round:
        return
    if came.outcome == "sent":
        delivery.sent_at = now
        _end(delivery, "sent", None)
    elif came.outcome == "refused":
        _end(delivery, "failed", came.error)
    else:
        delivery.error = came.error


def _end(delivery: Delivery, state: State, error: str | None) -> None:
    delivery.state, delivery.error = state, error
    if delivery.message_id is None:
        # Nobody has a code sent again: where it went need not be known any longer.
        delivery.to_sealed = None


def _name(error: Exception) -> str:
    """What an error is called, never what it says: that may be a number, a code or a text."""
    if isinstance(error, ChannelAway | ChannelRefused) and error.code:
        return error.code[:200]
    return type(error.__cause__ or error).__name__[:200]
