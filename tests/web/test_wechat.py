"""The address at which WeChat tells of events, and which official account there is."""

from base64 import b64encode
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from engine.engine import Engine
from engine.errors import Conflict
from tests.web.conftest import Visitor
from tests.workflows.conftest import NOW
from web.app import create_app
from web.settings import IncompleteSettings, Settings
from workflows.channels.wechat.client import WechatAccount
from workflows.channels.wechat.envelopes import (
    Envelope,
    Keys,
    make_envelope,
    open_answer,
    read_xml,
    sign,
    write_xml,
)
from workflows.channels.wechat.stand_in import StandInAccount, stand_in_keys
from workflows.shared.channels import channels_of
from workflows.shared.scans import Reply, Scan, on_scan, scan_hooks_in

ADDRESS = "/wechat/events"
OPENID = "oPhone00000000000000000001"
KEY = b64encode(b"k" * 32).decode()
PRODUCTION = {
    "HUIJI_ENVIRONMENT": "production",
    "HUIJI_PUBLIC_URL": "https://huiji.example",
    "HUIJI_SECRET_MASTER": KEY,
    "HUIJI_SECRET_LOOKUP": KEY,
    "HUIJI_SECRET_TRAIL": KEY,
    "HUIJI_SECRET_COOKIE": KEY,
}
ACCOUNT = {
    "HUIJI_WECHAT_APP_ID": "wx0123456789abcdef",
    "HUIJI_WECHAT_SECRET": "s",
    "HUIJI_WECHAT_TOKEN": "t",
    "HUIJI_WECHAT_AES_KEY": "a" * 43,
    "HUIJI_WECHAT_TEMPLATE": "template",
}


@pytest.fixture
def keys(app: Flask) -> Keys:
    """What the stand-in and this application share."""
    return stand_in_keys(app.extensions["engine"])


def told(keys: Keys, at: datetime = NOW, **event: str) -> Envelope:
    """What WeChat sends when somebody does something."""
    said = {
        "ToUserName": "gh_1",
        "FromUserName": OPENID,
        "CreateTime": str(int(NOW.timestamp())),
        "MsgType": "event",
        **event,
    }
    return make_envelope(keys, write_xml(said), now=at)


def post(app: Flask, envelope: Envelope, **options: object) -> TestResponse:
    """Send an envelope as a program does: no cookies, no token of ours."""
    return app.test_client().post(
        ADDRESS,
        query_string=dict(envelope.query),
        data=envelope.body,
        content_type="text/xml",
        **options,
    )


def let_scan(app: Flask, hook: object) -> None:
    """Have scenes that begin with `test:` taken."""
    app.extensions["wechat_callbacks"].hooks["test"] = hook


def test_wechat_is_shown_that_the_address_is_ours(app: Flask, keys: Keys) -> None:
    stamp = str(int(NOW.timestamp()))
    query = {"timestamp": stamp, "nonce": "n", "echostr": "<b>42</b>"}
    query["signature"] = sign(keys, stamp, "n")
    answer = app.test_client().get(ADDRESS, query_string=query)
    assert (answer.status_code, answer.text) == (200, "<b>42</b>")
    assert answer.mimetype == "text/plain"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("changed", [{"signature": "0" * 40}, {"timestamp": "1"}, {"nonce": ""}])
def test_nobody_else_hears_his_echo(app: Flask, keys: Keys, changed: dict[str, str]) -> None:
    stamp = str(int(NOW.timestamp()))
    query = {"timestamp": stamp, "nonce": "n", "signature": sign(keys, stamp, "n")}
    answer = app.test_client().get(ADDRESS, query_string={**query, "echostr": "42xyz", **changed})
    assert (answer.status_code, answer.data) == (403, b"")


def test_a_scan_is_answered_with_a_sealed_link(app: Flask, keys: Keys) -> None:
    def hook(_session: Session, *, engine: Engine, scan: Scan, now: datetime) -> Reply:
        return Reply(f"{scan.openid} {scan.value}", "找回密码", "https://huiji.example/x?a=1&b=2")

    let_scan(app, hook)
    answer = post(app, told(keys, Event="SCAN", EventKey="test:abc"))
    assert (answer.status_code, answer.mimetype) == (200, "application/xml")
    assert "huiji.example" not in answer.text
    said = read_xml(open_answer(keys, answer.data, now=NOW))
    assert (said["ToUserName"], said["FromUserName"], said["MsgType"]) == (OPENID, "gh_1", "text")
    link = '<a href="https://huiji.example/x?a=1&b=2">找回密码</a>'
    assert said["Content"] == f"{OPENID} abc\n{link}"
    assert not answer.headers.getlist("Set-Cookie")


def test_answers_are_in_chinese_whatever_wechats_servers_speak(app: Flask, keys: Keys) -> None:
    def hook(_session: Session, *, engine: Engine, scan: Scan, now: datetime) -> Reply:
        raise Conflict

    let_scan(app, hook)
    answer = post(
        app, told(keys, Event="SCAN", EventKey="test:abc"), headers={"Accept-Language": "en"}
    )
    content = read_xml(open_answer(keys, answer.data, now=NOW))["Content"]
    assert content
    assert not content.isascii()


def test_what_breaks_is_not_answered_and_is_done_when_told_again(app: Flask, keys: Keys) -> None:
    app.testing = False
    broken = [True, False]

    def hook(_session: Session, *, engine: Engine, scan: Scan, now: datetime) -> Reply:
        if broken.pop(0):
            raise RuntimeError
        return Reply("done")

    let_scan(app, hook)
    envelope = told(keys, Event="SCAN", EventKey="test:abc")
    assert post(app, envelope).status_code == 500
    assert post(app, envelope).status_code == 200
    assert post(app, envelope).status_code == 200
    assert not broken


def test_an_event_that_means_nothing_to_us_is_taken(app: Flask, keys: Keys) -> None:
    for event in ("CLICK", "VIEW", "TEMPLATESENDJOBFINISH", "unsubscribe", "LOCATION"):
        answer = post(app, told(keys, Event=event, EventKey="x"))
        assert (answer.status_code, answer.data) == (200, b"success")


def test_what_is_too_old_or_forged_is_refused(app: Flask, keys: Keys) -> None:
    old = told(keys, NOW - timedelta(minutes=6), Event="subscribe", EventKey="")
    assert post(app, old).status_code == 403
    forged = make_envelope(Keys(keys.app_id, "other", keys.aes_key), b"<xml/>", now=NOW)
    assert post(app, forged).status_code == 403
    assert app.test_client().post(ADDRESS).status_code == 403


def test_a_message_in_the_clear_is_refused(app: Flask, keys: Keys) -> None:
    envelope = told(keys, Event="subscribe", EventKey="")
    clear = b"<xml><FromUserName>o</FromUserName><MsgType>event</MsgType></xml>"
    assert post(app, replace(envelope, body=clear)).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Encrypt>&e;</Encrypt></xml>',
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><xml><Encrypt>x</Encrypt></xml>',
    ],
)
def test_what_is_no_plain_xml_is_refused(app: Flask, keys: Keys, body: bytes) -> None:
    envelope = told(keys, Event="subscribe", EventKey="")
    answer = post(app, replace(envelope, body=body))
    assert (answer.status_code, answer.data) == (422, b"")


def test_a_body_beyond_what_wechat_sends_is_not_read(app: Flask, keys: Keys) -> None:
    envelope = told(keys, Event="subscribe", EventKey="")
    assert post(app, replace(envelope, body=b"x" * 70_000)).status_code == 413


def test_hooks_are_found_in_the_modules_that_mark_them() -> None:
    module = type(pytest)("invented")

    @on_scan("invented")
    def hook(_session: Session, *, engine: Engine, scan: Scan, now: datetime) -> None:
        return None

    vars(module).update(hook=hook, other=test_hooks_are_found_in_the_modules_that_mark_them)
    assert scan_hooks_in([module]) == {"invented": hook}


def make_app(folder: Path, url: str, **given: str) -> Flask:
    """An application in production."""
    values = {**PRODUCTION, "HUIJI_VAR": str(folder), "HUIJI_DATABASE_URL": url, **given}
    return create_app(Settings.from_environment(values))


def test_production_has_the_account_that_is_named(tmp_path: Path, sqlite_url: str) -> None:
    app = make_app(tmp_path, sqlite_url, **ACCOUNT)
    account = channels_of(app.extensions["engine"]).official_account
    assert isinstance(account, WechatAccount)
    with account.calls.http:
        keys = Keys("wx0123456789abcdef", "t", "a" * 43)
        now = app.extensions["engine"].now()
        answer = post(app, told(keys, now, Event="VIEW", EventKey="x"))
    assert (answer.status_code, answer.data) == (200, b"success")
    app.extensions["engine"].database.close()


def test_the_domain_is_proved_with_what_wechat_gave(tmp_path: Path, sqlite_url: str) -> None:
    app = make_app(tmp_path, sqlite_url, HUIJI_WECHAT_DOMAIN_PROOF="aB3dE6gH")
    answer = app.test_client().get("/MP_verify_aB3dE6gH.txt")
    assert (answer.text, answer.mimetype) == ("aB3dE6gH", "text/plain")
    assert app.test_client().get("/MP_verify_other.txt").status_code == 404
    app.extensions["engine"].database.close()


def test_production_without_an_account_has_none(tmp_path: Path, sqlite_url: str) -> None:
    app = make_app(tmp_path, sqlite_url)
    assert channels_of(app.extensions["engine"]).official_account is None
    assert app.test_client().get(ADDRESS).status_code == 404
    assert app.test_client().post(ADDRESS).status_code == 404
    app.extensions["engine"].database.close()


@pytest.mark.parametrize("name", sorted(set(ACCOUNT) - {"HUIJI_WECHAT_APP_ID"}))
def test_production_does_not_start_with_half_an_account(
    tmp_path: Path, sqlite_url: str, name: str
) -> None:
    with pytest.raises(IncompleteSettings, match=name):
        make_app(tmp_path, sqlite_url, **{**ACCOUNT, name: ""})


def test_development_has_a_stand_in(app: Flask, visitor: Visitor) -> None:
    assert isinstance(channels_of(app.extensions["engine"]).official_account, StandInAccount)
