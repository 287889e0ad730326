"""The deferral: its own commitment, ground and proof, and what becomes of it."""

import pytest
from playwright.sync_api import expect

from tests.browser.attachments import MB, document, payload
from tests.browser.conftest import Enter, Errands

MEMBER, NAME = "330000100007", "郑静雯"


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_member_asks_for_a_deferral_with_a_proof_over_5_mb(
    enter: Enter, errand: Errands, size: str
) -> None:
    member = enter(MEMBER, size).go("/").press("Start the inspection").is_at("完善信息")
    member.press("暂缓年检申请").sees("暂缓年检承诺书").look("deferral-commitment")
    member.page.get_by_role("checkbox", name="我已阅读并同意").check()
    # Hours are missing and the fee is open: neither holds a deferral up.
    member.press("确认").is_at("暂缓原因及证明材料").sees("0.00").press("确认申请")
    expect(member.page.get_by_role("alert").get_by_role("link")).to_have_count(3)
    member.field("暂缓原因").select_option("maternity")
    member.type("原因说明", "产假至十二月")
    member.page.locator("input[type=file]").set_input_files(
        payload("proof.pdf", document() + b"\n" * 6 * MB, "application/pdf")
    )
    expect(member.page.get_by_role("link", name="proof.pdf")).to_be_visible()
    member.look("deferral").press("确认申请").sees("申请成功").look("deferral-success")
    reviewer = enter("zj_review").go("/inbox")
    reviewer.page.get_by_role("link", name=NAME).click()
    expect(reviewer.page.locator("iframe[title='proof.pdf']")).to_be_visible()
    reviewer.sees("产假至十二月").look("review-deferral").press("通过").is_at("Inbox")
    member.go("/").sees("Inspection deferred")


def test_a_returned_deferral_is_sent_again(enter: Enter, errand: Errands) -> None:
    errand(MEMBER).start().defer(document(), explanation="在国外学习")
    errand("zj_review").decide(MEMBER, "return", "请重新上传材料。")
    member = enter(MEMBER, "phone").go("/").sees("请重新上传材料。")
    member.follow("Apply again").press("暂缓年检申请").is_at("暂缓原因及证明材料")
    expect(member.field("原因说明")).to_have_value("在国外学习")
    member.press("确认申请").sees("申请成功")
    errand("zj_review").decide(MEMBER, "approve")
    member.go("/messages").sees("暂缓年检已同意")
