"""The official account on WeChat itself.

https://developers.weixin.qq.com/doc/service/. A service account 服务号 that is verified 已认证 has
all that is used here.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from engine.engine import Engine
from workflows.channels.wechat.calls import (
    ADDRESS,
    TOKEN_OVER,
    Calls,
    expect,
    open_http,
)
from workflows.channels.wechat.envelopes import Keys
from workflows.channels.wechat.scenes import check_scene, check_state
from workflows.channels.wechat.tokens import FreshToken, Token, Tokens
from workflows.shared.bindings import note_following
from workflows.shared.channels import ChannelAway, ChannelRefused, SceneCode
from workflows.shared.service_settings import IncompleteSettings, ServiceSettings

AUTHORIZE = "https://open.weixin.qq.com/connect/oauth2/authorize"

NOT_FOLLOWING = "43004"

LONGEST = {"thing": 20, "short_thing": 10, "character_string": 32, "const": 20}
"""Characters that a field of a template may have, by its kind; WeChat refuses longer ones."""


@dataclass(frozen=True)
class Template:
    """The template 模板 that messages are sent with, and its fields for title and text."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class WechatAccount:
    """The client of one official account."""

    engine: Engine = field(repr=False)
    calls: Calls
    tokens: Tokens
    app_id: str
    secret: str = field(repr=False)
    template: Template

    def make_scene_code(self, *, scene: str, lives: timedelta, now: datetime) -> SceneCode:
        """Make a temporary QR code."""
        check_scene(scene)
        seconds = int(lives.total_seconds())
        said = {
            "expire_seconds": seconds,
            "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": scene}},
        }
        made = self._post("/cgi-bin/qrcode/create", said)
        return SceneCode(expect(made, "url"), now + timedelta(seconds=seconds))

    def send(self, *, openid: str, title: str, text: str, address: str, key: str) -> str:
        """Send a template message; WeChat remembers `key` for ten minutes and sends once.

        Who turns out to have left is noted: WeChat told of it when nobody heard.
        """
        template = self.template
        said = {
            "touser": openid,
            "template_id": template.id,
            "url": address,
            "client_msg_id": hashlib.sha256(key.encode()).hexdigest()[:32],
            "data": {
                template.title: {"value": fit(title, template.title)},
                template.text: {"value": fit(text, template.text)},
            },
        }
        try:
            return str(self._post("/cgi-bin/message/template/send", said).get("msgid", ""))
        except ChannelRefused as error:
            if error.code == NOT_FOLLOWING:
                with self.engine.database.transaction() as session:
                    note_following(session, self.engine.vault, openid=openid, is_following=False)
            raise

    def set_menu(self, menu: Mapping[str, object]) -> None:
        """Set the menu; it takes some minutes until every phone shows it."""
        self._post("/cgi-bin/menu/create", menu)

    def sign_in_address(self, *, back: str, state: str) -> str:
        """The page of WeChat that sends its reader back with a code, without asking him."""
        check_state(state)
        said = {
            "appid": self.app_id,
            "redirect_uri": back,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }
        return f"{AUTHORIZE}?{urlencode(said)}#wechat_redirect"

    def find_openid(self, *, code: str) -> str:
        """Ask whose code of web authorization this is; each can be asked for once."""
        said = {"appid": self.app_id, "grant_type": "authorization_code"}
        secrets = {"secret": self.secret, "code": code}
        found = self.calls.get("/sns/oauth2/access_token", said=said, secrets=secrets)
        return expect(found, "openid")

    def is_following(self, *, openid: str) -> bool:
        """Ask WeChat; whoever never followed does not."""
        said = {"openid": openid}
        found = self._with_token(
            lambda secrets: self.calls.get("/cgi-bin/user/info", said=said, secrets=secrets)
        )
        return bool(found.get("subscribe"))

    def _post(self, path: str, said: Mapping[str, object]) -> Mapping[str, Any]:
        return self._with_token(lambda secrets: self.calls.post(path, said=said, secrets=secrets))

    def _with_token(
        self, call: Callable[[Mapping[str, str]], Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """Call with the access token, a second time with a new one if WeChat refuses it."""
        token = self.tokens.get()
        try:
            return call(_secret(token))
        except ChannelAway as error:
            if error.code not in TOKEN_OVER:
                raise
        return call(_secret(self.tokens.get(refused=token)))


def make_account(settings: ServiceSettings, engine: Engine) -> WechatAccount:
    """The official account of an installation; raises IncompleteSettings."""
    app_id, secret = settings.get("HUIJI_WECHAT_APP_ID"), settings.get("HUIJI_WECHAT_SECRET")
    calls = Calls(open_http(settings.find("HUIJI_WECHAT_ADDRESS", ADDRESS)))
    return WechatAccount(
        engine=engine,
        calls=calls,
        tokens=Tokens(engine, app_id, lambda: fetch_token(calls, app_id, secret)),
        app_id=app_id,
        secret=secret,
        template=Template(
            settings.get("HUIJI_WECHAT_TEMPLATE"),
            settings.find("HUIJI_WECHAT_TEMPLATE_TITLE", "thing1"),
            settings.find("HUIJI_WECHAT_TEMPLATE_TEXT", "thing2"),
        ),
    )


def read_keys(settings: ServiceSettings) -> Keys:
    """What WeChat signs and encrypts with; raises IncompleteSettings."""
    names = ("HUIJI_WECHAT_APP_ID", "HUIJI_WECHAT_TOKEN", "HUIJI_WECHAT_AES_KEY")
    try:
        return Keys(*map(settings.get, names))
    except ValueError as error:
        raise IncompleteSettings(str(error)) from error


def fetch_token(calls: Calls, app_id: str, secret: str) -> FreshToken:
    """Ask for an access token: the same one until shortly before its end, whoever asks."""
    said = {"grant_type": "client_credential", "appid": app_id, "secret": secret}
    found = calls.post("/cgi-bin/stable_token", said=said)
    seconds = int(found.get("expires_in", 0))
    return FreshToken(expect(found, "access_token"), timedelta(seconds=seconds))


def fit(text: str, name: str) -> str:
    """A text as a field of a template takes it: in one line and not too long."""
    line = " ".join(text.split())
    longest = LONGEST.get(name.rstrip("0123456789"), len(line))
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _secret(token: Token) -> dict[str, str]:
    return {"access_token": token.text}
