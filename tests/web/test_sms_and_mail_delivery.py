"""From a wish to a phone and a mailbox, through the protocols of the providers."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from engine.engine import Engine
from engine.jobs import Job
from tests.web.conftest import READY, run_jobs
from tests.web.offices import staff
from tests.workflows.channels.mail_server import MailServer, serve_mail
from tests.workflows.channels.tencent_server import (
    APP_ID,
    SECRET_ID,
    SECRET_KEY,
    Tencent,
    serve_tencent,
)
from tests.workflows.conftest import NOW
from web.app import create_app
from workflows.channels.sms.tencent import TencentSms
from workflows.shared.accounts import find_account
from workflows.shared.channels import EMAIL, SMS, channels_of
from workflows.shared.codes import issue_code, try_code
from workflows.shared.deliveries import Delivery
from workflows.shared.service_settings import ServiceSettings

MOBILE, ADDRESS = "+8613900000001", "zhou@example.com"


@pytest.fixture
def tencent(app: Flask) -> Iterator[Tencent]:
    """Tencent Cloud, on this machine."""
    with serve_tencent(lambda: NOW) as service:
        yield service


@pytest.fixture
def mail() -> Iterator[MailServer]:
    """A mail server on this machine."""
    with serve_mail() as server:
        yield server


@pytest.fixture
def real(app: Flask, tencent: Tencent, mail: MailServer) -> Iterator[Flask]:
    """An application with a provider of text messages and a mail server."""
    given = {
        "HUIJI_SMS_PROVIDER": "tencent",
        "HUIJI_SMS_SIGNATURE": "会籍",
        "HUIJI_SMS_TEMPLATE_CODE": "1",
        "HUIJI_SMS_TEMPLATE_LINK": "2",
        "HUIJI_SMS_TEMPLATE_NOTICE": "3",
        "HUIJI_SMS_TENCENT_APP_ID": APP_ID,
        "HUIJI_SMS_TENCENT_SECRET_ID": SECRET_ID,
        "HUIJI_SMS_TENCENT_SECRET_KEY": SECRET_KEY,
        "HUIJI_SMS_TENCENT_ADDRESS": tencent.address,
        "HUIJI_MAIL_SERVER": "127.0.0.1",
        "HUIJI_MAIL_SECURITY": "none",
        "HUIJI_MAIL_PORT": str(mail.port),
        "HUIJI_MAIL_FROM": "noreply@huiji.example",
    }
    made = create_app(replace(app.config["SETTINGS"], services=ServiceSettings(given)))
    engine: Engine = made.extensions["engine"]
    engine.now = lambda: NOW
    sms = channels_of(engine).sms
    assert isinstance(sms, TencentSms)
    channels = replace(channels_of(engine), sms=replace(sms, clock=lambda: NOW))
    engine.services["channels"] = channels
    with sms.http:
        yield made
    engine.database.close()


def ask_for_code(engine: Engine, channel: str, to: str) -> None:
    """Have a code sent."""
    with engine.database.read() as session:
        account = find_account(session, user_type="member", login=READY)
        assert account is not None
    issue_code(
        engine,
        purpose="reset",
        owner="reset:test",
        account_id=account.id,
        channel=channel,
        to=to,
        limit_on=f"individual:{READY}",
        now=NOW,
    )


def get_delivery(engine: Engine) -> Delivery:
    """The one delivery there is."""
    with engine.database.read() as session:
        return session.scalars(select(Delivery)).one()


def test_a_code_reaches_a_phone_and_no_row(real: Flask, tencent: Tencent) -> None:
    engine = real.extensions["engine"]
    ask_for_code(engine, SMS, MOBILE)
    with engine.database.read() as session:
        jobs = [str(each.args) for each in session.scalars(select(Job))]
    for _ in range(2):
        run_jobs(real)
    (sent,) = tencent.sent
    assert (sent["PhoneNumberSet"], sent["SignName"]) == ([MOBILE], "会籍")
    code, minutes = sent["TemplateParamSet"]
    assert minutes == "5"
    assert not any(code in each or MOBILE in each for each in jobs)
    assert get_delivery(engine).state == "sent"
    assert try_code(engine, owner="reset:test", typed=code, now=NOW) == "right"


def test_a_code_reaches_a_mailbox(real: Flask, mail: MailServer) -> None:
    engine = real.extensions["engine"]
    ask_for_code(engine, EMAIL, ADDRESS)
    for _ in range(2):
        run_jobs(real)
    ((recipients, letter),) = mail.letters
    assert recipients == [ADDRESS]
    (code,) = re.findall(r"(?<!\d)\d{6}(?!\d)", letter.get_content())
    assert get_delivery(engine).state == "sent"
    assert try_code(engine, owner="reset:test", typed=code, now=NOW) == "right"


def test_throttling_is_waited_for(real: Flask, tencent: Tencent) -> None:
    engine = real.extensions["engine"]
    tencent.code = "LimitExceeded.PhoneNumberThirtySecondLimit"
    ask_for_code(engine, SMS, MOBILE)
    run_jobs(real)
    delivery = get_delivery(engine)
    assert (delivery.state, delivery.error) == ("due", tencent.code)
    page = staff(real, "admin").open(f"/manage/deliveries/{delivery.id}")
    assert "as many text messages as the provider allows for now" in page.text
    tencent.code = "Ok"
    engine.now = lambda: NOW + timedelta(minutes=1)
    run_jobs(real)
    assert get_delivery(engine).state == "sent"
    assert len(tencent.sent) == 1


def tells(real: Flask, sentence: str) -> bool:
    """Whether the delivery failed and its page says why to an administrator."""
    delivery = get_delivery(real.extensions["engine"])
    page = staff(real, "admin").open(f"/manage/deliveries/{delivery.id}")
    return delivery.state == "failed" and sentence in page.text


def test_who_does_not_want_text_messages_is_named_to_administrators(
    real: Flask, tencent: Tencent
) -> None:
    tencent.code = "FailedOperation.PhoneNumberInBlacklist"
    ask_for_code(real.extensions["engine"], SMS, MOBILE)
    run_jobs(real)
    assert tells(real, "This number does not want text messages.")


def test_a_mailbox_that_is_not_there_is_named_to_administrators(
    real: Flask, mail: MailServer
) -> None:
    mail.at_recipient = "550 5.1.1 no such mailbox"
    ask_for_code(real.extensions["engine"], EMAIL, ADDRESS)
    run_jobs(real)
    assert tells(real, "The mail server knows no such mailbox.")
