"""Fan-out: a message becomes a delivery for each channel that its person has."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.database import new_id
from engine.engine import Engine
from engine.jobs import defer_many, job
from engine.taking_over import take_over
from workflows.delivery.destinations import find_destinations, installed
from workflows.delivery.quiet import when_to_send
from workflows.shared.accounts import Account
from workflows.shared.channels import channels_of
from workflows.shared.deliveries import (
    FAN_OUT,
    FAN_OUT_QUEUE,
    PORTION,
    SEND,
    Delivery,
    holders,
    mask_destination,
)
from workflows.shared.messages import BY_ACCOUNT, Message
from workflows.shared.register import Firm, Member
from workflows.shared.templates import channels_for, is_urgent

TOO_OLD = timedelta(days=2)
"""What waited longer, because no worker ran, surprises nobody any more: it stays in the bell."""


PAUSE = 0.2
"""Seconds in which others come together."""


@job(FAN_OUT, queues=(FAN_OUT_QUEUE,), pause=PAUSE)
def fan_out(session: Session, engine: Engine, now: datetime, message_ids: list[int]) -> None:
    """Write a delivery for each message and channel, once, and have each sent.

    Whoever has no account, or a closed one, has no channels. A thousand decisions write a message
    each: they are taken together.
    """
    while len(message_ids) < PORTION and (more := take_over(session, FAN_OUT, now=now)):
        message_ids = [*message_ids, *more["message_ids"]]
    open_channels = installed(channels_of(engine))
    if not open_channels:
        return
    is_new = Message.at > now - TOO_OLD
    messages = session.scalars(select(Message).where(Message.id.in_(message_ids), is_new)).all()
    people = _find_people(session, engine, messages)
    rows: list[dict[str, Any]] = []
    for message in messages:
        found = people.get(_recipient(message))
        if found is None:
            continue
        account, association_id = found
        wanted = [each for each in channels_for(message.template) if each in open_channels]
        destinations = find_destinations(session, engine.vault, account, wanted)
        rows += [
            _row(
                message,
                account=account,
                association_id=association_id,
                channel=channel,
                to=destinations[channel],
                now=now,
            )
            for channel in wanted
            if channel in destinations
        ]
    _write(session, engine, rows, now)


def _find_people(
    session: Session, engine: Engine, messages: Iterable[Message]
) -> dict[tuple[str, int], tuple[Account, int | None]]:
    """The open accounts of the recipients, each with its association."""
    members = {each.recipient_id for each in messages if each.recipient_kind == "member"}
    others = {each.recipient_id for each in messages if each.recipient_kind in BY_ACCOUNT}
    wanted: ColumnElement[bool] = or_(
        Account.member_id.in_(sorted(members)),
        and_(Account.member_id.is_(None), Account.id.in_(sorted(others))),
    )
    query = holders(Account, Member, Firm).where(wanted, Account.is_active)
    found: dict[tuple[str, int], tuple[Account, int | None]] = {}
    rows = session.execute(query).all()
    holding = [each.vault_subject for _a, *held, _o in rows for each in held if each is not None]
    engine.vault.read_keys(session, holding)
    for account, _member, _firm, association_id in rows:
        key = (
            (account.user_type, account.id)
            if account.member_id is None
            else ("member", account.member_id)
        )
        found[key] = (account, association_id)
    return found


def _recipient(message: Message) -> tuple[str, int]:
    return (message.recipient_kind, message.recipient_id)


def _row(
    message: Message,
    *,
    account: Account,
    association_id: int | None,
    channel: str,
    to: str,
    now: datetime,
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "key": f"message:{message.id}:{channel}",
        "channel": channel,
        "what": message.template,
        "message_id": message.id,
        "account_id": account.id,
        "association_id": association_id,
        "to_masked": mask_destination(channel, to),
        "state": "due",
        "attempts": 0,
        "round": 1,
        "created_at": now,
    }


def _write(session: Session, engine: Engine, rows: Sequence[dict[str, Any]], now: datetime) -> None:
    if not rows:
        return
    insert = sqlite.insert if engine.database.is_sqlite else postgresql.insert
    # A message that was handed over twice is delivered once.
    statement = insert(Delivery).on_conflict_do_nothing(index_elements=[Delivery.key])
    new = session.execute(
        statement.returning(Delivery.id, Delivery.channel, Delivery.what), list(rows)
    ).all()
    for channel in sorted({each.channel for each in new}):
        jobs = [
            (
                SEND,
                {"delivery_id": str(each.id)},
                when_to_send(channel, is_urgent=is_urgent(each.what), now=now),
                None,
            )
            for each in new
            if each.channel == channel
        ]
        defer_many(session, jobs, queue=channel)
