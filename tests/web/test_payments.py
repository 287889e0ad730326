"""Paying a fee: orders, the stand-in's page, notices, claims, transfers."""

import io
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage

from tests.web.conftest import PAYS, READY, Page, Visitor, begin, go_to_settlement, review, run_jobs
from tests.web.test_steps import PDF
from tests.workflows.conftest import NOW

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def payer(app: Flask) -> Visitor:
    """A member who has to pay, signed in."""
    found = Visitor(app)
    found.sign_in(PAYS)
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
    other.sign_in(READY)
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
    later.sign_in(PAYS)
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
    values["proof"] = FileStorage(io.BytesIO(PDF), "receipt.pdf")  # type: ignore[assignment]
    sent = payer.send(page.path, values, content_type="multipart/form-data")
    assert "asked to confirm the transfer" in sent.text
    run_jobs(app)
    assert "To be confirmed" in payer.open(sent.path).text
    review(app, PAYS, "not_received", reason="No such transfer arrived.")
    run_jobs(app)
    assert "No such transfer arrived." in payer.open(sent.path).text


def test_a_proof_that_is_no_proof_is_refused(payer: Visitor) -> None:
    page = payer.open(f"{go_to_settlement(payer).path}/fee/transfer")
    values = page.values()
    values["proof"] = FileStorage(io.BytesIO(b"hello"), "receipt.pdf")  # type: ignore[assignment]
    assert payer.send(page.path, values, content_type="multipart/form-data").status == 422


def test_only_the_first_step_has_no_fee(payer: Visitor) -> None:
    assert payer.open(f"{begin(payer).path}/fee").status == 404
