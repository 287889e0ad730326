"""A local server that speaks WeChat's protocol: tokens, codes, messages, errors, events.

It knows the protocol from WeChat's documentation, not from our client, and seals what it tells
with another implementation of the envelopes.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit
from xml.sax.saxutils import escape

import orjson

from tests.local_server import Answer, Asked, json_answer, serve
from workflows.channels.wechat.envelopes import Envelope, Keys, sign

with warnings.catch_warnings():
    # It still does what Python 3.13 will not.
    warnings.simplefilter("ignore")
    from wechatpy.crypto import WeChatCrypto

APP_ID = "wxmarked0123456789"
SECRET = "markedappsecret0123456789abcdef0"
TEMPLATE = "markedTemplateId"
KEYS = Keys(APP_ID, "markedtoken", "markedAesKey0123456789markedAesKey012345678")
LIVES = timedelta(hours=2)
CODE_LIVES = timedelta(minutes=5)

OK = {"errcode": 0, "errmsg": "ok"}


@dataclass
class Wechat:
    """One official account: its followers, and what it did.

    `instead`: answers to give in place of the right ones, by path, each used once; `always` as
    long as it stands there.
    """

    clock: Callable[[], datetime]
    address: str = ""
    followers: dict[str, bool] = field(default_factory=dict)
    token: str = ""
    token_ends_at: datetime | None = None
    tokens_asked: int = 0
    asked: list[str] = field(default_factory=list)
    messages: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    scenes: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    codes: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    menu: Any = None
    instead: dict[str, list[Answer]] = field(default_factory=dict)
    always: Answer | None = None
    seconds: float = 0
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    lock: Lock = field(default_factory=Lock)

    def answer(self, asked: Asked) -> Answer:
        """Answer one request; one at a time, so that what it counts is right."""
        parts = urlsplit(asked.path)
        query = dict(parse_qsl(parts.query))
        with self.lock:
            self.asked.append(parts.path)
            if self.instead.get(parts.path):
                return self.instead[parts.path].pop(0)
            if self.always is not None:
                return self.always
            said = orjson.loads(asked.body) if asked.method == "POST" else {}
            answer = self._answer(f"{asked.method} {parts.path}", query, said)
        made = json_answer(answer)
        return Answer(made.status, made.body, made.headers, self.seconds)

    def be(self, mood: str) -> None:
        """Be `well`, `away` or `refusing`."""
        self.always = {
            "well": None,
            "away": error(-1),
            "refusing": error(43101),
        }[mood]

    def forget_token(self) -> None:
        """The token is good no more, though its time is not over."""
        self.token, self.token_ends_at = "", None

    def read_code(self, address: str, openid: str) -> dict[str, str]:
        """Go where a page sends its reader; what WeChat adds when it sends him back."""
        parts = urlsplit(address)
        said = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert (parts.hostname, parts.path) == ("open.weixin.qq.com", "/connect/oauth2/authorize")
        assert parts.fragment == "wechat_redirect"
        assert (said["appid"], said["response_type"]) == (APP_ID, "code")
        assert said["scope"] == "snsapi_base"
        code = f"marked-code-{next(self.numbers)}"
        self.codes[code] = (openid, self.clock() + CODE_LIVES)
        return {"back": said["redirect_uri"], "code": code, "state": said.get("state", "")}

    def scan(self, openid: str, content: str) -> Iterator[Envelope]:
        """Scan a QR code: what WeChat tells, as often as it is asked to."""
        scene, expires_at = self.scenes[content]
        assert self.clock() < expires_at
        if self.followers.get(openid):
            event = {"Event": "SCAN", "EventKey": scene}
        else:
            self.followers[openid] = True
            event = {"Event": "subscribe", "EventKey": f"qrscene_{scene}"}
        return self.tell(openid, **event, Ticket="TICKET")

    def tell(self, openid: str, **event: str) -> Iterator[Envelope]:
        """The envelopes of one event: the first, and those when no answer came in time."""
        at = self.clock()
        said = {
            "ToUserName": "gh_marked",
            "FromUserName": openid,
            "CreateTime": str(int(at.timestamp())),
            "MsgType": "event",
            **event,
        }
        inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in said.items())
        crypto = WeChatCrypto(KEYS.token, KEYS.aes_key, KEYS.app_id)
        while True:
            nonce, stamp = str(next(self.numbers)), str(int(at.timestamp()))
            body = crypto.encrypt_message(f"<xml>{inner}</xml>", nonce, stamp)
            encrypted = body.partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
            query = {
                "signature": sign(KEYS, stamp, nonce),
                "timestamp": stamp,
                "nonce": nonce,
                "openid": openid,
                "encrypt_type": "aes",
                "msg_signature": sign(KEYS, stamp, nonce, encrypted),
            }
            yield Envelope(query, body.encode())
            at += timedelta(seconds=5)

    def _answer(
        self, what: str, query: Mapping[str, str], said: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        if what == "POST /cgi-bin/stable_token":
            return self._give_token(said)
        if what == "GET /sns/oauth2/access_token":
            return self._give_openid(query)
        if query.get("access_token") != self.token or not self.token:
            return {"errcode": 40001, "errmsg": "invalid credential rid: 1"}
        if self.token_ends_at is None or self.token_ends_at <= self.clock():
            return {"errcode": 42001, "errmsg": "access_token expired rid: 1"}
        if what == "POST /cgi-bin/qrcode/create":
            return self._make_code(said)
        if what == "POST /cgi-bin/message/template/send":
            return self._send(said)
        if what == "POST /cgi-bin/menu/create":
            self.menu = said
            return OK
        if what == "GET /cgi-bin/user/info":
            if query["openid"] not in self.followers:
                return {"errcode": 40003, "errmsg": "invalid openid rid: 1"}
            return {"subscribe": int(self.followers[query["openid"]]), "openid": query["openid"]}
        return {"errcode": 40066, "errmsg": "invalid url rid: 1"}

    def _give_token(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        self.tokens_asked += 1
        if said["appid"] != APP_ID or said["grant_type"] != "client_credential":
            return {"errcode": 40013, "errmsg": "invalid appid rid: 1"}
        if said["secret"] != SECRET:
            return {"errcode": 40125, "errmsg": "invalid appsecret rid: 1"}
        now = self.clock()
        if self.token_ends_at is None or self.token_ends_at - now <= timedelta(minutes=5):
            self.token = f"marked-token-{next(self.numbers)}"
            self.token_ends_at = now + LIVES
        left = int((self.token_ends_at - now).total_seconds())
        return {"access_token": self.token, "expires_in": left}

    def _give_openid(self, query: Mapping[str, str]) -> Mapping[str, Any]:
        if (query["appid"], query["secret"]) != (APP_ID, SECRET):
            return {"errcode": 40125, "errmsg": "invalid appsecret rid: 1"}
        if "code" not in query:
            return {"errcode": 41008, "errmsg": "missing code rid: 1"}
        openid, ends_at = self.codes.get(query["code"], ("", self.clock()))
        if query["code"] in self.used:
            return {"errcode": 40163, "errmsg": "code been used rid: 1"}
        if ends_at <= self.clock() or query["grant_type"] != "authorization_code":
            return {"errcode": 40029, "errmsg": "invalid code rid: 1"}
        self.used.add(query["code"])
        return {"access_token": "marked-web-token", "expires_in": 7200, "openid": openid}

    def _make_code(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        scene = said["action_info"]["scene"]["scene_str"]
        if said["action_name"] != "QR_STR_SCENE" or not 1 <= len(scene) <= 64:
            return {"errcode": 40053, "errmsg": "invalid action info rid: 1"}
        seconds = min(said["expire_seconds"], 30 * 24 * 3600)
        address = f"http://weixin.qq.com/q/{next(self.numbers)}"
        self.scenes[address] = (scene, self.clock() + timedelta(seconds=seconds))
        return {"ticket": "TICKET", "expire_seconds": seconds, "url": address}

    def _send(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        if said["template_id"] != TEMPLATE:
            return {"errcode": 40037, "errmsg": "invalid template_id rid: 1"}
        if said["touser"] not in self.followers:
            return {"errcode": 40003, "errmsg": "invalid openid rid: 1"}
        if not self.followers[said["touser"]]:
            return {"errcode": 43004, "errmsg": "require subscribe rid: 1"}
        for name, value in said["data"].items():
            if name.startswith("thing") and not 0 < len(value["value"]) <= 20:
                return {"errcode": 47003, "errmsg": f"argument invalid! {name} rid: 1"}
        key = (said["touser"], said["client_msg_id"])
        message = self.messages.setdefault(key, {**said, "msgid": next(self.numbers)})
        return {**OK, "msgid": message["msgid"]}


def error(code: int) -> Answer:
    """What WeChat answers when it does not do it."""
    return json_answer({"errcode": code, "errmsg": "no rid: 1"})


@contextmanager
def serve_wechat(clock: Callable[[], datetime]) -> Iterator[Wechat]:
    """Serve until the block ends."""
    service = Wechat(clock)
    with serve(service.answer) as address:
        service.address = address
        yield service
