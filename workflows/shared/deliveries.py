"""Deliveries: a message, a code or a link on its way to one person by one channel.

A delivery is written in the transaction of its reason and sent by a job later, so nothing waits
for a provider. Its key is unique and goes with it to the provider: nothing is sent twice. What
is sent is never kept here: messages have their own rows, codes and links are derived.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    ScalarSelect,
    Select,
    String,
    event,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, BigId, UtcDateTime, new_id
from engine.engine import Engine
from engine.jobs import defer, defer_many
from engine.vault import BY_MASTER
from forms.masking import mask
from workflows.shared.accounts import Account, StaffDuty
from workflows.shared.channels import EMAIL, OFFICIAL_ACCOUNT
from workflows.shared.mobiles import MAINLAND
from workflows.shared.register import Firm, Member

if TYPE_CHECKING:
    from workflows.shared.codes import OneTimeCode
    from workflows.shared.messages import Message
    from workflows.shared.one_time_links import OneTimeLink

State = Literal["due", "sent", "failed", "nowhere"]
"""`nowhere`: there was no destination, or the installation has no such channel."""

Outcome = Literal["begun", "sent", "away", "refused", "expired", "nowhere"]
"""`begun`: nothing was heard of it any more; the process ended, or what it called broke."""

FAN_OUT = "deliveries.fan_out"
SEND = "deliveries.send"
SEND_CODE = "deliveries.send_code"
FAN_OUT_QUEUE = "messages"
PORTION = 50
"""How many messages one job hands to the channels: each is a transaction."""

_WAITING = "messages_to_deliver"


class Delivery(Base):
    """One thing to one person by one channel. `what` is its template or purpose.

    `to_sealed` is where it goes, when that is not what is on file when it is sent;
    `round` counts how often somebody had it sent again.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_association_id", "association_id", "id"),
        Index("ix_delivery_state", "state", "association_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    channel: Mapped[str] = mapped_column(String(20))
    what: Mapped[str] = mapped_column(String(60))
    message_id: Mapped[int | None] = mapped_column(BigId)
    code_id: Mapped[UUID | None]
    link_id: Mapped[UUID | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    association_id: Mapped[int | None] = mapped_column(ForeignKey("association.id"))
    to_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=BY_MASTER)
    to_masked: Mapped[str] = mapped_column(String(100))
    state: Mapped[State] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(default=0)
    round: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    error: Mapped[str | None] = mapped_column(String(200))

    @property
    def provider_key(self) -> str:
        """What the provider knows it by: the same for every attempt of a round."""
        return self.key if self.round == 1 else f"{self.key}:{self.round}"


class DeliveryAttempt(Base):
    """One call of a channel. `receipt` is the provider's key of what it took."""

    __tablename__ = "delivery_attempt"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("delivery.id"), index=True)
    round: Mapped[int] = mapped_column(default=1)
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    outcome: Mapped[Outcome] = mapped_column(String(10))
    error: Mapped[str | None] = mapped_column(String(200))
    ms: Mapped[int | None]
    receipt: Mapped[str] = mapped_column(String(100), default="")


def deliver_message(session: Session, message: "Message", *, now: datetime) -> None:
    """Have a message sent by every channel that its person has, once this is committed.

    However many messages a transaction writes, its jobs are a row for each portion of them.
    """
    waiting: list[int] | None = session.info.get(_WAITING)
    if waiting is None:
        waiting = session.info[_WAITING] = []

        @event.listens_for(session, "before_commit")
        def hand_over(session: Session) -> None:
            if session.in_nested_transaction():
                return  # what is taken back of it leaves keys behind that nobody has
            keys = list(waiting)
            waiting.clear()
            portions = [keys[at : at + PORTION] for at in range(0, len(keys), PORTION)]
            jobs = [(FAN_OUT, {"message_ids": each}, now, None) for each in portions]
            defer_many(session, jobs, queue=FAN_OUT_QUEUE)

    waiting.append(message.id)


def deliver_code(
    session: Session, engine: Engine, code: "OneTimeCode", *, to: str, now: datetime
) -> None:
    """Have a code sent to `to` once this is committed; to nobody where there is no account."""
    delivery = Delivery(
        key=f"code:{code.id}:{code.channel}",
        channel=code.channel,
        what=code.purpose,
        code_id=code.id,
        account_id=code.account_id,
        to_masked=code.to_masked,
    )
    _deliver_to(session, engine, delivery, to=to, now=now)


def deliver_link(
    session: Session,
    engine: Engine,
    link: "OneTimeLink",
    *,
    to: str,
    channel: str,
    now: datetime,
) -> None:
    """Have a one-time link sent to `to` once this is committed."""
    delivery = Delivery(
        key=f"link:{link.id}:{channel}",
        channel=channel,
        what=link.purpose,
        link_id=link.id,
        account_id=link.account_id,
        to_masked=mask_destination(channel, to),
    )
    _deliver_to(session, engine, delivery, to=to, now=now)


def deliver_to_old(
    session: Session,
    engine: Engine,
    message: "Message",
    *,
    account: Account,
    places: Mapping[str, str],
    now: datetime,
) -> None:
    """Have a message sent to where its person was reached before, too: a place for a channel."""
    for channel, to in places.items():
        delivery = Delivery(
            key=f"message:{message.id}:{channel}:old",
            channel=channel,
            what=message.template,
            message_id=message.id,
            account_id=account.id,
            to_masked=mask_destination(channel, to),
        )
        _deliver_to(session, engine, delivery, to=to, now=now)


def list_attempts(session: Session, *, delivery_id: UUID) -> Sequence[DeliveryAttempt]:
    """The attempts of a delivery, the first one first."""
    return session.scalars(
        select(DeliveryAttempt)
        .where(DeliveryAttempt.delivery_id == delivery_id)
        .order_by(DeliveryAttempt.id)
    ).all()


def mask_destination(channel: str, to: str) -> str:
    """Where something goes, as people may see it; a WeChat user has no number to show."""
    if channel == OFFICIAL_ACCOUNT:
        return ""
    return mask("email", to) if channel == EMAIL else mask("mobile", to.removeprefix(MAINLAND))


def association_of(account_id: int | None) -> "ScalarSelect[int | None]":
    """The association of an account's holder, as part of a statement.

    It is asked for in the same statement whether there is such an account or not.
    """
    return holders().where(Account.id == (account_id or 0)).scalar_subquery()


def holders(*entities: Any) -> Select[Any]:
    """A query of accounts with what is named of Account, Member and Firm, and the association."""
    duty = select(func.min(StaffDuty.association_id)).where(StaffDuty.account_id == Account.id)
    association = func.coalesce(Member.association_id, Firm.association_id, duty.scalar_subquery())
    return (
        select(*entities, association)
        .select_from(Account)
        .outerjoin(Member, Member.id == Account.member_id)
        .outerjoin(Firm, Firm.id == Account.firm_id)
    )


def code_queue(channel: str) -> str:
    """Where codes and links wait: nobody who needs one waits for messages."""
    return f"{channel}_codes"


def begin_delivery(session: Session, delivery: Delivery, *, now: datetime) -> None:
    """Have a delivery sent once this is committed."""
    is_awaited = delivery.message_id is None
    defer(
        session,
        SEND_CODE if delivery.code_id is not None else SEND,
        {"delivery_id": str(delivery.id)},
        at=now,
        queue=code_queue(delivery.channel) if is_awaited else delivery.channel,
    )


def _deliver_to(
    session: Session, engine: Engine, delivery: Delivery, *, to: str, now: datetime
) -> None:
    """Begin a delivery that goes to `to`, whatever will be on file when it is sent."""
    delivery.id = new_id()
    delivery.association_id = association_of(delivery.account_id)
    delivery.to_sealed = engine.vault.seal_text(to)
    delivery.state = "due"
    delivery.created_at = now
    session.add(delivery)
    session.flush()
    begin_delivery(session, delivery, now=now)
