"""From a wish to a follower's phone and back, through WeChat's own protocol."""

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from engine.engine import Engine
from engine.jobs import Job
from tests.web.conftest import READY, run_jobs
from tests.web.offices import staff
from tests.workflows.channels.test_official_account import FOLLOWER, LEFT, settings
from tests.workflows.channels.wechat_server import Wechat, error, serve_wechat
from tests.workflows.conftest import NOW
from web.app import create_app
from workflows.channels.wechat.client import WechatAccount
from workflows.shared.accounts import find_account
from workflows.shared.bindings import bind, find_binding, unbind
from workflows.shared.channels import OFFICIAL_ACCOUNT, channels_of
from workflows.shared.codes import issue_code, try_code
from workflows.shared.deliveries import Delivery, list_attempts

SEND_PATH = "/cgi-bin/message/template/send"


@pytest.fixture
def service(app: Flask) -> Iterator[Wechat]:
    """WeChat, on this machine."""

    def clock() -> datetime:
        return NOW

    with serve_wechat(clock) as service:
        service.followers = {FOLLOWER: True, LEFT: False}
        yield service


@pytest.fixture
def real(app: Flask, service: Wechat) -> Iterator[Flask]:
    """An application whose official account is a real client."""
    made = create_app(replace(app.config["SETTINGS"], services=settings(service)))
    engine: Engine = made.extensions["engine"]
    engine.now = lambda: NOW
    account = channels_of(engine).official_account
    assert isinstance(account, WechatAccount)
    with account.calls.http:
        yield made
    engine.database.close()


def bind_member(engine: Engine, openid: str = FOLLOWER) -> int:
    """Bind a member of the demo to a WeChat user."""
    with engine.database.transaction() as session:
        account = find_account(session, user_type="member", login=READY)
        assert account is not None
        bind(session, engine.vault, account_id=account.id, openid=openid, now=NOW)
        return account.id


def is_reached(engine: Engine) -> bool:
    """Whether the member's official account is one that he follows, as far as is known."""
    with engine.database.read() as session:
        account = find_account(session, user_type="member", login=READY)
        assert account is not None
        binding = find_binding(session, account.id)
    return binding is not None and binding.is_following


def ask_for_code(engine: Engine, openid: str = FOLLOWER) -> None:
    """Have a code sent to the member's official account."""
    issue_code(
        engine,
        purpose="reset",
        owner="reset:test",
        account_id=bind_member(engine, openid),
        channel=OFFICIAL_ACCOUNT,
        to=openid,
        limit_on=f"individual:{READY}",
        now=NOW,
    )


def get_delivery(engine: Engine) -> Delivery:
    """The one delivery there is."""
    with engine.database.read() as session:
        return session.scalars(select(Delivery).where(Delivery.code_id.is_not(None))).one()


def test_a_code_reaches_a_follower_and_no_log_or_row(
    real: Flask, service: Wechat, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    engine = real.extensions["engine"]
    ask_for_code(engine)
    with engine.database.read() as session:
        jobs = [str(each.args) for each in session.scalars(select(Job))]
    run_jobs(real)
    run_jobs(real)
    (message,) = service.messages.values()
    assert message["touser"] == FOLLOWER
    texts = [each["value"] for each in message["data"].values()]
    (code,) = {found for each in texts for found in re.findall(r"\d{6}", each)}
    # What WeChat cuts off is never the code: both fields show it.
    assert all(code in each for each in texts)
    assert get_delivery(engine).state == "sent"
    assert code not in caplog.text
    assert not any(code in each or FOLLOWER in each for each in jobs)
    assert try_code(engine, owner="reset:test", typed=code, now=NOW) == "right"


def test_who_left_is_not_reached_and_that_is_seen(real: Flask, service: Wechat) -> None:
    engine = real.extensions["engine"]
    ask_for_code(engine, LEFT)
    run_jobs(real)
    delivery = get_delivery(engine)
    assert (delivery.state, delivery.error) == ("failed", "43004")
    assert not is_reached(engine)
    page = staff(real, "admin").open(f"/manage/deliveries/{delivery.id}")
    assert "This person does not follow the official account any more." in page.text


def tell(real: Flask, service: Wechat, **event: str) -> None:
    """Let WeChat tell of an event, twice."""
    told = service.tell(FOLLOWER, **event)
    for envelope in (next(told), next(told)):
        answer = real.test_client().post(
            "/wechat/events", query_string=dict(envelope.query), data=envelope.body
        )
        assert (answer.status_code, answer.data) == (200, b"success")


def test_what_wechat_took_and_did_not_deliver_is_seen(real: Flask, service: Wechat) -> None:
    engine = real.extensions["engine"]
    ask_for_code(engine)
    run_jobs(real)
    (message,) = service.messages.values()
    over = {"Event": "TEMPLATESENDJOBFINISH", "MsgID": str(message["msgid"])}
    tell(real, service, **over, Status="success")
    assert get_delivery(engine).state == "sent"
    tell(real, service, **over | {"MsgID": "999"}, Status="failed:user block")
    assert get_delivery(engine).state == "sent"
    engine.now = lambda: NOW + timedelta(seconds=2)
    service.clock = lambda: NOW + timedelta(seconds=2)
    tell(real, service, **over, Status="failed:user block")
    delivery = get_delivery(engine)
    assert (delivery.state, delivery.error) == ("failed", "user_block")
    with engine.database.read() as session:
        (attempt,) = list_attempts(session, delivery_id=delivery.id)
    assert (attempt.outcome, attempt.error) == ("refused", "user_block")


def test_another_followers_report_changes_nothing(real: Flask, service: Wechat) -> None:
    engine = real.extensions["engine"]
    ask_for_code(engine)
    run_jobs(real)
    with engine.database.transaction() as session:
        unbind(session, bind_member(engine))
    (message,) = service.messages.values()
    over = {"Event": "TEMPLATESENDJOBFINISH", "MsgID": str(message["msgid"])}
    tell(real, service, **over, Status="failed: system failed")
    assert get_delivery(engine).state == "sent"


def test_a_quota_is_waited_for(real: Flask, service: Wechat) -> None:
    engine = real.extensions["engine"]
    service.instead[SEND_PATH] = [error(45009)]
    ask_for_code(engine)
    run_jobs(real)
    delivery = get_delivery(engine)
    assert (delivery.state, delivery.error) == ("due", "45009")
    page = staff(real, "admin").open(f"/manage/deliveries/{delivery.id}")
    assert "On its way" in page.text
    assert "quota is used up" in page.text
    engine.now = lambda: NOW + timedelta(minutes=1)
    run_jobs(real)
    delivery = get_delivery(engine)
    assert (delivery.state, delivery.error) == ("sent", None)
    assert len(service.messages) == 1


def test_who_unfollows_is_noted_at_the_address_that_wechat_calls(
    real: Flask, service: Wechat
) -> None:
    engine = real.extensions["engine"]
    bind_member(engine)
    assert is_reached(engine)
    tell(real, service, Event="unsubscribe", EventKey="")
    assert not is_reached(engine)
