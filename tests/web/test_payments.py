"""Paying a fee: orders, the stand-in's page, notices, claims, transfers."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.local_server import Answer
from tests.web.conftest import PAYS, READY, Page, Visitor, begin, go_to_settlement, review, run_jobs
from tests.web.test_steps import PDF
from tests.workflows.conftest import NOW
from tests.workflows.payment_worlds import (
    WechatPayWorld,
    merchant_settings,
    serve_wechat_pay_world,
)
from web.app import create_app
from web.codes import draw
from workflows.channels import phones
from workflows.channels.phones import Mood
from workflows.payment.wechat_pay import WechatPay
from workflows.shared.service_settings import IncompleteSettings, ServiceSettings

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def payer(app: Flask) -> Visitor:
    """A member who has to pay, signed in."""
    found = Visitor(app)
    found.enter(PAYS)
    return found


def order(payer: Visitor) -> Page:
    """Go to the fee and place an order."""
    page = go_to_settlement(payer)
    return payer.send(f"{page.path}/fee/order", page.values())


def pay_page(payer: Visitor, page: Page) -> Page:
    """The stand-in's page that the order's QR code leads to."""
    return payer.open(page.links()["Pay on this device (opens in a new tab)"])


def pay(payer: Visitor, page: Page, deed: str) -> Page:
    """Do something with the order on the simulated phone."""
    phone = pay_page(payer, page)
    values = phone.values()
    values["deed"] = deed
    return payer.send(phone.path, values)


def test_an_order_shows_its_qr_code(payer: Visitor) -> None:
    page = order(payer)
    (picture,) = page.html.xpath("//img[contains(@src, '/payments/orders/')]/@src")
    assert payer.client.get(picture).data.startswith(b"<svg")


def test_the_qr_code_of_another_member_is_not_there(app: Flask, payer: Visitor) -> None:
    page = order(payer)
    (picture,) = page.html.xpath("//img[contains(@src, '/payments/orders/')]/@src")
    other = Visitor(app)
    other.enter(READY)
    assert other.open(picture).status == 404


def test_applying_with_an_open_fee_says_so_and_leads_to_it(payer: Visitor) -> None:
    page = payer.press(go_to_settlement(payer), outcome="continue")
    refused = payer.press(page, outcome="apply", confirmed="apply")
    assert refused.status == 422
    assert refused.links()["Pay the fee before you apply."] == "#field-fee"


def test_a_payment_settles_the_fee(app: Flask, payer: Visitor) -> None:
    page = order(payer)
    assert "were paid" in pay(payer, page, "pay").text
    run_jobs(app)
    assert "Confirmed" in payer.open(page.path).text


def test_a_payment_counts_while_the_page_is_closed(app: Flask, payer: Visitor) -> None:
    page = order(payer)
    pay(payer, page, "late")
    assert "To pay" in payer.open(page.path).text
    run_jobs(app)
    app.extensions["engine"].now = lambda: LATER
    run_jobs(app)
    run_jobs(app)
    later = Visitor(app)
    later.enter(PAYS)
    assert "Confirmed" in later.open(page.path).text


def test_reporting_a_payment_finds_it_at_the_provider(app: Flask, payer: Visitor) -> None:
    page = order(payer)
    pay(payer, page, "late")
    claimed = payer.send(f"{page.path}/fee/claim", page.values())
    assert "Your payment has been received." in claimed.text


def test_reporting_an_unknown_payment_asks_the_association(app: Flask, payer: Visitor) -> None:
    page = order(payer)
    claimed = payer.send(f"{page.path}/fee/claim", page.values())
    assert "Your association has been asked to confirm it." in claimed.text
    run_jobs(app)
    assert "To be confirmed" in payer.open(page.path).text


def test_a_wrong_amount_waits_for_the_association(app: Flask, payer: Visitor) -> None:
    page = order(payer)
    pay(payer, page, "wrong")
    run_jobs(app)
    now = payer.open(page.path)
    assert "To be confirmed" in now.text
    assert "100.00 yuan / 99.00 yuan" in now.text


def test_refusing_to_pay_changes_nothing(payer: Visitor) -> None:
    page = order(payer)
    assert "Nothing was paid" in pay(payer, page, "refuse").text
    assert "To pay" in payer.open(page.path).text


def test_a_second_payment_goes_back_and_is_told(app: Flask, payer: Visitor) -> None:
    page = order(payer)
    phone = pay_page(payer, page)
    values = phone.values()
    values["deed"] = "pay"
    payer.send(phone.path, values)
    payer.send(phone.path, values)
    run_jobs(app)
    assert "A second payment is refunded" in payer.open("/messages").text


def test_a_notice_without_the_providers_signature_is_refused(app: Flask, payer: Visitor) -> None:
    order(payer)
    answer = payer.client.post("/payments/notices", data=b'{"transaction": "x"}')
    assert answer.status_code == 422


def test_a_signed_notice_counts_once_however_often_it_comes(app: Flask, payer: Visitor) -> None:
    page = order(payer)
    provider = app.extensions["payment_provider"]
    token = page.links()["Pay on this device (opens in a new tab)"].rpartition("/")[2]
    signed = provider.pay(token, now=app.extensions["engine"].now())
    answers = [
        app.test_client().post("/payments/notices", data=signed.body, headers=dict(signed.headers))
        for _ in range(2)
    ]
    assert [each.get_json() for each in answers] == [{"outcome": "paid"}] * 2
    run_jobs(app)
    assert "refunded" not in payer.open("/messages").text


def test_the_panel_alone_says_when_the_fee_has_changed(app: Flask, payer: Visitor) -> None:
    page = order(payer)
    assert payer.open(f"{page.path}/fee?seen=to_pay").status == 204
    pay(payer, page, "pay")
    run_jobs(app)
    assert "Confirmed" in payer.open(f"{page.path}/fee?seen=to_pay").text


def test_the_proof_of_a_transfer_goes_to_the_association(app: Flask, payer: Visitor) -> None:
    page = payer.open(f"{go_to_settlement(payer).path}/fee/transfer")
    assert "100.00 yuan" in page.text
    values = page.values()
    sent = payer.upload(page.path, values, "proof", PDF, "receipt.pdf")
    assert "asked to confirm the transfer" in sent.text
    run_jobs(app)
    assert "To be confirmed" in payer.open(sent.path).text
    review(app, PAYS, "not_received", reason="No such transfer arrived.")
    run_jobs(app)
    assert "No such transfer arrived." in payer.open(sent.path).text


def test_a_proof_that_is_no_proof_is_refused(payer: Visitor) -> None:
    page = payer.open(f"{go_to_settlement(payer).path}/fee/transfer")
    values = page.values()
    assert payer.upload(page.path, values, "proof", b"hello", "receipt.pdf").status == 422


def test_only_the_first_step_has_no_fee(payer: Visitor) -> None:
    assert payer.open(f"{begin(payer).path}/fee").status == 404


@pytest.fixture
def wechat_pay(app: Flask) -> Iterator[WechatPayWorld]:
    """WeChat Pay in the stand-in's place."""
    with serve_wechat_pay_world() as world:
        app.extensions["payment_provider"] = world.provider
        yield world


def notify(app: Flask, headers: Mapping[str, str], body: bytes) -> TestResponse:
    """Let a notice arrive."""
    return app.test_client().post("/payments/notices", data=body, headers=dict(headers))


def test_the_qr_code_says_what_wechat_pay_gave_and_no_link_does(
    app: Flask, payer: Visitor, wechat_pay: WechatPayWorld
) -> None:
    page = order(payer)
    (placed,) = wechat_pay.service.orders.values()
    (picture,) = page.html.xpath("//img[contains(@src, '/payments/orders/')]/@src")
    with app.test_request_context():
        drawn = draw(placed.code_url, "svg").data
    assert payer.client.get(picture).data == drawn
    assert "Scan it with WeChat." in page.text
    assert placed.code_url not in page.response.get_data(as_text=True)


def test_a_notice_of_wechat_pay_settles_the_fee_once(
    app: Flask, payer: Visitor, wechat_pay: WechatPayWorld
) -> None:
    page = order(payer)
    (placed,) = wechat_pay.service.orders.values()
    headers, body = wechat_pay.service.pay(placed.code_url)
    answers = [notify(app, headers, body) for _ in range(3)]
    assert [each.status_code for each in answers] == [200] * 3
    run_jobs(app)
    assert "Confirmed" in payer.open(page.path).text
    assert "refunded" not in payer.open("/messages").text


def test_what_wechat_pay_did_not_send_is_to_be_sent_again(
    app: Flask, payer: Visitor, wechat_pay: WechatPayWorld
) -> None:
    page = order(payer)
    (placed,) = wechat_pay.service.orders.values()
    headers, body = wechat_pay.service.pay(placed.code_url)
    late = wechat_pay.service.sign(body, at=NOW - timedelta(minutes=6))
    for wrong_headers, wrong_body in (({}, body), (headers, body + b" "), (late, body)):
        answer = notify(app, wrong_headers, wrong_body)
        assert (answer.status_code, answer.get_json()["code"]) == (422, "FAIL")
    run_jobs(app)
    assert "To pay" in payer.open(page.path).text


def test_a_notice_about_an_order_that_nobody_placed_is_refused(
    app: Flask, wechat_pay: WechatPayWorld
) -> None:
    code_url = wechat_pay.provider.place_order(
        number="elsewhere", amount=100, description="x", expires_at=NOW + timedelta(hours=1)
    )
    assert notify(app, *wechat_pay.service.pay(code_url)).status_code == 422


def test_a_notice_that_tells_of_no_payment_is_taken_and_forgotten(
    app: Flask, wechat_pay: WechatPayWorld
) -> None:
    headers, body = wechat_pay.service.notice({}, event_type="REFUND.SUCCESS")
    assert notify(app, headers, body).status_code == 204


def test_a_provider_that_is_away_is_said_so_and_nothing_is_lost(
    payer: Visitor, wechat_pay: WechatPayWorld
) -> None:
    page = go_to_settlement(payer)
    wechat_pay.service.instead = Answer(500)
    refused = payer.send(f"{page.path}/fee/order", page.values())
    assert "cannot be reached at the moment" in refused.text
    wechat_pay.service.instead = None
    placed = payer.send(f"{page.path}/fee/order", page.values())
    assert placed.html.xpath("//img[@alt='Payment QR code']")


def be(app: Flask, mood: Mood) -> None:
    """Tell the stand-in how to behave, as the simulator does."""
    with app.extensions["engine"].database.transaction() as session:
        phones.set_mood(session, channel=phones.PAYMENT, mood=mood)


def test_the_stand_in_does_as_it_is_told(app: Flask, payer: Visitor) -> None:
    page = go_to_settlement(payer)
    moods: dict[Mood, str] = {
        "away": "cannot be reached at the moment",
        "refusing": "The payment service refused (stand_in)",
    }
    for mood, sentence in moods.items():
        be(app, mood)
        assert sentence in payer.send(f"{page.path}/fee/order", page.values()).text
    be(app, "twice")
    placed = payer.send(f"{page.path}/fee/order", page.values())
    assert "were paid" in pay(payer, placed, "pay").text
    run_jobs(app)
    assert "Confirmed" in payer.open(page.path).text
    assert "refunded" not in payer.open("/messages").text


def test_the_stand_ins_page_is_not_there_beside_another_provider(
    payer: Visitor, app: Flask
) -> None:
    page = order(payer)
    address = page.links()["Pay on this device (opens in a new tab)"]
    app.extensions["payment_provider"] = None
    assert payer.open(address).status == 404


def test_without_a_provider_fees_are_paid_by_transfer(app: Flask, payer: Visitor) -> None:
    app.extensions["payment_provider"] = None
    page = go_to_settlement(payer)
    assert "Fees cannot be paid online here. Please pay by bank transfer." in page.text
    assert "Pay now" not in page.text
    assert page.links()["Upload the proof of the transfer"].endswith("/fee/transfer")
    refused = payer.send(f"{page.path}/fee/order", page.values())
    assert (refused.status, "Please pay by bank transfer" in refused.text) == (409, True)
    assert app.test_client().post("/payments/notices", data=b"{}").status_code == 409
    claimed = payer.send(f"{page.path}/fee/claim", page.values())
    assert "Your association has been asked to confirm it." in claimed.text


def test_an_installation_says_who_takes_its_payments(app: Flask, tmp_path: Path) -> None:
    settings = app.config["SETTINGS"]
    production = replace(settings, environment="production", public_url="https://huiji.example")
    nobody = create_app(production)
    assert nobody.extensions["payment_provider"] is None
    assert "payment.refund" not in nobody.extensions["engine"].jobs.by_name
    named = replace(production, services=ServiceSettings(merchant_settings(tmp_path)))
    merchant = create_app(named)
    provider = merchant.extensions["payment_provider"]
    assert isinstance(provider, WechatPay)
    assert provider.notices == "https://huiji.example/payments/notices"
    assert "payment.close_order" in merchant.extensions["engine"].jobs.by_name
    provider.http.close()
    incomplete = {**merchant_settings(tmp_path), "HUIJI_WECHAT_PAY_SERIAL": ""}
    with pytest.raises(IncompleteSettings, match="HUIJI_WECHAT_PAY_SERIAL"):
        create_app(replace(production, services=ServiceSettings(incomplete)))
    for each in (nobody, merchant):
        each.extensions["engine"].database.close()
