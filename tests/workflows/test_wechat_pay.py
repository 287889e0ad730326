"""WeChat Pay's client against a local server: what only it has to stand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.local_server import Answer
from tests.workflows.conftest import NOW
from tests.workflows.payment_worlds import (
    NUMBER,
    OTHER,
    Keys,
    WechatPayWorld,
    make_keys,
    merchant_settings,
    pay,
    place,
    read,
    serve_wechat_pay_world,
)
from tests.workflows.wechat_pay_server import (
    API_KEY,
    PUBLIC_KEY_ID,
)
from workflows.payment.provider import (
    InvalidNotice,
    ProviderAway,
    ProviderRefused,
)
from workflows.payment.stand_in import SignedNotice
from workflows.payment.wechat_pay import WechatPay
from workflows.payment.wechat_settings import make_provider
from workflows.shared.service_settings import IncompleteSettings, ServiceSettings


@pytest.fixture
def keys() -> Keys:
    """The keys of everybody."""
    return make_keys()


@pytest.fixture
def wechat_pay() -> Iterator[WechatPayWorld]:
    """WeChat Pay's client, connected to a local server."""
    with serve_wechat_pay_world() as world:
        yield world


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


@pytest.fixture
def given(tmp_path: Path) -> dict[str, str]:
    """The settings of a merchant."""
    return merchant_settings(tmp_path)


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
