"""A day's work by single keys; and none of them where somebody types or has turned them off."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter, Errands
from tests.browser.errands import get_case
from tests.browser.test_inbox_people import reason

CAI, LIN = "330000100001", "330000100002"


@pytest.fixture
def two_sent(errand: Errands) -> None:
    """Two applications of Zhejiang wait."""
    for number in (CAI, LIN):
        errand(number).start().apply()


def test_a_task_is_found_opened_and_returned_by_keys_alone(
    enter: Enter, errand: Errands, two_sent: None
) -> None:
    reviewer = enter("zj_review").go("/inbox")
    page, keys = reviewer.page, reviewer.page.keyboard
    expect(page.locator("#tasks tbody tr")).to_have_count(2)
    links = page.locator("#tasks td.title a")
    keys.press("j")
    expect(links.nth(0)).to_be_focused()
    keys.press("j")
    expect(links.nth(1)).to_be_focused()
    keys.press("k")
    keys.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    keys.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    keys.type("蔡思源")
    expect(links).to_have_count(1)
    keys.press("Tab")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.activeElement.blur()")
    keys.press("j")
    expect(links).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("蔡思源")
    expect(page.locator("#claim")).to_contain_text(reviewer.say("Put back"))
    keys.press("m")
    expect(page.locator("details.marker[open]")).to_have_count(1)
    keys.press("r")
    expect(reason(reviewer)).to_be_focused()
    keys.type("rtanpj?")
    expect(reason(reviewer)).to_have_value("rtanpj?")
    assert get_case(errand(CAI).app, CAI).status == "in_review"


def test_approving_takes_two_keys_and_opens_the_next_task(
    enter: Enter, errand: Errands, two_sent: None
) -> None:
    reviewer = enter("zj_review").go("/inbox")
    keys = reviewer.page.keyboard
    keys.press("j")
    keys.press("Enter")
    heading = reviewer.page.get_by_role("heading", level=1)
    claim = reviewer.page.locator("#claim")
    expect(claim).to_contain_text(reviewer.say("Put back"))
    first = heading.inner_text()
    keys.press("n")
    expect(heading).not_to_have_text(first)
    reviewer.page.wait_for_load_state()  # from then on the page hears keys
    keys.press("p")
    expect(heading).to_have_text(first)
    reviewer.page.wait_for_load_state()
    expect(claim).to_contain_text(reviewer.say("Put back"))
    keys.press("a")
    expect(reviewer.button("通过")).to_be_focused()
    keys.press("Enter")
    expect(heading).not_to_have_text(first)
    reviewer.page.wait_for_load_state()
    keys.press("g")
    keys.press("i")
    reviewer.is_at("Inbox")
    statuses = {get_case(errand(CAI).app, each).status for each in (CAI, LIN)}
    assert statuses == {"passed", "in_review"}


def test_a_phrase_is_picked_where_the_cursor_is(enter: Enter, two_sent: None) -> None:
    reviewer = enter("zj_review").go("/inbox/phrases").is_at("Phrases for returns")
    reviewer.page.get_by_label(reviewer.say("Phrase")).last.fill("请补充证明。")
    reviewer.press("Keep").look("phrases")
    reviewer.go("/inbox").page.locator("#tasks td.title a").first.click()
    page, keys, written = reviewer.page, reviewer.page.keyboard, reason(reviewer)
    written.fill("一。二。")
    keys.press("Home")
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    page.evaluate("document.activeElement.blur()")
    keys.press("s")
    expect(page.locator("[data-phrase]").first).to_be_focused()
    keys.press("Enter")
    expect(written).to_be_focused()
    expect(written).to_have_value("一。\n请补充证明。二。")
    written.fill("请提供原件。")
    reviewer.press("Keep this reason as a phrase")
    expect(page.locator("[data-phrase]")).to_have_count(2)
    expect(written).to_have_value("请提供原件。")


def test_the_list_of_shortcuts_opens_and_turns_them_off(enter: Enter, two_sent: None) -> None:
    reviewer = enter("zj_review").go("/inbox")
    page, keys = reviewer.page, reviewer.page.keyboard
    keys.press("?")
    window = page.get_by_role("dialog")
    expect(window).to_contain_text(reviewer.say("Search"))
    reviewer.look("shortcuts")
    window.get_by_role("checkbox").uncheck()
    keys.press("Escape")
    page.evaluate("document.activeElement.blur()")
    keys.press("j")
    expect(page.locator("#tasks td.title a:focus")).to_have_count(0)
    keys.press("?")
    expect(window).to_have_count(0)
    page.reload()
    page.get_by_role("button", name=re.compile(reviewer.say("Shortcuts"))).click()
    window.get_by_role("checkbox").check()
    keys.press("Escape")
    page.evaluate("document.activeElement.blur()")
    keys.press("j")
    expect(page.locator("#tasks td.title a:focus")).to_have_count(1)


def test_handing_over_is_a_key_away(enter: Enter, two_sent: None) -> None:
    reviewer = enter("zj_review").go("/inbox")
    reviewer.page.locator("#tasks td.title a").first.click()
    expect(reviewer.page.locator("#claim")).to_contain_text(reviewer.say("Put back"))
    reviewer.page.keyboard.press("t")
    expect(reviewer.page.get_by_label(reviewer.say("Colleague"), exact=True)).to_be_focused()
    reviewer.page.keyboard.press("Escape")
    expect(reviewer.page.get_by_role("dialog")).to_have_count(0)
    reviewer.page.keyboard.press("c")
    reviewer.is_at("Inbox")
