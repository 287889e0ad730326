"""Telling cases that something happened: one at once, or all that wait for it by jobs."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from engine import subscriptions
from engine.actors import SYSTEM, Actor
from engine.cases import CaseIsOver, hold_case
from engine.jobs import defer_many, job
from engine.moving import Move, passed

if TYPE_CHECKING:
    from engine.engine import Engine


def send_message(
    session: Session,
    engine: "Engine",
    *,
    case_id: UUID,
    name: str,
    key: str = "",
    by: Actor,
    now: datetime,
) -> bool:
    """Tell one case of an event, now; True when it waited for it."""
    case = hold_case(session, case_id)
    move = Move(session, engine, case, by=by, now=now)
    instance = move.load()
    said = move.say("message_received", message=name)
    if not instance.send_message(name, key=key or None):
        return False
    said["passed"] = passed(instance)
    move.store(instance)
    return True


def publish(session: Session, *, name: str, key: str, now: datetime) -> int:
    """Tell every case that waits for an event, each by a job of its own; returns how many."""
    return publish_many(session, name=name, keys=[key], now=now)


def publish_many(session: Session, *, name: str, keys: Sequence[str], now: datetime) -> int:
    """Tell the cases that wait for an event with one of many keys; returns how many do."""
    found = subscriptions.subscribed(session, name=name, keys=keys)
    defer_many(
        session,
        [
            ("cases.deliver", {"case_id": str(each), "name": name, "key": key}, now, f"case:{each}")
            for each, key in found
        ],
    )
    return len(found)


@job("cases.deliver")
def deliver(
    session: Session, engine: "Engine", now: datetime, *, case_id: str, name: str, key: str
) -> None:
    """Tell one case of an event that was published; it may have gone on meanwhile."""
    try:
        send_message(session, engine, case_id=UUID(case_id), name=name, key=key, by=SYSTEM, now=now)
    except CaseIsOver:
        return
