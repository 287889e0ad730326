"""Payment providers: the same cases against WeChat Pay's client and the stand-in."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509 import CertificateBuilder, Name, NameAttribute
from cryptography.x509.oid import NameOID
from sqlalchemy import func, select

from engine.database import Database
from tests.local_server import Answer
from tests.workflows.conftest import NOW
from tests.workflows.wechat_pay_server import (
    API_KEY,
    APP,
    MERCHANT,
    PUBLIC_KEY_ID,
    SERIAL,
    Declined,
    WechatPayServer,
    serve_wechat_pay,
)
from workflows.payment.models import StandInPayment
from workflows.payment.provider import (
    InvalidNotice,
    Notice,
    OrderPaid,
    PaymentProvider,
    ProviderAway,
    ProviderRefused,
)
from workflows.payment.stand_in import PaymentDeclined, SignedNotice, StandInProvider
from workflows.payment.wechat_keys import MerchantKeys, PlatformKeys
from workflows.payment.wechat_pay import WechatPay
from workflows.payment.wechat_settings import make_provider
from workflows.shared.service_settings import IncompleteSettings, ServiceSettings

NUMBER, OTHER = "0190f0c0a0b07f3e8d2c0011223344aa", "0190f0c0a0b07f3e8d2c0011223344bb"


@dataclass
class Clock:
    """A time that tests move."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


class World(Protocol):
    """A provider, and whoever pays with it."""

    provider: PaymentProvider
    clock: Clock

    def pay(self, pay_url: str) -> SignedNotice | None:
        """Scan a code and pay; the notice, None where the payment is declined."""

    def be_away(self, is_away: bool) -> None:
        """Let the provider be away, or come back."""

    def count_refunds(self) -> int:
        """How many payments were sent back."""


@dataclass
class StandInWorld:
    """The stand-in."""

    provider: StandInProvider
    clock: Clock = field(default_factory=Clock)

    def pay(self, pay_url: str) -> SignedNotice | None:
        try:
            return self.provider.pay(pay_url.rpartition("/")[2], now=self.clock())
        except PaymentDeclined:
            return None

    def be_away(self, is_away: bool) -> None:
        self.provider.is_away = is_away

    def count_refunds(self) -> int:
        with self.provider.database.read() as session:
            return (
                session.scalar(select(func.count()).where(StandInPayment.state == "refunded")) or 0
            )


@dataclass
class WechatPayWorld:
    """The client of WeChat Pay with a server that speaks its protocol."""

    service: WechatPayServer
    provider: WechatPay
    clock: Clock

    def pay(self, pay_url: str) -> SignedNotice | None:
        try:
            return SignedNotice(*self.service.pay(pay_url))
        except Declined:
            return None

    def be_away(self, is_away: bool) -> None:
        self.service.seconds = 3 if is_away else 0

    def count_refunds(self) -> int:
        return len(self.service.refunds)


@dataclass(frozen=True)
class Keys:
    """Keys that are made once: making them takes time."""

    merchant: rsa.RSAPrivateKey
    platform: rsa.RSAPrivateKey
    foreign: rsa.RSAPrivateKey


@pytest.fixture(scope="session")
def keys() -> Keys:
    """The keys of everybody."""
    return Keys(*(rsa.generate_private_key(65537, 2048) for _ in range(3)))


@pytest.fixture
def wechat_pay(keys: Keys) -> Iterator[WechatPayWorld]:
    """WeChat Pay's client, connected to a local server."""
    clock = Clock()
    with (
        serve_wechat_pay(
            clock, merchant_key=keys.merchant.public_key(), platform_key=keys.platform
        ) as service,
        httpx.Client(base_url=service.address, timeout=0.5) as http,
    ):
        provider = WechatPay(
            http=http,
            merchant=MerchantKeys(MERCHANT, SERIAL, keys.merchant, API_KEY.encode()),
            platform=PlatformKeys({PUBLIC_KEY_ID: keys.platform.public_key()}),
            app_id=APP,
            notices="https://huiji.example/payments/notices",
            public_key_id=PUBLIC_KEY_ID,
            clock=clock,
        )
        yield WechatPayWorld(service, provider, clock)


@pytest.fixture(params=["wechat-pay", "stand-in-sqlite", "stand-in-postgresql"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Each provider in turn, the stand-in on each kind of database."""
    if request.param == "wechat-pay":
        yield request.getfixturevalue("wechat_pay")
        return
    kind = request.param.rpartition("-")[2]
    database = Database(request.getfixturevalue(f"{kind}_url"))
    yield StandInWorld(StandInProvider(database, b"secret", "https://pay.example.com"))
    database.close()


def place(world: World, number: str = NUMBER, amount: int = 10000) -> str:
    """Place an order that lives two hours; what its code says."""
    return world.provider.place_order(
        number=number,
        amount=amount,
        description="2021年度会费",
        expires_at=NOW + timedelta(hours=2),
    )


def pay(world: World, number: str = NUMBER) -> SignedNotice:
    """Place an order and pay it."""
    signed = world.pay(place(world, number))
    assert signed is not None
    return signed


def read(world: World, signed: SignedNotice) -> Notice:
    """Read a notice that tells of a payment."""
    notice = world.provider.read_notice(headers=signed.headers, body=signed.body, now=world.clock())
    assert notice is not None
    return notice


def test_the_same_order_again_is_the_same(world: World) -> None:
    first = place(world)
    assert place(world) == first
    assert place(world, OTHER) != first


def test_a_notice_tells_of_a_payment(world: World) -> None:
    notice = read(world, pay(world))
    assert (notice.order_number, notice.amount) == (NUMBER, 10000)
    assert notice.transaction
    assert read(world, pay(world, OTHER)).transaction != notice.transaction


def test_a_notice_is_the_same_however_often_it_comes(world: World) -> None:
    signed = pay(world)
    assert read(world, signed) == read(world, signed)


def test_headers_are_found_in_any_case(world: World) -> None:
    signed = pay(world)
    for change in (str.upper, str.lower, str.title):
        headers = {change(name): value for name, value in signed.headers.items()}
        assert read(world, SignedNotice(headers, signed.body)).amount == 10000


def test_a_notice_that_was_changed_is_refused(world: World) -> None:
    first, second = pay(world), pay(world, OTHER)
    wrong = [
        SignedNotice(first.headers, first.body + b" "),
        SignedNotice(first.headers, second.body),
        SignedNotice(first.headers, b""),
        SignedNotice({}, first.body),
    ]
    for name, value in first.headers.items():
        if "Type" not in name:
            wrong += [
                SignedNotice({**first.headers, name: changed}, first.body)
                for changed in ("", "ü", "0", f"{value}0", value.swapcase() + "=")
            ]
    for each in wrong:
        with pytest.raises(InvalidNotice):
            read(world, each)


def test_a_notice_that_was_kept_back_is_refused(world: World) -> None:
    signed = pay(world)
    for moved in (timedelta(minutes=6), -timedelta(minutes=6)):
        world.clock.now = NOW + moved
        with pytest.raises(InvalidNotice):
            read(world, signed)
    world.clock.now = NOW + timedelta(minutes=4)
    assert read(world, signed).amount == 10000


def test_a_payment_is_found_by_its_orders_number(world: World) -> None:
    place(world)
    assert world.provider.find_payments(number=NUMBER) == []
    notice = read(world, pay(world))
    assert world.provider.find_payments(number=NUMBER) == [notice]
    assert world.provider.find_payments(number=OTHER) == []


def test_a_payment_is_sent_back_once(world: World) -> None:
    notice = read(world, pay(world))
    for _ in range(3):
        world.provider.refund(transaction=notice.transaction, amount=notice.amount)
    assert world.count_refunds() == 1
    assert world.provider.find_payments(number=NUMBER) == []


def test_an_order_that_was_closed_cannot_be_paid(world: World) -> None:
    pay_url = place(world)
    for _ in range(2):
        world.provider.close(number=NUMBER)
    assert world.pay(pay_url) is None
    assert world.provider.find_payments(number=NUMBER) == []


def test_an_order_that_was_never_placed_is_closed_already(world: World) -> None:
    world.provider.close(number=NUMBER)


def test_an_order_that_was_paid_cannot_be_closed(world: World) -> None:
    notice = read(world, pay(world))
    for _ in range(2):
        with pytest.raises(OrderPaid):
            world.provider.close(number=NUMBER)
    assert world.provider.find_payments(number=NUMBER) == [notice]


def test_an_order_whose_money_went_back_can_be_closed(world: World) -> None:
    notice = read(world, pay(world))
    world.provider.refund(transaction=notice.transaction, amount=notice.amount)
    world.provider.close(number=NUMBER)


def test_an_order_that_has_expired_cannot_be_paid(world: World) -> None:
    pay_url = place(world)
    world.clock.now = NOW + timedelta(hours=2)
    assert world.pay(pay_url) is None


def test_a_provider_that_is_away_says_so_and_comes_back(world: World) -> None:
    notice = read(world, pay(world))
    world.be_away(True)
    with pytest.raises(ProviderAway):
        place(world, OTHER)
    with pytest.raises(ProviderAway):
        world.provider.find_payments(number=NUMBER)
    with pytest.raises(ProviderAway):
        world.provider.refund(transaction=notice.transaction, amount=notice.amount)
    with pytest.raises(ProviderAway):
        world.provider.close(number=OTHER)
    world.be_away(False)
    # Who was away may have heard us all the same.
    assert place(world, "0190f0c0a0b07f3e8d2c0011223344cc")
    world.provider.refund(transaction=notice.transaction, amount=notice.amount)
    assert world.count_refunds() == 1


def test_keys_are_not_shown(wechat_pay: WechatPayWorld) -> None:
    assert API_KEY not in repr(wechat_pay.provider)
    assert "PrivateKey" not in repr(replace(wechat_pay.provider))


def test_answers_that_wechat_pay_did_not_sign_are_not_believed(wechat_pay: WechatPayWorld) -> None:
    wechat_pay.service.signs_wrongly = True
    with pytest.raises(ProviderAway):
        place(wechat_pay)
    with pytest.raises(ProviderAway):
        wechat_pay.provider.find_payments(number=NUMBER)
    with pytest.raises(ProviderAway):
        wechat_pay.provider.close(number=NUMBER)


def test_answers_that_were_kept_are_not_believed(wechat_pay: WechatPayWorld) -> None:
    place(wechat_pay)
    wechat_pay.service.keeps_answers_for = timedelta(minutes=6)
    with pytest.raises(ProviderAway):
        wechat_pay.provider.find_payments(number=NUMBER)


def test_the_answer_about_another_order_is_not_believed(wechat_pay: WechatPayWorld) -> None:
    pay(wechat_pay)
    orders = wechat_pay.service.orders
    orders[OTHER] = orders[NUMBER]
    with pytest.raises(ProviderAway):
        wechat_pay.provider.find_payments(number=OTHER)
    with pytest.raises(ProviderAway):
        wechat_pay.provider.close(number=OTHER)


@pytest.mark.parametrize(
    "instead",
    [
        Answer(500, b'{"code": "SYSTEM_ERROR", "message": "no"}'),
        Answer(429, b'{"code": "FREQUENCY_LIMITED", "message": "no"}'),
        Answer(403, b'{"code": "FREQUENCY_LIMITED", "message": "no"}'),
        Answer(404, b"<html>Not Found</html>"),
        Answer(404, b"[]"),
        Answer(400, b"{}"),
        Answer(200, b'{"code_url": "weixin://wxpay/bizpayurl?pr=foreign"}'),
        Answer(200, b"<html>Sign in to the hotel's network</html>"),
        Answer(302, headers={"Location": "http://127.0.0.1:1/"}),
        Answer(204),
    ],
)
def test_what_is_no_answer_of_wechat_pay_is_tried_again(
    wechat_pay: WechatPayWorld, instead: Answer
) -> None:
    wechat_pay.service.instead = instead
    for ask in (
        lambda: place(wechat_pay),
        lambda: wechat_pay.provider.find_payments(number=NUMBER),
        lambda: wechat_pay.provider.refund(transaction="t", amount=1),
        lambda: wechat_pay.provider.close(number=NUMBER),
    ):
        with pytest.raises(ProviderAway):
            ask()


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"code_url": ""}', b'{"code_url": 7}'])
def test_a_signed_answer_without_what_was_asked_for_is_tried_again(
    wechat_pay: WechatPayWorld, body: bytes
) -> None:
    wechat_pay.service.instead = Answer(200, body, wechat_pay.service.sign(body))
    with pytest.raises(ProviderAway):
        place(wechat_pay)
    with pytest.raises(ProviderAway):
        wechat_pay.provider.refund(transaction="t", amount=1)
    with pytest.raises(ProviderAway):
        wechat_pay.provider.find_payments(number=NUMBER)


def test_a_server_that_nobody_can_reach_is_away(wechat_pay: WechatPayWorld) -> None:
    with httpx.Client(base_url="http://127.0.0.1:1", timeout=0.5) as http:
        provider = replace(wechat_pay.provider, http=http)
        with pytest.raises(ProviderAway):
            provider.find_payments(number=NUMBER)


def test_a_refusal_says_wechat_pays_code(wechat_pay: WechatPayWorld, keys: Keys) -> None:
    with pytest.raises(ProviderRefused) as refused:
        place(wechat_pay, amount=0)
    assert refused.value.code == "PARAM_ERROR"
    merchant = replace(wechat_pay.provider.merchant, private_key=keys.foreign)
    wechat_pay.provider = replace(wechat_pay.provider, merchant=merchant)
    with pytest.raises(ProviderRefused) as refused:
        place(wechat_pay)
    assert refused.value.code == "SIGN_ERROR"


def test_a_close_that_is_refused_for_another_reason_says_so(wechat_pay: WechatPayWorld) -> None:
    place(wechat_pay)
    wechat_pay.service.close_error = "MCH_NOT_EXISTS"
    with pytest.raises(ProviderRefused, match="MCH_NOT_EXISTS"):
        wechat_pay.provider.close(number=NUMBER)


def test_a_refund_that_a_bank_does_not_take_is_said_so(wechat_pay: WechatPayWorld) -> None:
    notice = read(wechat_pay, pay(wechat_pay))
    wechat_pay.service.refund_status = "ABNORMAL"
    with pytest.raises(ProviderRefused, match="ABNORMAL"):
        wechat_pay.provider.refund(transaction=notice.transaction, amount=notice.amount)
    with pytest.raises(ProviderRefused, match="RESOURCE_NOT_EXISTS"):
        wechat_pay.provider.refund(transaction="t", amount=notice.amount)


def test_the_payer_is_told_what_he_pays_for_and_until_when(wechat_pay: WechatPayWorld) -> None:
    wechat_pay.provider.place_order(
        number=NUMBER, amount=1, description="会" * 200, expires_at=NOW + timedelta(hours=2)
    )
    said = wechat_pay.service.orders[NUMBER].said
    assert said["description"] == "会" * 127
    assert said["time_expire"] == "2022-09-06T19:32:45+08:00"
    assert wechat_pay.service.asked[-1].headers["Wechatpay-Serial"] == PUBLIC_KEY_ID


def paid_order(world: WechatPayWorld, **changes: object) -> dict[str, object]:
    """What a notice of a payment has sealed in it."""
    pay(world)
    order = world.service.orders[NUMBER]
    return {**world.service.describe(order), **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {"mchid": "1900000110"},
        {"appid": "wx0000000000000000"},
        {"amount": {"total": 10000, "currency": "USD"}},
        {"amount": {"total": "10000", "currency": "CNY"}},
        {"amount": {"total": True, "currency": "CNY"}},
        {"amount": {"total": -1, "currency": "CNY"}},
        {"amount": 10000},
        {"transaction_id": ""},
        {"transaction_id": None},
        {"out_trade_no": 7},
    ],
)
def test_a_notice_that_is_not_about_our_money_is_refused(
    wechat_pay: WechatPayWorld, changes: dict[str, object]
) -> None:
    headers, body = wechat_pay.service.notice(paid_order(wechat_pay, **changes))
    with pytest.raises(InvalidNotice):
        read(wechat_pay, SignedNotice(headers, body))


def test_a_notice_of_something_else_tells_of_no_payment(wechat_pay: WechatPayWorld) -> None:
    order = paid_order(wechat_pay)
    for headers, body in (
        wechat_pay.service.notice({"refund_status": "SUCCESS"}, event_type="REFUND.SUCCESS"),
        wechat_pay.service.notice({**order, "trade_state": "NOTPAY"}),
    ):
        assert wechat_pay.provider.read_notice(headers=headers, body=body, now=NOW) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"resource": null}',
        b'{"resource": {"algorithm": "none", "nonce": "", "ciphertext": ""}}',
        b'{"resource": {"algorithm": "AEAD_AES_256_GCM", "nonce": "", "ciphertext": ""}}',
        b'{"resource": {"algorithm": "AEAD_AES_256_GCM", "nonce": 7, "ciphertext": 7}}',
        b'{"resource": {"algorithm": "AEAD_AES_256_GCM", "nonce": "12345678", "ciphertext": "!"}}',
        b'{"resource": {"algorithm": "AEAD_AES_256_GCM", "nonce": "12345678", "ciphertext": "AA"}}',
    ],
)
def test_a_signed_notice_that_nobody_can_open_is_refused(
    wechat_pay: WechatPayWorld, body: bytes
) -> None:
    with pytest.raises(InvalidNotice):
        read(wechat_pay, SignedNotice(wechat_pay.service.sign(body), body))


def test_a_notice_sealed_with_another_key_is_refused(wechat_pay: WechatPayWorld) -> None:
    order = paid_order(wechat_pay)
    headers, body = wechat_pay.service.notice(order, api_key="x" * 32)
    with pytest.raises(InvalidNotice):
        read(wechat_pay, SignedNotice(headers, body))


def test_a_signature_of_anybody_else_is_refused(wechat_pay: WechatPayWorld, keys: Keys) -> None:
    forger = replace(wechat_pay.service, platform_key=keys.foreign)
    headers, body = forger.notice(paid_order(wechat_pay))
    with pytest.raises(InvalidNotice):
        read(wechat_pay, SignedNotice(headers, body))
    # WeChat Pay itself sends such ones now and then, to see whether we look.
    probe = {**headers, "Wechatpay-Signature": "WECHATPAY/SIGNTEST/" + "A" * 325}
    with pytest.raises(InvalidNotice):
        read(wechat_pay, SignedNotice(probe, body))


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    """A private key as a file holds it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_pem(key: rsa.RSAPrivateKey) -> bytes:
    """A public key as a file holds it."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def certificate(key: rsa.RSAPrivateKey, serial: int) -> bytes:
    """A certificate of the platform as a file holds it."""
    name = Name([NameAttribute(NameOID.COMMON_NAME, "Tenpay.com Root CA")])
    made = (
        CertificateBuilder(name, name, key.public_key(), serial)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1825))
        .sign(key, SHA256())
    )
    return made.public_bytes(Encoding.PEM)


@pytest.fixture
def given(keys: Keys, tmp_path: Path) -> dict[str, str]:
    """The settings of a merchant."""
    contents = {
        "merchant.pem": pem(keys.merchant),
        "platform.pem": public_pem(keys.platform),
        "certificates.pem": certificate(keys.platform, 0xABC1) + certificate(keys.foreign, 0xABC2),
        "curve.pem": pem(ec.generate_private_key(ec.SECP256R1())),
        "nothing.pem": b"",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return {
        "HUIJI_WECHAT_PAY_MERCHANT": MERCHANT,
        "HUIJI_WECHAT_PAY_APP": APP,
        "HUIJI_WECHAT_PAY_SERIAL": SERIAL,
        "HUIJI_WECHAT_PAY_API_KEY": API_KEY,
        "HUIJI_WECHAT_PAY_PRIVATE_KEY": str(tmp_path / "merchant.pem"),
        "HUIJI_WECHAT_PAY_PUBLIC_KEY_ID": PUBLIC_KEY_ID,
        "HUIJI_WECHAT_PAY_PUBLIC_KEY": str(tmp_path / "platform.pem"),
    }


def make(given: dict[str, str]) -> WechatPay | None:
    """The client of these settings."""
    return make_provider(ServiceSettings(given), notices="https://huiji.example/payments/notices")


def test_a_merchant_is_named_by_settings(given: dict[str, str], wechat_pay: WechatPayWorld) -> None:
    provider = make({**given, "HUIJI_WECHAT_PAY_ADDRESS": wechat_pay.service.address})
    assert provider is not None
    with provider.http:
        wechat_pay.provider = replace(provider, clock=wechat_pay.clock)
        assert read(wechat_pay, pay(wechat_pay)).amount == 10000
    assert make({}) is None


def test_certificates_do_as_well_as_a_key(
    given: dict[str, str], wechat_pay: WechatPayWorld, tmp_path: Path
) -> None:
    certificates = str(tmp_path / "certificates.pem")
    del given["HUIJI_WECHAT_PAY_PUBLIC_KEY_ID"]
    provider = make({**given, "HUIJI_WECHAT_PAY_CERTIFICATES": certificates})
    assert provider is not None
    provider.http.close()
    assert set(provider.platform.by_id) == {"ABC1", "ABC2"}
    headers, body = wechat_pay.service.notice(paid_order(wechat_pay))
    headers = {**headers, "Wechatpay-Serial": "ABC1"}
    assert provider.read_notice(headers=headers, body=body, now=NOW) is not None
    with pytest.raises(InvalidNotice):
        provider.read_notice(headers={**headers, "Wechatpay-Serial": "ABC2"}, body=body, now=NOW)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APP", ""),
        ("SERIAL", ""),
        ("API_KEY", "short"),
        ("PRIVATE_KEY", ""),
        ("PRIVATE_KEY", "nowhere.pem"),
        ("PRIVATE_KEY", "nothing.pem"),
        ("PRIVATE_KEY", "platform.pem"),
        ("PRIVATE_KEY", "curve.pem"),
        ("PUBLIC_KEY", "merchant.pem"),
        ("PUBLIC_KEY", ""),
        ("CERTIFICATES", "merchant.pem"),
        ("PUBLIC_KEY_ID", ""),
    ],
)
def test_incomplete_settings_are_said_at_once(
    given: dict[str, str], tmp_path: Path, name: str, value: str
) -> None:
    said = str(tmp_path / value) if value.endswith(".pem") else value
    with pytest.raises(IncompleteSettings, match=f"HUIJI_WECHAT_PAY_{name}"):
        make({**given, f"HUIJI_WECHAT_PAY_{name}": said})
