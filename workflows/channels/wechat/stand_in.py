"""An official account that runs in this process: for a first run, for tests, for the simulator.

It speaks to simulated phones. It is honest: it reaches followers only, codes of web
authorization work once, QR codes expire, and what a phone does is told to our server in
envelopes that are signed and encrypted like WeChat's.
"""

import base64
import hmac
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from sqlalchemy import delete

from engine.database import new_id
from engine.engine import Engine
from engine.errors import Rejected
from engine.language import N_
from workflows.channels import phones
from workflows.channels.phones import SimulatedCode, SimulatedPhone
from workflows.channels.wechat.envelopes import (
    Envelope,
    Keys,
    make_envelope,
    open_answer,
    read_xml,
    write_xml,
)
from workflows.channels.wechat.scenes import check_scene, check_state
from workflows.shared.channels import OFFICIAL_ACCOUNT, ChannelRefused, SceneCode
from workflows.shared.stand_ins import find_setting, keep_setting

PURPOSE = "official-account-stand-in"
ORIGINAL_ID = "gh_standin00000"
MENU = "menu"
FOLLOWING = {"subscribe": True, "unsubscribe": False}
CODE_LIVES = timedelta(minutes=5)
LINK = re.compile(r'\n?<a href="([^"]*)">([^<]*)</a>')

Receive = Callable[[Envelope], bytes]
"""Our server: takes an envelope, gives the body of its answer."""


class CodeNotScanned(Rejected):
    """No code of this official account, or one that has expired."""

    message = N_("This QR code is not valid any more.")


def stand_in_keys(engine: Engine) -> Keys:
    """What the stand-in and our server share, made from the installation's own secrets."""
    return Keys(
        app_id="wxstandin00000000",
        token=engine.vault.sign(PURPOSE, b"token").hex()[:32],
        aes_key=base64.b64encode(engine.vault.sign(PURPOSE, b"aes")).decode().rstrip("="),
    )


@dataclass
class StandInAccount:
    """The stand-in; `address` is that of the simulator's pages, without a slash at its end.

    A QR code says `<address>/scan/<token>`; a page that wants to know its reader sends him to
    `<address>/authorize?back=…&state=…`.
    """

    engine: Engine = field(repr=False)
    address: str
    receive: Receive
    wait: Callable[[float], None] = time.sleep

    def make_scene_code(self, *, scene: str, lives: timedelta, now: datetime) -> SceneCode:
        """Make a QR code; the scene itself is inside, signed."""
        self._behave()
        check_scene(scene)
        expires_at = now + lives
        said = orjson.dumps([scene, expires_at.isoformat()])
        body = base64.urlsafe_b64encode(said).rstrip(b"=").decode()
        content = f"{self.address}/scan/{body}.{self._sign(body)}"
        with self.engine.database.transaction() as session:
            phones.show_code(session, content=content, expires_at=expires_at, now=now)
        return SceneCode(content, expires_at)

    def send(self, *, openid: str, title: str, text: str, address: str, key: str) -> str:
        """Let a message arrive on the phone of a follower."""
        times = self._behave()
        with self.engine.database.transaction() as session:
            phone = phones.find_phone(session, openid)
            if phone is None:
                raise ChannelRefused("40003")
            if not phone.is_following:
                raise ChannelRefused("43004")
            phones.arrive(
                session,
                channel=OFFICIAL_ACCOUNT,
                to=openid,
                title=title,
                text=text,
                address=address,
                key=key,
                times=times,
                now=self.engine.now(),
            )
        return f"stand-in-{key}"

    def set_menu(self, menu: Mapping[str, object]) -> None:
        """Show a menu on every phone that follows."""
        self._behave()
        with self.engine.database.transaction() as session:
            keep_setting(session, MENU, dict(menu))

    def sign_in_address(self, *, back: str, state: str) -> str:
        """The simulator's page that knows whose phone it is shown on."""
        check_state(state)
        return f"{self.address}/authorize?{urlencode({'back': back, 'state': state})}"

    def find_openid(self, *, code: str) -> str:
        """Take a code of web authorization, once."""
        self._behave()
        with self.engine.database.transaction() as session:
            taken = delete(SimulatedCode).where(SimulatedCode.code == code)
            found = session.execute(
                taken.returning(SimulatedCode.phone_id, SimulatedCode.expires_at)
            ).one_or_none()
            if found is None or found.expires_at <= self.engine.now():
                raise ChannelRefused("40029")
            return phones.get_phone(session, found.phone_id).openid

    def is_following(self, *, openid: str) -> bool:
        """Ask the phone."""
        self._behave()
        with self.engine.database.read() as session:
            phone = phones.find_phone(session, openid)
        if phone is None:
            raise ChannelRefused("40003")
        return phone.is_following

    # What is done with a phone.

    def read_menu(self) -> Any:
        """The menu as it was set, or None."""
        with self.engine.database.read() as session:
            return find_setting(session, MENU)

    def make_sign_in_code(self, phone_id: int) -> str:
        """The code that a phone brings back to the page that sent it to `sign_in_address`."""
        code = secrets.token_hex(16)
        expires_at = self.engine.now() + CODE_LIVES
        with self.engine.database.transaction() as session:
            session.add(SimulatedCode(code=code, phone_id=phone_id, expires_at=expires_at))
        return code

    def scan(self, phone_id: int, content: str) -> None:
        """Scan a QR code with a phone; who does not follow yet does so by that.

        Raises CodeNotScanned.
        """
        scene = self._read_scene(content)
        phone = self._get_phone(phone_id)
        if phone.is_following:
            event = {"Event": "SCAN", "EventKey": scene}
        else:
            event = {"Event": "subscribe", "EventKey": f"qrscene_{scene}"}
        self._tell(phone, {**event, "Ticket": content})

    def follow(self, phone_id: int) -> None:
        """Follow the official account, found by its name."""
        phone = self._get_phone(phone_id)
        if not phone.is_following:
            self._tell(phone, {"Event": "subscribe", "EventKey": ""})

    def unfollow(self, phone_id: int) -> None:
        """Leave the official account."""
        phone = self._get_phone(phone_id)
        if phone.is_following:
            self._tell(phone, {"Event": "unsubscribe", "EventKey": ""})

    def tap(self, phone_id: int, *, address: str) -> None:
        """Tap an entry of the menu that opens a page; the caller opens it."""
        self._tell(self._get_phone(phone_id), {"Event": "VIEW", "EventKey": address})

    def _tell(self, phone: SimulatedPhone, event: Mapping[str, str]) -> None:
        """Tell our server of an event, twice if told to, and show its first answer."""
        times, now = self._behave(), self.engine.now()
        if event["Event"] in FOLLOWING:
            self._set_following(phone, is_following=FOLLOWING[event["Event"]])
        told = {
            "ToUserName": ORIGINAL_ID,
            "FromUserName": phone.openid,
            "CreateTime": str(int(now.timestamp())),
            "MsgType": "event",
            # WeChat's events have none; a clock that stands still would make two of them one.
            "MsgId": str(new_id().int),
            **event,
        }
        keys = stand_in_keys(self.engine)
        answers = [
            self.receive(make_envelope(keys, write_xml(told), now=now)) for _ in range(times)
        ]
        if answers[0] in {b"", b"success"}:
            return
        text = read_xml(open_answer(keys, answers[0], now=now)).get("Content", "")
        link = LINK.search(text)
        with self.engine.database.transaction() as session:
            phones.arrive(
                session,
                channel=OFFICIAL_ACCOUNT,
                to=phone.openid,
                title=link[2] if link else "",
                text=LINK.sub("", text),
                address=link[1] if link else "",
                key=f"answer:{new_id()}",
                now=now,
            )

    def _read_scene(self, content: str) -> str:
        body, _, signature = content.rpartition("/")[2].partition(".")
        if not hmac.compare_digest(self._sign(body).encode(), signature.encode()):
            raise CodeNotScanned
        scene, expires_at = orjson.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        if datetime.fromisoformat(expires_at) <= self.engine.now():
            raise CodeNotScanned
        return str(scene)

    def _get_phone(self, phone_id: int) -> SimulatedPhone:
        with self.engine.database.read() as session:
            return phones.get_phone(session, phone_id)

    def _set_following(self, phone: SimulatedPhone, *, is_following: bool) -> None:
        with self.engine.database.transaction() as session:
            phones.set_following(session, openid=phone.openid, is_following=is_following)

    def _sign(self, body: str) -> str:
        return self.engine.vault.sign(PURPOSE, body.encode()).hex()[:32]

    def _behave(self) -> int:
        return phones.behave(self.engine.database, OFFICIAL_ACCOUNT, wait=self.wait)
