"""基本情况: read, changed at once, applied for; what a CPA says on the supervision platform."""

import pytest
from playwright.sync_api import expect

from tests.browser.attachments import payload, picture
from tests.browser.conftest import Enter
from tests.browser.walking import Person

MEMBER, NAME = "330000100001", "蔡思源"
CPA = "330000900001"
REASON = "请补充公安机关的变更证明。"


def attach(member: Person) -> None:
    """Attach the proof; it is there at once."""
    file = payload("register.png", picture(), "image/png")
    member.page.locator("input[type=file]").set_input_files(file)
    expect(member.page.get_by_role("link", name="register.png")).to_be_visible()


def open_review(office: Person) -> None:
    """Open the application from the inbox."""
    office.go("/inbox?kind=profile_change").page.get_by_role("link", name=NAME).click()
    office.sees("变更后的姓名")


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "plain"])
def test_free_fields_are_changed_at_once(enter: Enter, javascript: bool) -> None:
    member = enter(MEMBER, "phone", javascript=javascript).go("/account").follow("My information")
    member.is_at("My information").sees(NAME)
    if javascript:
        member.look("profile")
    member.follow("Change the information").is_at("Change the information")
    member.type("通讯地址", "短").press("保存")
    expect(member.field("通讯地址")).to_have_attribute("aria-invalid", "true")
    if javascript:
        member.look("profile-edit-wrong")
    member.type("通讯地址", "浙江省杭州市演示路8号").type("工作单位", "演示咨询有限公司")
    member.press("保存").is_at("My information").sees("演示咨询有限公司")
    member.sees("浙江省杭州市演示路8号")


def test_a_name_is_applied_for_returned_and_approved(enter: Enter) -> None:
    member = enter(MEMBER, "phone").go("/profile").press("Apply for a change")
    member.is_at("填写变更内容").look("profile-change").press("提交申请")
    expect(member.page.get_by_role("alert")).to_be_focused()
    member.page.get_by_label("姓名", exact=True).check()
    member.type("变更后的姓名", "蔡思远").type("变更原因", "公安机关已更名。")
    attach(member)
    member.look("profile-change-filled").press("提交申请")
    member.is_at("Change of register data").sees("In review").look("profile-change-sent")

    office = enter("zj_review")
    open_review(office)
    office.look("profile-change-review").type("原因", REASON).press("退回")
    office.is_at("Inbox")
    member.go("/profile").sees(REASON).look("profile-returned").follow("Apply again").sees(REASON)
    member.press("提交申请").is_at("Change of register data")
    open_review(office)
    office.press("同意变更")
    office.page.get_by_role("button", name="确定").click()
    office.is_at("Inbox")

    member.go("/profile").sees("Register changed").sees("蔡思远").look("profile-changed")
    member.go("/messages").page.get_by_role("link", name="登记信息已变更").click()
    member.sees("姓名").look("profile-changed-message")


def test_it_needs_no_mouse_and_is_taken_back(enter: Enter) -> None:
    member = enter(MEMBER).go("/profile")
    member.button("Apply for a change").focus()
    member.page.keyboard.press("Enter")
    member.is_at("填写变更内容")
    member.page.get_by_label("民族", exact=True).focus()
    member.page.keyboard.press("Space")
    member.page.get_by_label("变更后的民族").select_option("05")
    member.type("变更原因", "登记有误。")
    attach(member)
    member.button("提交申请").focus()
    member.page.keyboard.press("Enter")
    member.is_at("Change of register data").follow("Withdraw")
    member.is_at("Withdraw the application “%(work)s”?", work="民族").look("profile-withdraw")
    member.press("Withdraw").is_at("My information").sees("Withdrawn")


def test_a_cpa_changes_his_data_on_the_platform_and_they_come_here(enter: Enter) -> None:
    cpa = enter(CPA).go("/profile").look("profile-cpa")
    cpa.sees_not("Apply for a change")
    with cpa.page.context.expect_page() as opened:
        cpa.link("Change them there").click()
    there = Person(opened.value, cpa.axe)
    there.is_at("Supervision platform (simulated)").look("platform")
    there.page.locator("#employer").fill("浙江演示会计师事务所杭州分所")
    there.press("Save and send").sees('"outcome": "applied"').look("platform-sent")
    there.press("Send the same once more").sees('"outcome": "known"')
    there.page.locator("#manner").select_option("forged")
    there.press("Save and send").sees('"error": "signature"')

    cpa.go("/profile").sees("浙江演示会计师事务所杭州分所")
    cpa.follow("Change the information").is_at("Change the information").look("profile-cpa-edit")
    expect(cpa.page.get_by_label("工作单位")).to_have_count(0)
    cpa.go("/messages").page.get_by_role("link", name="登记信息已同步更新").click()
    cpa.sees("工作单位")
