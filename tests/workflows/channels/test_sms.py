"""Text messages: the same cases against the client with a local server, and the stand-in."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import httpx
import pytest

from engine.database import Database
from tests.local_server import Answer, json_answer
from tests.workflows.channels.tencent_server import (
    APP_ID,
    SECRET_ID,
    SECRET_KEY,
    Tencent,
    serve_tencent,
)
from tests.workflows.conftest import NOW
from workflows.channels.phones import list_messages_to, set_mood
from workflows.channels.sms import make_sender
from workflows.channels.sms.stand_in import StandInSms
from workflows.channels.sms.tc3 import Credentials, sign
from workflows.channels.sms.templates import Templates
from workflows.channels.sms.tencent import TencentSms
from workflows.shared.channels import SMS, ChannelAway, ChannelRefused, SmsSender, SmsTemplate
from workflows.shared.service_settings import IncompleteSettings, ServiceSettings

MAINLAND, HONG_KONG, MACAO, TAIWAN, ABROAD = (
    "+8613800000001",
    "+85261234567",
    "+85366123456",
    "+886912345678",
    "+6581234567",
)
CODE = {"code": "041527", "minutes": "5"}
LINK = {"link": "https://huiji.example/l/abc", "minutes": "30"}
NOTICE = {"title": "2021年度会费已收到"}


class World(Protocol):
    """A sender and the other end of its line."""

    sender: SmsSender

    def be(self, mood: str) -> None:
        """Let the provider be `well`, `away` or `refusing`."""

    def arrived(self, mobile: str) -> list[str]:
        """What arrived at a number, each as one text in which its values stand."""


@dataclass
class StandInWorld:
    """The stand-in with its phones."""

    database: Database
    sender: StandInSms

    def be(self, mood: str) -> None:
        with self.database.transaction() as session:
            set_mood(session, channel=SMS, mood=mood)  # type: ignore[arg-type]

    def arrived(self, mobile: str) -> list[str]:
        with self.database.read() as session:
            return [each.text for each in list_messages_to(session, mobile)]


@dataclass
class TencentWorld:
    """The client of Tencent Cloud with a server that speaks its protocol."""

    service: Tencent
    sender: TencentSms

    def be(self, mood: str) -> None:
        self.service.code = {
            "well": "Ok",
            "away": "LimitExceeded.PhoneNumberThirtySecondLimit",
            "refusing": "FailedOperation.PhoneNumberInBlacklist",
        }[mood]

    def arrived(self, mobile: str) -> list[str]:
        return [
            " ".join(each["TemplateParamSet"])
            for each in self.service.sent
            if each["PhoneNumberSet"] == [mobile]
        ]


def client(service: Tencent, **changes: object) -> TencentSms:
    """The client of an application at the service."""
    http = httpx.Client(base_url=service.address, timeout=0.5)
    templates = Templates(
        mainland={"code": "1", "link": "2", "notice": "3"},
        abroad={"code": "11", "link": "12", "notice": "13"},
    )
    credentials = Credentials(SECRET_ID, SECRET_KEY)
    made = TencentSms(http, credentials, APP_ID, "会籍", templates, clock=service.clock)
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture
def service() -> Iterator[Tencent]:
    """The local server."""
    with serve_tencent(lambda: NOW) as service:
        yield service


@pytest.fixture
def tencent(service: Tencent) -> Iterator[TencentSms]:
    """The client, connected to the local server."""
    made = client(service)
    with made.http:
        yield made


@pytest.fixture(params=["tencent", "stand-in-sqlite", "stand-in-postgresql"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Each sender in turn, the stand-in on each kind of database."""
    if request.param == "tencent":
        yield TencentWorld(request.getfixturevalue("service"), request.getfixturevalue("tencent"))
        return
    kind = request.param.rpartition("-")[2]
    database = Database(request.getfixturevalue(f"{kind}_url"))
    yield StandInWorld(database, StandInSms(database, lambda: NOW))
    database.close()


@pytest.mark.parametrize("mobile", [MAINLAND, HONG_KONG, MACAO, TAIWAN, ABROAD])
def test_a_message_arrives_wherever_the_number_is(world: World, mobile: str) -> None:
    assert world.sender.send(mobile=mobile, template="code", values=CODE, key="code:1")
    (text,) = world.arrived(mobile)
    assert "041527" in text


@pytest.mark.parametrize(
    ("template", "values"), [("code", CODE), ("link", LINK), ("notice", NOTICE)]
)
def test_a_message_carries_its_values(
    world: World, template: SmsTemplate, values: dict[str, str]
) -> None:
    world.sender.send(mobile=MAINLAND, template=template, values=values, key="k")
    (text,) = world.arrived(MAINLAND)
    assert all(each in text for each in values.values())


def test_values_are_sent_as_they_are(world: World) -> None:
    title = '「$title {1} %(x)s "引号" \\ 😀'
    world.sender.send(mobile=MAINLAND, template="notice", values={"title": title}, key="k")
    assert title in world.arrived(MAINLAND)[0]


def test_a_provider_that_is_away_is_tried_again(world: World) -> None:
    world.be("away")
    with pytest.raises(ChannelAway):
        world.sender.send(mobile=MAINLAND, template="code", values=CODE, key="k")
    assert world.arrived(MAINLAND) == []
    world.be("well")
    world.sender.send(mobile=MAINLAND, template="code", values=CODE, key="k")
    assert len(world.arrived(MAINLAND)) == 1


def test_a_refusal_says_its_reason(world: World) -> None:
    world.be("refusing")
    with pytest.raises(ChannelRefused) as refused:
        world.sender.send(mobile=MAINLAND, template="code", values=CODE, key="k")
    assert refused.value.code
    assert world.arrived(MAINLAND) == []


@pytest.mark.parametrize("mobile", ["", "13800000001", "+86138\r\n00000001", "me@example.com"])
def test_what_is_no_number_is_refused_before_anybody_is_asked(world: World, mobile: str) -> None:
    with pytest.raises(ChannelRefused, match="not_a_mobile"):
        world.sender.send(mobile=mobile, template="code", values=CODE, key="k")
    assert world.arrived(mobile) == []


def test_the_stand_in_sends_once_for_a_key_and_twice_when_told_to(database: Database) -> None:
    world = StandInWorld(database, StandInSms(database, lambda: NOW))
    for _ in range(2):
        world.sender.send(mobile=MAINLAND, template="code", values=CODE, key="a")
    assert len(world.arrived(MAINLAND)) == 1
    world.be("twice")
    world.sender.send(mobile=MAINLAND, template="code", values=CODE, key="b")
    assert len(world.arrived(MAINLAND)) == 3


def test_the_signature_is_that_of_the_published_example() -> None:
    # https://cloud.tencent.com/document/api/213/30654
    content = (
        b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
    )
    said = sign(
        Credentials("AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"),
        service="cvm",
        host="cvm.tencentcloudapi.com",
        content=content,
        now=NOW.fromtimestamp(1551113065, NOW.tzinfo),
    )
    assert said.endswith(
        "Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    )


def test_a_number_abroad_has_its_own_template_and_no_signature(
    service: Tencent, tencent: TencentSms
) -> None:
    for mobile in (MAINLAND, HONG_KONG):
        tencent.send(mobile=mobile, template="code", values=CODE, key="k")
    assert [(each["TemplateId"], each.get("SignName")) for each in service.sent] == [
        ("1", "会籍"),
        ("11", None),
    ]


def test_without_a_template_for_abroad_nothing_is_asked(service: Tencent) -> None:
    sender = client(service, templates=Templates(mainland={"code": "1"}, abroad={"code": ""}))
    with sender.http, pytest.raises(ChannelRefused, match="no_template"):
        sender.send(mobile=HONG_KONG, template="code", values=CODE, key="k")
    assert service.sent == []


@pytest.mark.parametrize(
    "code",
    [
        "InternalError.Timeout",
        "RequestLimitExceeded",
        "LimitExceeded.DeliveryFrequencyLimit",
        "LimitExceeded.PhoneNumberDailyLimit",
        "AuthFailure.SignatureFailure",
        "UnauthorizedOperation.SerivceSuspendDueToArrears",
        "FailedOperation.InsufficientBalanceInSmsPackage",
        "FailedOperation.TemplateIncorrectOrUnapproved",
    ],
)
def test_what_is_no_fault_of_the_message_can_be_sent_later(
    service: Tencent, tencent: TencentSms, code: str
) -> None:
    error = json_answer({"Response": {"Error": {"Code": code, "Message": "no"}}})
    for service.instead, service.code in ((error, "Ok"), (None, code)):
        with pytest.raises(ChannelAway) as away:
            tencent.send(mobile=MAINLAND, template="code", values=CODE, key="k")
        assert away.value.code == code


@pytest.mark.parametrize(
    "code",
    [
        "FailedOperation.PhoneNumberInBlacklist",
        "FailedOperation.ContainSensitiveWord",
        "InvalidParameterValue.IncorrectPhoneNumber",
        "LimitExceeded.AppCountryOrRegionInBlacklist",
    ],
)
def test_the_providers_code_says_why_it_refused(
    service: Tencent, tencent: TencentSms, code: str
) -> None:
    service.code = code
    with pytest.raises(ChannelRefused) as refused:
        tencent.send(mobile=MAINLAND, template="code", values=CODE, key="k")
    assert refused.value.code == code


@pytest.mark.parametrize(
    "instead",
    [
        Answer(500),
        Answer(502, b"<html>Bad Gateway</html>"),
        Answer(429),
        Answer(200, b""),
        Answer(200, b"<html>Sign in to the hotel's network</html>"),
        Answer(200, b"[]"),
        Answer(200, b"null"),
        Answer(200, b'{"Response": {}}'),
        Answer(200, b'{"Response": {"SendStatusSet": []}}'),
        Answer(200, b'{"Response": {"SendStatusSet": [{"Code": "Ok"}]}}'),
        Answer(302, headers={"Location": "http://127.0.0.1:1/"}),
        Answer(200, b'{"Response": {}}', seconds=3),
    ],
)
def test_what_is_not_an_answer_is_no_delivery_and_no_refusal(
    service: Tencent, tencent: TencentSms, instead: Answer
) -> None:
    service.instead = instead
    with pytest.raises(ChannelAway):
        tencent.send(mobile=MAINLAND, template="code", values=CODE, key="k")


def test_a_provider_that_nobody_can_reach_is_away(tencent: TencentSms) -> None:
    with httpx.Client(base_url="http://127.0.0.1:1", timeout=0.5) as http:
        sender = replace(tencent, http=http)
        with pytest.raises(ChannelAway):
            sender.send(mobile=MAINLAND, template="code", values=CODE, key="k")


def test_a_wrong_key_is_known_to_the_service(service: Tencent) -> None:
    sender = client(service, credentials=Credentials(SECRET_ID, "another"))
    with sender.http, pytest.raises(ChannelAway) as away:
        sender.send(mobile=MAINLAND, template="code", values=CODE, key="k")
    assert (away.value.code, service.sent) == ("AuthFailure.SignatureFailure", [])


def test_a_sender_is_chosen_by_settings() -> None:
    given = {
        "HUIJI_SMS_PROVIDER": "tencent",
        "HUIJI_SMS_TENCENT_SECRET_ID": "id",
        "HUIJI_SMS_TENCENT_SECRET_KEY": "marked-key",
        "HUIJI_SMS_TENCENT_APP_ID": APP_ID,
        "HUIJI_SMS_SIGNATURE": "会籍",
        "HUIJI_SMS_TEMPLATE_CODE": "1",
        "HUIJI_SMS_TEMPLATE_LINK": "2",
        "HUIJI_SMS_TEMPLATE_NOTICE": "3",
    }
    sender = make_sender(ServiceSettings(given))
    assert isinstance(sender, TencentSms)
    assert "marked-key" not in repr(sender) + repr(ServiceSettings(given))
    sender.http.close()
    assert make_sender(ServiceSettings({})) is None
    for name in given:
        if name != "HUIJI_SMS_PROVIDER":
            with pytest.raises(IncompleteSettings, match=name):
                make_sender(ServiceSettings({**given, name: " "}))
    with pytest.raises(IncompleteSettings, match="tencent, not pigeon"):
        make_sender(ServiceSettings({**given, "HUIJI_SMS_PROVIDER": "pigeon"}))
