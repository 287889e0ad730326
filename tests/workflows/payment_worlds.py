"""Payment providers with those who pay: the stand-in, and WeChat Pay on a local server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Protocol

import httpx
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
from workflows.payment.provider import Notice, PaymentProvider
from workflows.payment.stand_in import (
    PaymentDeclined,
    SignedNotice,
    StandInProvider,
    behave_well,
)
from workflows.payment.wechat_keys import MerchantKeys, PlatformKeys
from workflows.payment.wechat_pay import WechatPay
from workflows.shared.channels import ChannelAway

NUMBER, OTHER = "0190f0c0a0b07f3e8d2c0011223344aa", "0190f0c0a0b07f3e8d2c0011223344bb"


def refuse_to_answer() -> int:
    """Be away."""
    raise ChannelAway


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
        self.provider.behave = refuse_to_answer if is_away else behave_well

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


@cache
def make_keys() -> Keys:
    """The keys of everybody."""
    return Keys(*(rsa.generate_private_key(65537, 2048) for _ in range(3)))


@contextmanager
def serve_wechat_pay_world() -> Iterator[WechatPayWorld]:
    """WeChat Pay's client, connected to a local server until the block ends."""
    clock, keys = Clock(), make_keys()
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


def merchant_settings(folder: Path) -> dict[str, str]:
    """The settings of a merchant, with the files that they name and some that are wrong."""
    keys = make_keys()
    contents = {
        "merchant.pem": _pem(keys.merchant),
        "platform.pem": _public_pem(keys.platform),
        "certificates.pem": _certificate(keys.platform, 0xABC1)
        + _certificate(keys.foreign, 0xABC2),
        "curve.pem": _pem(ec.generate_private_key(ec.SECP256R1())),
        "nothing.pem": b"",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return {
        "HUIJI_WECHAT_PAY_MERCHANT": MERCHANT,
        "HUIJI_WECHAT_PAY_APP": APP,
        "HUIJI_WECHAT_PAY_SERIAL": SERIAL,
        "HUIJI_WECHAT_PAY_API_KEY": API_KEY,
        "HUIJI_WECHAT_PAY_PRIVATE_KEY": str(folder / "merchant.pem"),
        "HUIJI_WECHAT_PAY_PUBLIC_KEY_ID": PUBLIC_KEY_ID,
        "HUIJI_WECHAT_PAY_PUBLIC_KEY": str(folder / "platform.pem"),
    }


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    """A private key as a file holds it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _public_pem(key: rsa.RSAPrivateKey) -> bytes:
    """A public key as a file holds it."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _certificate(key: rsa.RSAPrivateKey, serial: int) -> bytes:
    """A certificate of the platform as a file holds it."""
    name = Name([NameAttribute(NameOID.COMMON_NAME, "Tenpay.com Root CA")])
    made = (
        CertificateBuilder(name, name, key.public_key(), serial)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1825))
        .sign(key, SHA256())
    )
    return made.public_bytes(Encoding.PEM)
