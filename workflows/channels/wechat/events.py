"""What WeChat tells our server: who scans, follows and leaves. Each is taken once.

WeChat tells again when it hears nothing within five seconds, up to three times. The row of an
event is written in the transaction of what it does; who comes later waits for it and gets the
same answer. Rows outlive every signature, so an envelope that is sent again by somebody who
listened does nothing either.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson
from sqlalchemy import LargeBinary, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, UtcDateTime
from engine.engine import Engine
from engine.errors import HuijiError
from engine.jobs import job
from engine.language import N_, _
from engine.recurring import Every
from engine.vault import BY_MASTER
from workflows.channels.wechat.envelopes import (
    Envelope,
    Keys,
    NotReadable,
    make_answer,
    open_envelope,
    read_xml,
    write_xml,
)
from workflows.shared.bindings import list_bound, note_following
from workflows.shared.channels import OFFICIAL_ACCOUNT
from workflows.shared.delivery_reports import note_lost
from workflows.shared.scans import Reply, Scan, ScanHook

NOTHING = b"success"
"""The answer that says nothing to the WeChat user."""

KEPT = timedelta(days=1)

FOLLOWED_BY_SCAN = "qrscene_"
MESSAGE_OVER = "templatesendjobfinish"
ARRIVED = "success"

WELCOME = N_(
    "Welcome. If you have forgotten your password, choose “Forgot password” in the menu; if you "
    "know it, “Bind account” lets messages reach you here."
)


class WechatEvent(Base):
    """An event that was taken. `key`: the keyed hash of what tells it from others.

    `reply` is sealed: what is answered may lead somewhere that only its reader may go.
    """

    __tablename__ = "wechat_event"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    reply: Mapped[bytes | None] = mapped_column(LargeBinary, info=BY_MASTER)
    at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)


@dataclass(frozen=True)
class Event:
    """Something a WeChat user did. `kind` in small letters; `account` is whom he did it to.

    `receipt` and `status`: what became of a template message that was sent to him.
    """

    account: str
    openid: str
    kind: str
    key: str
    identity: str
    receipt: str = ""
    status: str = ""

    @property
    def scene(self) -> str:
        """The scene of the QR code that was scanned; empty for every other event."""
        if self.kind == "subscribe" and self.key.startswith(FOLLOWED_BY_SCAN):
            return self.key.removeprefix(FOLLOWED_BY_SCAN)
        return self.key if self.kind == "scan" else ""


@dataclass(frozen=True)
class Callbacks:
    """Where the official account tells us of events; `hooks` by the prefix of their scenes."""

    engine: Engine = field(repr=False)
    keys: Keys
    hooks: Mapping[str, ScanHook]

    def receive(self, envelope: Envelope) -> bytes:
        """Take an event and give the body that answers it.

        Raises NotFromWechat and NotReadable.
        """
        now = self.engine.now()
        event = read_event(open_envelope(self.keys, envelope, now=now))
        with self.engine.database.transaction() as session:
            reply = take_event(session, self.engine, self.hooks, event=event, now=now)
        return NOTHING if reply is None else self._answer(event, reply, now)

    def _answer(self, event: Event, reply: Reply, now: datetime) -> bytes:
        content = write_xml(
            {
                "ToUserName": event.openid,
                "FromUserName": event.account,
                "CreateTime": str(int(now.timestamp())),
                "MsgType": "text",
                "Content": _write_reply(reply),
            }
        )
        return make_answer(self.keys, content, now=now)


def read_event(xml: bytes) -> Event:
    """Read what WeChat tells; a message that somebody wrote is an event of its type.

    Raises NotReadable where nobody did it.
    """
    said = read_xml(xml)
    kind = said.get("MsgType", "").lower()
    if kind == "event":
        kind = said.get("Event", "").lower()
    openid, key = said.get("FromUserName", ""), said.get("EventKey", "")
    if re.fullmatch("[0-9A-Za-z_-]{1,64}", openid) is None:
        raise NotReadable
    receipt = said.get("MsgID", "")
    # Events have no id: who and when tell them apart, and what for two within a second.
    parts = (openid, said.get("CreateTime", ""), kind, key, receipt)
    return Event(
        account=said.get("ToUserName", ""),
        openid=openid,
        kind=kind,
        key=key,
        identity=said.get("MsgId") or "|".join(parts),
        receipt=receipt,
        status=said.get("Status", ""),
    )


def take_event(
    session: Session,
    engine: Engine,
    hooks: Mapping[str, ScanHook],
    *,
    event: Event,
    now: datetime,
) -> Reply | None:
    """Do what an event means and say what is answered; the same again when told again."""
    key = engine.vault.lookup(f"wechat-event:{event.identity}")
    insert = sqlite.insert if engine.database.is_sqlite else postgresql.insert
    statement = insert(WechatEvent).values(key=key, at=now).on_conflict_do_nothing()
    if session.scalar(statement.returning(WechatEvent.key)) is None:
        return _read_kept(engine, session.get_one(WechatEvent, key))
    reply = _take(session, engine, hooks, event, now)
    if reply is not None:
        kept = orjson.dumps([reply.text, reply.words, reply.address]).decode()
        session.get_one(WechatEvent, key).reply = engine.vault.seal_text(kept)
    return reply


@job("wechat.forget_events", recurs=Every(KEPT))
def forget_events(session: Session, now: datetime) -> None:
    """Remove events that nobody can tell of again."""
    session.execute(delete(WechatEvent).where(WechatEvent.at < now - KEPT))


def _take(
    session: Session,
    engine: Engine,
    hooks: Mapping[str, ScanHook],
    event: Event,
    now: datetime,
) -> Reply | None:
    if event.kind in {"subscribe", "unsubscribe"}:
        is_following = event.kind == "subscribe"
        note_following(session, engine.vault, openid=event.openid, is_following=is_following)
    if event.kind == MESSAGE_OVER and event.status != ARRIVED:
        _note_lost(session, engine, event)
    prefix, _colon, value = event.scene.partition(":")
    hook = hooks.get(prefix)
    reply = None
    if hook is not None:
        reply = _call(session, engine, hook, Scan(event.openid, value), now)
    if reply is None and event.kind == "subscribe":
        return Reply(_(WELCOME))
    return reply


def _note_lost(session: Session, engine: Engine, event: Event) -> None:
    """A message that WeChat took did not arrive: he blocks them, or WeChat failed."""
    bound = list_bound(session, engine.vault, event.openid)
    reason = event.status.removeprefix("failed").strip(": ").replace(" ", "_")
    note_lost(
        session,
        channel=OFFICIAL_ACCOUNT,
        account_ids=[each.id for each in bound],
        receipt=event.receipt,
        error=reason or "failed",
    )


def _call(
    session: Session, engine: Engine, hook: ScanHook, scan: Scan, now: datetime
) -> Reply | None:
    """Whoever holds the phone reads why it did not work; what was half done is undone."""
    try:
        with session.begin_nested():
            return hook(session, engine=engine, scan=scan, now=now)
    except HuijiError as error:
        return Reply(str(error))


def _read_kept(engine: Engine, row: WechatEvent) -> Reply | None:
    if row.reply is None:
        return None
    return Reply(*orjson.loads(engine.vault.open_text(row.reply)))


def _write_reply(reply: Reply) -> str:
    """A text and its link as WeChat writes links in texts, which is not HTML.

    Nothing in either is escaped there, so a text cannot hold what begins a link.
    """
    text = reply.text.replace("<", "＜")
    if not reply.address:
        return text
    if any(each in reply.address for each in '"<> \n'):
        raise ValueError("an address is written in percent encoding")
    words = reply.words.replace("<", "＜")
    return f'{text}\n<a href="{reply.address}">{words}</a>'
