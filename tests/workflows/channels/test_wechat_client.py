"""What only WeChat itself brings: one token for all, errors of its own, secrets in addresses."""

import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update

from engine.engine import Engine
from tests.local_server import Answer, json_answer
from tests.workflows.channels.test_official_account import (
    BACK,
    FOLLOWER,
    LEFT,
    MENU,
    MINUTES,
    SETTINGS,
    client,
    service,
    settings,
)
from tests.workflows.channels.wechat_server import APP_ID, KEYS, LIVES, SECRET, Wechat, error
from tests.workflows.conftest import NOW
from workflows.channels.wechat import tokens
from workflows.channels.wechat.calls import find_proxy
from workflows.channels.wechat.client import WechatAccount, fit, make_account, read_keys
from workflows.channels.wechat.tokens import AccessToken
from workflows.shared.channels import ChannelAway, ChannelRefused
from workflows.shared.service_settings import IncompleteSettings, ServiceSettings

__all__ = ["client", "service"]

TOKEN_PATH = "/cgi-bin/stable_token"
SEND_PATH = "/cgi-bin/message/template/send"
ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _follower(service: Wechat) -> None:
    service.followers = {FOLLOWER: True, LEFT: False}


def send(account: WechatAccount, key: str = "k", text: str = "验证码 041527") -> str:
    return account.send(openid=FOLLOWER, title="密码找回", text=text, address=BACK, key=key)


def token_row(engine: Engine) -> AccessToken:
    with engine.database.read() as session:
        return session.scalars(select(AccessToken)).one()


def test_many_calls_need_one_token(client: WechatAccount, service: Wechat) -> None:
    for key in "abc":
        send(client, key)
    assert service.tokens_asked == 1


def test_the_token_is_kept_sealed(client: WechatAccount, service: Wechat, engine: Engine) -> None:
    send(client)
    row = token_row(engine)
    assert row.sealed is not None
    assert service.token.encode() not in row.sealed
    assert row.ends_at == NOW + LIVES


def test_a_restart_finds_the_token(client: WechatAccount, service: Wechat, engine: Engine) -> None:
    send(client)
    again = make_account(settings(service), engine)
    with again.calls.http:
        send(again)
    assert service.tokens_asked == 1


def test_threads_at_once_refresh_once(
    client: WechatAccount, service: Wechat, engine: Engine
) -> None:
    service.seconds = 0.1
    with ThreadPoolExecutor(12) as threads:
        list(threads.map(lambda key: send(client, str(key)), range(12)))
        assert service.tokens_asked == 1
        engine.now = lambda: NOW + LIVES + timedelta(seconds=1)
        list(threads.map(lambda key: send(client, str(key)), range(12, 24)))
        assert service.tokens_asked == 2
        service.forget_token()
        list(threads.map(lambda key: send(client, str(key)), range(24, 36)))
    assert service.tokens_asked == 3
    assert len(service.messages) == 36


WORKER = """
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from engine.database import Database
from engine.engine import Engine
from engine.files import FileStore
from engine.vault import Vault
from workflows.channels.wechat.calls import find_proxy
from workflows.channels.wechat.client import make_account
from workflows.shared.service_settings import ServiceSettings

name, url, now, openid = sys.argv[1:5]
engine = Engine(
    database=Database(url),
    vault=Vault([b"m" * 32], b"l" * 32, b"t" * 32),
    files=FileStore(Path("files")),
    now=lambda: datetime.fromisoformat(now),
)
account = make_account(ServiceSettings(dict(each.split("=", 1) for each in sys.argv[5:])), engine)
print("ready", flush=True)
sys.stdin.readline()

def send(number):
    account.send(openid=openid, title="t", text="t", address="", key=f"{name}:{number}")

with ThreadPoolExecutor(4) as threads:
    list(threads.map(send, range(4)))
"""


def test_processes_at_once_refresh_once(service: Wechat, database_url: str) -> None:
    service.seconds = 0.1
    given = [f"{name}={value}" for name, value in settings(service).given.items()]
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, name, database_url, NOW.isoformat(), FOLLOWER, *given],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for name in ("one", "two")
    ]
    for each in workers:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in workers:
        each.communicate("go\n", timeout=60)
    assert [each.returncode for each in workers] == [0, 0]
    assert service.tokens_asked == 1
    assert len(service.messages) == 8


def test_a_token_is_renewed_before_its_end_and_others_go_on_with_the_old(
    client: WechatAccount, service: Wechat, engine: Engine
) -> None:
    send(client, "a")
    old = token_row(engine)
    engine.now = lambda: NOW + LIVES - timedelta(minutes=3)
    with engine.database.transaction() as session:
        claimed = engine.now() + tokens.CLAIM
        session.execute(update(AccessToken).values(claimed_until=claimed))
    send(client, "b")
    assert service.tokens_asked == 1
    with engine.database.transaction() as session:
        session.execute(update(AccessToken).values(claimed_until=None))
    send(client, "c")
    assert service.tokens_asked == 2
    assert token_row(engine).number == old.number + 1


def test_a_token_that_cannot_be_opened_any_more_is_replaced(
    client: WechatAccount, service: Wechat, engine: Engine
) -> None:
    send(client)
    engine.vault = replace(engine.vault, masters=[b"n" * 32])
    send(client, "b")
    send(client, "c")
    assert service.tokens_asked == 2


def test_a_worker_that_died_while_refreshing_is_waited_for_only_a_while(
    client: WechatAccount, service: Wechat, engine: Engine
) -> None:
    send(client)
    later = NOW + LIVES + timedelta(hours=1)
    engine.now = lambda: later
    with engine.database.transaction() as session:
        session.execute(update(AccessToken).values(claimed_until=later + tokens.CLAIM))
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            engine.now = lambda: later + tokens.CLAIM

    send(replace(client, tokens=replace(client.tokens, wait=wait)), "b")
    assert (len(waits), service.tokens_asked) == (3, 2)


def test_who_waited_for_a_token_that_did_not_come_does_not_ask_again(
    client: WechatAccount, service: Wechat, engine: Engine
) -> None:
    with engine.database.transaction() as session:
        claimed = NOW + tokens.CLAIM
        session.add(AccessToken(app_id=APP_ID, number=0, claimed_until=claimed))

    def wait(_seconds: float) -> None:
        with engine.database.transaction() as session:
            session.execute(update(AccessToken).values(claimed_until=None))

    with pytest.raises(ChannelAway):
        send(replace(client, tokens=replace(client.tokens, wait=wait)))
    assert service.asked == []


def test_nobody_waits_for_ever(client: WechatAccount, engine: Engine) -> None:
    with engine.database.transaction() as session:
        claimed = NOW + tokens.CLAIM
        session.add(AccessToken(app_id=APP_ID, number=0, claimed_until=claimed))
    waits: list[float] = []
    with pytest.raises(ChannelAway):
        send(replace(client, tokens=replace(client.tokens, wait=waits.append)))
    assert sum(waits) == pytest.approx(tokens.PATIENCE)


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_token_that_is_refused_is_replaced_once(
    client: WechatAccount, service: Wechat, code: int
) -> None:
    send(client, "a")
    service.instead[SEND_PATH] = [error(code)]
    send(client, "b")
    assert service.tokens_asked == 2
    assert len(service.messages) == 2


def test_a_second_refusal_of_a_token_is_for_later(client: WechatAccount, service: Wechat) -> None:
    service.instead[SEND_PATH] = [error(40001), error(40001), error(40001)]
    with pytest.raises(ChannelAway) as away:
        send(client)
    assert away.value.code == "40001"
    assert service.asked == [TOKEN_PATH, SEND_PATH, TOKEN_PATH, SEND_PATH]


def test_a_refresh_that_fails_gives_its_claim_back(
    client: WechatAccount, service: Wechat, engine: Engine
) -> None:
    service.instead[TOKEN_PATH] = [Answer(502), json_answer({"expires_in": 7200}), error(-1)]
    for _try in range(3):
        with pytest.raises(ChannelAway):
            send(client)
        assert token_row(engine).claimed_until is None
    send(client)
    assert len(service.messages) == 1


@pytest.mark.parametrize("code", [-1, 45009, 45011, 40164, 48001, 40013, 40125])
def test_quotas_and_setup_are_for_later(client: WechatAccount, service: Wechat, code: int) -> None:
    service.instead[SEND_PATH] = [error(code)]
    with pytest.raises(ChannelAway) as away:
        send(client)
    assert away.value.code == str(code)
    send(client)


@pytest.mark.parametrize("code", [43004, 40003, 43101, 40037, 47003, 99999])
def test_what_will_never_arrive_is_refused(
    client: WechatAccount, service: Wechat, code: int
) -> None:
    service.instead[SEND_PATH] = [error(code)]
    with pytest.raises(ChannelRefused) as refused:
        send(client)
    assert refused.value.code == str(code)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500),
        Answer(302, b"", {"Location": "http://127.0.0.1:1/"}),
        Answer(200, b""),
        Answer(200, b"<html>not here</html>"),
        Answer(200, b"[]"),
        json_answer({"errcode": "busy"}),
        json_answer({"errcode": [1]}),
    ],
)
def test_an_answer_that_is_not_wechats_is_for_later(
    client: WechatAccount, service: Wechat, answer: Answer
) -> None:
    service.always = answer
    with pytest.raises(ChannelAway):
        send(client)
    with pytest.raises(ChannelAway):
        client.find_openid(code="c")


@pytest.mark.parametrize("said", [{}, {"url": 1}, {"url": ""}])
def test_an_answer_that_lacks_something_is_for_later(
    client: WechatAccount, service: Wechat, said: object
) -> None:
    service.instead["/cgi-bin/qrcode/create"] = [json_answer(said)]
    with pytest.raises(ChannelAway):
        client.make_scene_code(scene="s", lives=MINUTES, now=NOW)


def test_who_does_not_answer_is_not_waited_for(client: WechatAccount, service: Wechat) -> None:
    send(client)
    client.calls.http.timeout = httpx.Timeout(0.1)
    service.seconds = 30
    with pytest.raises(ChannelAway):
        send(client, "b")


def test_who_is_not_there_is_away(engine: Engine, service: Wechat) -> None:
    gone = make_account(settings(service, HUIJI_WECHAT_ADDRESS="http://127.0.0.1:1"), engine)
    with gone.calls.http, pytest.raises(ChannelAway):
        send(gone)


def test_the_proxy_of_the_environment_is_used(
    engine: Engine, service: Wechat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", service.address)
    monkeypatch.setenv("no_proxy", "near.invalid")
    there = make_account(settings(service, HUIJI_WECHAT_ADDRESS="http://far.invalid"), engine)
    with there.calls.http:
        send(there)
    assert service.asked == [TOKEN_PATH, SEND_PATH]
    assert find_proxy("http://near.invalid") is None
    assert find_proxy("https://far.invalid") is None


def test_a_message_whose_answer_was_lost_arrives_once(
    client: WechatAccount, service: Wechat
) -> None:
    send(client)
    service.instead[SEND_PATH] = [Answer(502)]
    with pytest.raises(ChannelAway):
        send(client)
    send(client)
    assert len(service.messages) == 1


def test_a_long_text_fits_its_field(client: WechatAccount, service: Wechat) -> None:
    send(client, text="一" * 21 + "\n二")
    (message,) = service.messages.values()
    assert message["data"]["thing2"]["value"] == "一" * 19 + "…"


@pytest.mark.parametrize(
    ("text", "name", "fitting"),
    [
        ("验证码\n 041527 ", "thing2", "验证码 041527"),
        ("x" * 20, "thing12", "x" * 20),
        ("x" * 40, "character_string1", "x" * 31 + "…"),
        ("x" * 40, "keyword1", "x" * 40),
        ("", "thing1", ""),
    ],
)
def test_texts_are_made_to_fit(text: str, name: str, fitting: str) -> None:
    assert fit(text, name) == fitting


def test_no_secret_is_in_a_log(
    client: WechatAccount, service: Wechat, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    send(client)
    service.instead[SEND_PATH] = [error(40001), Answer(500)]
    with pytest.raises(ChannelAway):
        send(client, "b")
    client.set_menu(MENU)
    code = client.make_scene_code(scene="reset:marked", lives=MINUTES, now=NOW)
    assert code.content
    said = service.read_code(client.sign_in_address(back=BACK, state="s"), FOLLOWER)
    assert client.find_openid(code=said["code"]) == FOLLOWER
    with pytest.raises(ChannelRefused):
        client.find_openid(code=said["code"])
    assert "/sns/oauth2/access_token" in caplog.text
    assert SEND_PATH in caplog.text
    for secret in (SECRET, KEYS.token, KEYS.aes_key, "marked-token", "marked-code", "041527"):
        assert secret not in caplog.text


def test_no_secret_is_in_what_is_shown_of_a_client_or_a_failure(
    client: WechatAccount, service: Wechat
) -> None:
    service.always = Answer(500)
    with pytest.raises(ChannelAway) as away:
        client.find_openid(code="marked-code")
    service.always = error(40029)
    with pytest.raises(ChannelRefused) as refused:
        client.find_openid(code="marked-code")
    shown = [repr(client), repr(client.tokens), repr(settings(service)), repr(away.getrepr())]
    shown += [str(away.getrepr()), str(refused.getrepr())]
    for text in shown:
        assert SECRET not in text
        assert "m" * 32 not in text


def _start(said: ServiceSettings, engine: Engine) -> None:
    """Read everything that an installation says of its account."""
    read_keys(said)
    make_account(said, engine).calls.http.close()


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_half_an_account_is_no_account(engine: Engine, name: str) -> None:
    half = ServiceSettings({**SETTINGS, name: ""})
    with pytest.raises(IncompleteSettings, match=name):
        _start(half, engine)


def test_an_aes_key_of_the_wrong_length_is_said(engine: Engine) -> None:
    with pytest.raises(IncompleteSettings, match="EncodingAESKey"):
        read_keys(ServiceSettings({**SETTINGS, "HUIJI_WECHAT_AES_KEY": "short"}))
