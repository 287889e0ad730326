"""Simulated phones: what the stand-ins of the channels write to, and what a tester picks up.

In development only; in production these tables stay empty. They are in the database because a
message is sent by one server process and looked at through another.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal, cast, get_args

from sqlalchemy import ForeignKey, Index, String, Text, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, BigId, Database, UtcDateTime
from engine.errors import NotFound
from workflows.shared.channels import CHANNELS, ChannelAway, ChannelRefused
from workflows.shared.stand_ins import find_setting, keep_setting

Mood = Literal["well", "away", "slow", "refusing", "twice"]
"""How a stand-in behaves until it is told otherwise."""

MOODS: tuple[Mood, ...] = get_args(Mood)

PAYMENT = "payment"
STAND_INS = (*CHANNELS, PAYMENT)
"""Whoever can be told how to behave: the channels, and the payment provider."""

SLOW = 3.0
"""Seconds that a slow stand-in takes for everything."""

REFUSED = "stand_in"
"""The code of a refusal that a stand-in was told to give."""


class SimulatedPhone(Base):
    """A phone: a number, a mailbox and a WeChat user, who follows the official account or not.

    `mobile` in E.164; `openid` is what the official account knows the WeChat user by.
    """

    __tablename__ = "simulated_phone"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    mobile: Mapped[str] = mapped_column(String(20), unique=True)
    email: Mapped[str] = mapped_column(String(254), default="")
    openid: Mapped[str] = mapped_column(String(64), unique=True)
    is_following: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())


class PhoneMessage(Base):
    """Something that arrived. `to`: the mobile, openid or mail address it was sent to.

    `address` is what a tap on it opens, empty if nothing. `key` is unique: the channel, a colon
    and the sender's key, with `#2` behind it where the stand-in delivered twice.
    """

    __tablename__ = "phone_message"
    __table_args__ = (Index("ix_phone_message_to_id", "to", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    to: Mapped[str] = mapped_column(String(254))
    channel: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text, default="")
    key: Mapped[str] = mapped_column(String(200), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime())


class SimulatedCode(Base):
    """A code of web authorization that a simulated phone carries to our page, once."""

    __tablename__ = "simulated_code"

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    phone_id: Mapped[int] = mapped_column(ForeignKey("simulated_phone.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())


class ShownCode(Base):
    """A QR code that a stand-in made, so that a simulated phone can choose what it scans."""

    __tablename__ = "shown_code"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    content: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)


def add_phone(
    session: Session, *, name: str, mobile: str, openid: str, email: str = "", now: datetime
) -> SimulatedPhone:
    """Add a phone that follows nobody yet."""
    phone = SimulatedPhone(
        name=name, mobile=mobile, email=email, openid=openid, is_following=False, created_at=now
    )
    session.add(phone)
    session.flush()
    return phone


def list_phones(session: Session) -> Sequence[SimulatedPhone]:
    """All phones, the oldest first."""
    return session.scalars(select(SimulatedPhone).order_by(SimulatedPhone.id)).all()


def get_phone(session: Session, phone_id: int) -> SimulatedPhone:
    """A phone; raises NotFound."""
    phone = session.get(SimulatedPhone, phone_id)
    if phone is None:
        raise NotFound
    return phone


def find_phone(session: Session, openid: str) -> SimulatedPhone | None:
    """The phone of a WeChat user."""
    return session.scalar(select(SimulatedPhone).where(SimulatedPhone.openid == openid))


def set_following(session: Session, *, openid: str, is_following: bool) -> None:
    """Let a WeChat user follow the official account, or leave it."""
    session.execute(
        update(SimulatedPhone)
        .where(SimulatedPhone.openid == openid)
        .values(is_following=is_following)
    )


def list_messages(
    session: Session, phone: SimulatedPhone, *, limit: int = 50
) -> Sequence[PhoneMessage]:
    """What arrived on a phone on all channels, the newest first."""
    places = [each for each in (phone.mobile, phone.openid, phone.email) if each]
    return session.scalars(
        select(PhoneMessage)
        .where(PhoneMessage.to.in_(places))
        .order_by(PhoneMessage.id.desc())
        .limit(limit)
    ).all()


def list_messages_to(session: Session, to: str) -> Sequence[PhoneMessage]:
    """What arrived at a mobile, an openid or a mail address, the oldest first."""
    return session.scalars(
        select(PhoneMessage).where(PhoneMessage.to == to).order_by(PhoneMessage.id)
    ).all()


def show_code(session: Session, *, content: str, expires_at: datetime, now: datetime) -> None:
    """Remember a QR code for those who scan it; ones that are over are forgotten."""
    session.execute(delete(ShownCode).where(ShownCode.expires_at <= now))
    session.add(ShownCode(content=content, at=now, expires_at=expires_at))
    session.flush()


def list_codes(session: Session, *, now: datetime) -> Sequence[ShownCode]:
    """The QR codes that can be scanned, the newest first."""
    return session.scalars(
        select(ShownCode).where(ShownCode.expires_at > now).order_by(ShownCode.id.desc())
    ).all()


def set_mood(session: Session, *, channel: str, mood: Mood) -> None:
    """Tell a channel's stand-in how to behave from now on, in every process."""
    keep_setting(session, f"mood:{channel}", mood)


def list_moods(session: Session) -> dict[str, Mood]:
    """How each stand-in behaves."""
    return {channel: _mood(session, channel) for channel in STAND_INS}


def behave(database: Database, channel: str, *, wait: Callable[[float], None] = time.sleep) -> int:
    """Do as the channel's stand-in was told; how many times it delivers what it takes now.

    Raises ChannelAway or ChannelRefused.
    """
    with database.read() as session:
        mood = _mood(session, channel)
    if mood == "away":
        raise ChannelAway
    if mood == "refusing":
        raise ChannelRefused(REFUSED)
    if mood == "slow":
        wait(SLOW)
    return 2 if mood == "twice" else 1


def arrive(
    session: Session,
    *,
    channel: str,
    to: str,
    title: str,
    text: str,
    address: str = "",
    key: str,
    times: int = 1,
    now: datetime,
) -> None:
    """Let something arrive, once for its key however often it is sent."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    for number in range(1, times + 1):
        session.execute(
            insert(PhoneMessage)
            .values(
                channel=channel,
                to=to,
                title=title,
                text=text,
                address=address,
                key=f"{channel}:{key}" + (f"#{number}" if number > 1 else ""),
                at=now,
            )
            .on_conflict_do_nothing(index_elements=[PhoneMessage.key])
        )


def _mood(session: Session, channel: str) -> Mood:
    return cast("Mood", find_setting(session, f"mood:{channel}") or "well")
