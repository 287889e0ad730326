"""Without scripts the same pages do the same: the member's whole way, and the reviewer's."""

import re

from playwright.sync_api import expect

from tests.browser.attachments import payload, picture
from tests.browser.conftest import Enter, Errands
from tests.browser.errands import get_case
from tests.browser.walking import Person
from web.demo import PASSWORD

MEMBER = "440100100001"


def sign_in(person: Person, login: str) -> Person:
    """Sign in with the number that stands in for the puzzle."""
    page = person.go("/").page
    page.get_by_label(person.say("Account")).fill(login)
    page.get_by_label(person.say("Password"), exact=True).fill(PASSWORD)
    digits = page.get_by_label(re.compile(r"\d{6}"))
    label = page.locator("label[for=answer]").inner_text()
    digits.fill(re.findall(r"\d{6}", label)[0])
    return person.press("Sign in")


def test_a_member_applies_without_scripts(enter: Enter, errand: Errands) -> None:
    member = sign_in(enter(size="phone", javascript=False), MEMBER)
    page = member.press("Start the inspection").is_at("完善信息").page
    member.press("Add: %(label)s", label="教育经历")
    expect(member.main.get_by_label("毕业院校")).to_have_count(2)
    member.main.get_by_role("button", name=member.say("Remove")).last.click()
    expect(member.main.get_by_label("毕业院校")).to_have_count(1)
    member.type("通讯地址", "").press("年检申请").is_at("完善信息")
    expect(page.get_by_role("alert")).to_contain_text("通讯地址")
    member.type("通讯地址", "广州市越秀区演示路8号").press("年检申请")
    member.is_at("年检信息").press("下一步").is_at("承诺书").press("确认")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("checkbox", name="我已阅读并同意").check()
    member.press("确认").is_at("缴费与材料")
    slot = page.locator(".slot", has_text="在职证明")
    slot.locator("input[type=file]").set_input_files(payload("no.pdf", b"no", "application/pdf"))
    slot.get_by_role("button", name=member.say("Upload")).click()
    expect(page.get_by_role("alert")).to_be_visible()
    slot.locator("input[type=file]").set_input_files(payload("p.png", picture(), "image/png"))
    slot.get_by_role("button", name=member.say("Upload")).click()
    expect(slot.get_by_role("link", name="p.png")).to_be_visible()
    member.press("下一步").is_at("确认申请").press("确认申请")
    member.sees("年度年检吗").press("Cancel").is_at("确认申请")
    member.press("确认申请").press("OK").sees("申请成功")
    assert get_case(errand(MEMBER).app, MEMBER).status == "in_review"


def test_a_reviewer_returns_without_scripts(enter: Enter, errand: Errands) -> None:
    number = "330000100001"
    errand(number).start().apply()
    reviewer = enter("zj_review", javascript=False).go("/inbox")
    reviewer.page.get_by_role("searchbox").fill("蔡")
    reviewer.press("Filter").page.get_by_role("link", name="蔡思源").click()
    reviewer.press("I am on it")
    marker = reviewer.page.locator("details.marker", has_text="通讯地址").first
    marker.locator("summary").click()
    marker.get_by_role("checkbox").check()
    reviewer.type("原因", "请核对地址").press("退回").is_at("Inbox")
    member = enter(number, "phone", javascript=False).go("/").follow("Apply again")
    member.sees("请核对地址").sees("To be changed")
