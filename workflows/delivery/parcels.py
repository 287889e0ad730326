"""What is sent: a delivery becomes words and a destination only in the moment of sending.

Codes and links are derived here and are nowhere else; neither is a part of any error.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from sqlalchemy.orm import Session

from engine.engine import Engine
from workflows.delivery import words
from workflows.delivery.destinations import find_destinations, valid_destination
from workflows.shared.accounts import Account
from workflows.shared.channels import OFFICIAL_ACCOUNT, SMS, Channels, SmsTemplate
from workflows.shared.codes import OneTimeCode, derive_code
from workflows.shared.dates import ZONE
from workflows.shared.deliveries import Delivery
from workflows.shared.messages import Message
from workflows.shared.one_time_links import OneTimeLink, derive_link
from workflows.shared.public_address import message_address, public_address


@dataclass(frozen=True)
class Parcel:
    """What one channel is told to send; `address` is what it opens, empty if nothing."""

    channel: str
    to: str
    title: str
    text: str
    address: str
    mail: str
    sms: SmsTemplate
    values: Mapping[str, str]

    def send(self, channels: Channels, *, key: str) -> str:
        """Hand it to its channel, outside any transaction; raises ChannelAway, ChannelRefused."""
        if self.channel == OFFICIAL_ACCOUNT and channels.official_account is not None:
            return channels.official_account.send(
                openid=self.to, title=self.title, text=self.text, address=self.address, key=key
            )
        if self.channel == SMS and channels.sms is not None:
            return channels.sms.send(mobile=self.to, template=self.sms, values=self.values, key=key)
        if channels.mail is None:
            raise ValueError(f"nobody sends {self.channel}")
        return channels.mail.send(to=self.to, subject=self.title, text=self.mail, key=key)


class Undeliverable(Exception):
    """There is nothing to send any more, or nowhere to send it; `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def make_parcel(session: Session, engine: Engine, delivery: Delivery, *, now: datetime) -> Parcel:
    """What a delivery sends, and where to; raises Undeliverable."""
    account = session.get(Account, delivery.account_id) if delivery.account_id else None
    to = _find_destination(session, engine, delivery, account)
    if not to:
        raise Undeliverable("nowhere")
    language = words.language_of(account.locale if account is not None else "")
    packing = _Packing(session, engine, delivery, to, language)
    if delivery.code_id is not None:
        return packing.pack_code(now)
    if delivery.link_id is not None:
        return packing.pack_link(now)
    return packing.pack_message(account)


def _find_destination(
    session: Session, engine: Engine, delivery: Delivery, account: Account | None
) -> str:
    if delivery.to_sealed is not None:
        return valid_destination(delivery.channel, engine.vault.open_text(delivery.to_sealed))
    if account is None or not account.is_active:
        return ""
    found = find_destinations(session, engine.vault, account, [delivery.channel])
    return found.get(delivery.channel, "")


@dataclass(frozen=True)
class _Packing:
    """A delivery that is packed for its destination, in the language that is read there."""

    session: Session
    engine: Engine
    delivery: Delivery
    to: str
    language: str

    def pack_code(self, now: datetime) -> Parcel:
        code = self.session.get(OneTimeCode, self.delivery.code_id)
        if code is None or code.expires_at <= now or code.used_at is not None:
            # A newer code took its place, or it came too late to be of use.
            raise Undeliverable("expired")
        values = {
            "code": derive_code(self.engine.vault, code.id),
            "minutes": _minutes(code.expires_at, now),
        }
        title, text = (words.fill(each, **values) for each in words.CODE[self.language])
        mail = words.fill(words.MAIL_TO_NOBODY_KNOWN[self.language], text=text, address="")
        return self._pack(title, text, "", mail, sms="code", values=values)

    def pack_link(self, now: datetime) -> Parcel:
        link = self.session.get(OneTimeLink, self.delivery.link_id)
        if link is None or link.expires_at <= now or link.used_at is not None:
            raise Undeliverable("expired")
        address = derive_link(self.engine.vault, link.id, public_address(self.engine))
        until = f"{link.expires_at.astimezone(ZONE):%Y-%m-%d %H:%M}"
        said = words.LINK[link.purpose][self.language]
        title, text = (words.fill(each, until=until) for each in said)
        mail = words.fill(words.MAIL_TO_NOBODY_KNOWN[self.language], text=text, address=address)
        values = {"link": address, "minutes": _minutes(link.expires_at, now)}
        return self._pack(title, text, address, mail, sms="link", values=values)

    def pack_message(self, account: Account | None) -> Parcel:
        message = self.session.get(Message, self.delivery.message_id)
        if message is None or account is None:
            raise Undeliverable("nowhere")
        is_english = self.language == words.ENGLISH
        title, text, sms, office = (
            getattr(message, f"{name}_en" if is_english else name)
            for name in ("title", "text", "sms", "office")
        )
        address = message_address(self.engine, message.id)
        mail = words.fill(
            words.MAIL[self.language],
            name=account.name,
            text=text,
            address=address,
            office=office,
        )
        return self._pack(title, text, address, mail, sms="notice", values={"title": sms or title})

    def _pack(
        self,
        title: str,
        text: str,
        address: str,
        mail: str,
        *,
        sms: SmsTemplate,
        values: Mapping[str, str],
    ) -> Parcel:
        return Parcel(
            self.delivery.channel, self.to, title, text, address, mail, sms=sms, values=values
        )


def _minutes(until: datetime, now: datetime) -> str:
    return str(ceil((until - now).total_seconds() / 60))
