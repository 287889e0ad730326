"""A fee paid with WeChat Pay, and in an installation where nobody takes payments online."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from engine.jobs import Worker
from tests.browser.conftest import Enter, Errands, Server
from tests.browser.test_fees import OWES, at_the_fee
from tests.workflows.payment_worlds import WechatPayWorld, serve_wechat_pay_world


@pytest.fixture
def wechat_pay(server: Server) -> Iterator[WechatPayWorld]:
    """WeChat Pay in the stand-in's place, on the server's clock."""
    with serve_wechat_pay_world() as world:
        world.clock.now = server.app.extensions["engine"].now()
        server.app.extensions["payment_provider"] = world.provider
        yield world


def test_who_scans_the_code_sees_his_payment_come_in(
    enter: Enter, errand: Errands, server: Server, wechat_pay: WechatPayWorld
) -> None:
    member = at_the_fee(enter, errand, OWES).press("Pay now")
    expect(member.page.get_by_role("img", name=member.say("Payment QR code"))).to_be_visible()
    member.look("wechat-pay")
    expect(member.link("Pay on this device")).to_have_count(0)
    (order,) = wechat_pay.service.orders.values()
    headers, body = wechat_pay.service.pay(order.code_url)
    for _ in range(2):
        told = member.page.request.post("/payments/notices", headers=headers, data=body)
        assert told.ok
    Worker(server.app.extensions["engine"]).run_due()
    member.sees("The fee has been received. There is nothing to pay.")


def test_without_a_provider_the_page_leads_to_the_transfer(
    enter: Enter, errand: Errands, server: Server
) -> None:
    server.app.extensions["payment_provider"] = None
    member = at_the_fee(enter, errand, OWES, "phone")
    member.sees("Fees cannot be paid online here. Please pay by bank transfer.")
    expect(member.button("Pay now")).to_have_count(0)
    member.look("transfer-only")
    member.follow("Upload the proof of the transfer").is_at("Proof of the transfer")
