"""Services outside: no key, password, signature or code is logged, whatever goes wrong."""

import logging
import traceback
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from engine.errors import HuijiError
from tests.local_server import Answer
from tests.workflows.channels.mail_server import (
    PASSWORD,
    USER,
    MailServer,
    make_contexts,
    serve_mail,
)
from tests.workflows.channels.tencent_server import (
    APP_ID,
    SECRET_ID,
    SECRET_KEY,
    Tencent,
    serve_tencent,
)
from tests.workflows.conftest import NOW
from tests.workflows.payment_worlds import (
    NUMBER,
    OTHER,
    make_keys,
    pay,
    place,
    read,
    serve_wechat_pay_world,
)
from tests.workflows.wechat_pay_server import API_KEY
from workflows.channels.mail.letters import read_address
from workflows.channels.mail.smtp import SmtpSender
from workflows.channels.sms.tc3 import Credentials
from workflows.channels.sms.templates import Templates
from workflows.channels.sms.tencent import TencentSms
from workflows.payment.stand_in import SignedNotice
from workflows.shared.service_settings import ServiceSettings

log = logging.getLogger(__name__)

CODE, WRONG = "041527", "marked-and-wrong"
LINK = "https://huiji.example/l/marked-token"
MOBILE = "+8613800000001"


def try_out(*deeds: Callable[[], object]) -> int:
    """Do something, and log how it failed as the worker logs it; how many of them failed."""
    failed = 0
    for deed in deeds:
        try:
            deed()
        except HuijiError as error:
            failed += 1
            log.warning("job failed", exc_info=True)
            log.warning("%s %r %s", error, error, "".join(traceback.format_exception(error)))
    return failed


def check_silent(caplog: pytest.LogCaptureFixture, *secrets: str) -> None:
    """Check that something was logged, and none of the secrets."""
    assert caplog.records
    assert [secret for secret in secrets if secret in caplog.text] == []


def faults() -> list[Answer]:
    """Ways in which a service does not answer."""
    return [Answer(500), Answer(200, b"<html>"), Answer(404, b"{}"), Answer(200, seconds=3)]


def test_text_messages_leave_no_trace_in_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with (
        serve_tencent(lambda: NOW) as service,
        httpx.Client(base_url=service.address, timeout=0.3) as http,
    ):
        ids = {"code": "1", "link": "2", "notice": "3"}
        templates = Templates(mainland=ids, abroad={})  # type: ignore[arg-type]
        credentials = Credentials(SECRET_ID, SECRET_KEY)
        sender = TencentSms(http, credentials, APP_ID, "会籍", templates, clock=lambda: NOW)

        def send(sender: TencentSms = sender) -> None:
            code, link = {"code": CODE, "minutes": "5"}, {"link": LINK, "minutes": "5"}
            sender.send(mobile=MOBILE, template="link", values=link, key="k")
            sender.send(mobile=MOBILE, template="code", values=code, key="k")

        assert try_out(send) == 0
        wrong = replace(sender, credentials=Credentials(SECRET_ID, WRONG))
        assert try_out(lambda: send(wrong)) == 1
        for service.instead in faults():
            assert try_out(send) == 1
        with httpx.Client(base_url="http://127.0.0.1:1", timeout=0.3) as nobody:
            assert try_out(lambda: send(replace(sender, http=nobody))) == 1
        log.warning("%r %s", sender, sender)
        check_silent(caplog, SECRET_KEY, WRONG, CODE, LINK, MOBILE[3:], *signatures(service))


def signatures(service: Tencent) -> set[str]:
    """The signatures of all requests that came."""
    found = {each.headers["Authorization"].rpartition("=")[2] for each in service.asked}
    assert len(found) > 2
    return found


def test_letters_leave_no_trace_in_logs(caplog: pytest.LogCaptureFixture) -> None:
    # The server of the test logs what comes; it is not ours.
    for name in ("mail.log", "mail.debug"):
        caplog.set_level(logging.CRITICAL, name)
    caplog.set_level(logging.DEBUG)
    offered, trusting = make_contexts()
    with serve_mail(starttls=offered) as server:
        sender = SmtpSender(
            host="127.0.0.1",
            port=server.port,
            security="starttls",
            sender=read_address("noreply@huiji.example"),
            user=USER,
            password=PASSWORD,
            timeout=1,
            context=trusting,
        )

        def send(sender: SmtpSender = sender) -> None:
            sender.send(to="zhou@example.com", subject=f"s {CODE}", text=f"t {LINK}", key="k")

        assert try_out(send) == 0
        assert try_out(lambda: send(replace(sender, password=WRONG))) == 1
        assert try_out(lambda: send(replace(sender, port=1))) == 1
        fail_in_turn(server, lambda: try_out(send))
        log.warning("%r %s", sender, sender)
        passwords = [PASSWORD, WRONG]
        coded = [b64encode(each.encode()).decode() for each in passwords]
        plain = [b64encode(f"\0{USER}\0{each}".encode()).decode() for each in passwords]
        check_silent(caplog, *passwords, *coded, *plain, CODE, LINK)


def fail_in_turn(server: MailServer, send: Callable[[], int]) -> None:
    """Let the server fail in every way it knows."""
    for server.at_recipient in ("450 4.2.1 busy", "550 5.1.1 no such mailbox"):
        assert send() == 1
    server.at_recipient = ""
    for server.at_data in ("451 4.3.0 later", "554 5.7.1 spam"):
        assert send() == 1
    server.hangs_up = True
    assert send() == 1


def test_payments_leave_no_trace_in_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serve_wechat_pay_world() as world:
        provider, service = world.provider, world.service
        signed = pay(world)
        notice = read(world, signed)
        provider.refund(transaction=notice.transaction, amount=notice.amount)
        deeds: list[Callable[[], object]] = [
            lambda: place(world, OTHER, amount=0),
            lambda: provider.refund(transaction="none", amount=1),
            lambda: read(world, SignedNotice(signed.headers, signed.body + b" ")),
            lambda: read(world, SignedNotice(*service.notice({}, api_key="x" * 32))),
        ]
        assert try_out(*deeds) == len(deeds)
        asking: list[Callable[[], object]] = [
            lambda: place(world, OTHER),
            lambda: provider.find_payments(number=NUMBER),
            lambda: provider.close(number=OTHER),
        ]
        for service.instead in faults():
            assert try_out(*asking) == len(asking)
        log.warning("%r %s %r", provider, provider, ServiceSettings({"HUIJI_SMS_X": API_KEY}))
        made = [each.headers["Authorization"] for each in service.asked]
        ours = [each.partition('signature="')[2].partition('"')[0] for each in made]
        assert len(set(ours)) == len(ours) > 5
        keys = make_keys()
        private = str(keys.merchant.private_numbers().d)
        check_silent(
            caplog, API_KEY, private, "BEGIN", signed.headers["Wechatpay-Signature"], *ours
        )
