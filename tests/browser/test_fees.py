"""The fee in all its states, from the member's page, the payer's phone and the association's."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from engine.jobs import Worker
from tests.browser.attachments import payload, picture
from tests.browser.conftest import Enter, Errands, Server
from tests.browser.walking import Person

OWES, OWES_TWO_YEARS, PENDING, EXEMPT = (
    "330000100003",
    "330000100004",
    "330000100005",
    "330000100002",
)
CHECKING = (
    "The association is checking your payment. You can go on; only the application itself waits "
    "for it."
)
Work = Callable[[], Any]


@pytest.fixture
def work(server: Server) -> Work:
    """Do the jobs that are due."""
    return Worker(server.app.extensions["engine"]).run_due


def at_the_fee(enter: Enter, errand: Errands, number: str, size: str = "desktop") -> Person:
    """A member before the page of fee and materials."""
    errand(number).start().to("provide_materials")
    return enter(number, size).go("/").follow("Go on").is_at("缴费与材料")


def pay(member: Person, payer: Person, deed: str = "Pay") -> None:
    """Open an order, close the member's page and pay on a phone."""
    member.press("Pay now")
    expect(member.page.get_by_role("img", name=member.say("Payment QR code"))).to_be_visible()
    member.look("to-pay")
    address = member.link("Pay on this device").get_attribute("href")
    member.page.close()
    payer.go(address or "").look("pay")
    payer.page.get_by_role("button", name=payer.say(deed), exact=True).click()
    expect(payer.page.get_by_role("status")).to_be_visible()


def send(member: Person) -> Person:
    """Go on from the fee's page to the end."""
    return confirm(member.go("/").follow("Go on").press("下一步"))


def confirm(member: Person) -> Person:
    """Send the application and say yes to the question."""
    member.is_at("确认申请").press("确认申请")
    member.page.get_by_role("dialog").get_by_role("button", name=member.say("OK")).click()
    return member


def test_who_gave_birth_in_the_year_pays_nothing(enter: Enter, errand: Errands) -> None:
    member = at_the_fee(enter, errand, EXEMPT).sees("No fee is due this year.")
    expect(member.main).to_contain_text(member.say("No fee"))
    send(member).sees("申请成功")


def test_a_payment_counts_although_the_page_is_closed(
    enter: Enter, errand: Errands, work: Work
) -> None:
    pay(at_the_fee(enter, errand, OWES, "phone"), enter(size="phone"))
    work()
    member = enter(OWES).go("/").follow("Go on").is_at("缴费与材料")
    member.sees("The fee has been received. There is nothing to pay.")
    send(member).sees("申请成功")
    member.go("/messages").sees("会费已收到")


def test_a_second_payment_is_refunded_and_said_so(
    enter: Enter, errand: Errands, work: Work
) -> None:
    payer = enter(size="phone")
    pay(at_the_fee(enter, errand, OWES), payer)
    payer.press("Pay a second time")
    expect(payer.page.get_by_role("status")).to_be_visible()
    work()
    member = enter(OWES).go("/messages").sees("重复支付的会费将退回")
    member.go("/").follow("Go on").sees("The fee has been received. There is nothing to pay.")


def test_an_open_page_sees_the_payment_come_in(enter: Enter, errand: Errands, work: Work) -> None:
    member = at_the_fee(enter, errand, OWES).press("Pay now")
    address = member.link("Pay on this device").get_attribute("href")
    enter(size="phone").go(address or "").press("Pay")
    work()
    member.sees("The fee has been received. There is nothing to pay.")


def test_arrears_are_added(enter: Enter, errand: Errands) -> None:
    at_the_fee(enter, errand, OWES_TWO_YEARS).sees("200.00").sees("with arrears")


def test_a_payment_of_another_amount_waits_with_both_amounts(
    enter: Enter, errand: Errands, work: Work
) -> None:
    pay(at_the_fee(enter, errand, OWES), enter(size="phone"), "Pay one yuan too little")
    work()
    member = enter(OWES).go("/").follow("Go on")
    member.sees("100.00").sees("99.00").look("mismatch")
    clerk = enter("zj_fees").go("/inbox").sees("周志远")
    clerk.page.get_by_role("link", name="周志远").click()
    clerk.sees("99.00").look("confirm-fee")


def test_the_association_confirms_a_claimed_payment(
    enter: Enter, errand: Errands, work: Work
) -> None:
    member = at_the_fee(enter, errand, OWES).press("I have paid")
    member.sees(CHECKING).look("pending")
    send(member)
    # Everything else can be completed meanwhile; only the application itself waits.
    member.is_at("确认申请").sees(CHECKING)
    work()
    clerk = enter("zj_fees").go("/inbox").look("inbox-fees")
    clerk.page.get_by_role("link", name="周志远").click()
    clerk.press("已收到").sees("周志远")
    confirm(member.go("/").follow("Go on")).sees("申请成功")


def test_the_association_refuses_a_transfer_with_a_reason(
    enter: Enter, errand: Errands, work: Work
) -> None:
    member = at_the_fee(enter, errand, OWES)
    member.page.get_by_text(member.say("Paid by bank transfer?")).click()
    member.follow("Upload the proof of the transfer").look("transfer")
    proof = payload("transfer.png", picture(), "image/png")
    member.page.locator("input[type=file]").set_input_files(proof)
    member.press("Send the proof").sees(CHECKING)
    work()
    clerk = enter("zj_fees").go("/inbox")
    clerk.page.get_by_role("link", name="周志远").click()
    expect(clerk.page.get_by_role("img", name="transfer.png")).to_be_visible()
    clerk.press("未收到")
    expect(clerk.page.get_by_role("alert")).to_be_focused()
    clerk.type("未收到的原因", "银行流水中没有这笔款项").press("未收到")
    member.go("/").follow("Go on").sees("银行流水中没有这笔款项").look("refused-fee")
    expect(member.button("Pay now")).to_be_visible()
    member.go("/messages").sees("会费未收到")
