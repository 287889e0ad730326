"""Colleagues in browsers of their own: handing over, copying, covering, racing on one task."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Enter, Errands
from tests.browser.errands import get_case, get_task
from tests.browser.walking import Person

CAI, LIN = "330000100001", "330000100002"
FIRST, SECOND, CLERK = "浙江审核员", "浙江审核员乙", "浙江会费岗"


@pytest.fixture
def address(errand: Errands) -> str:
    """Where an application of Zhejiang waits for review."""
    errand(CAI).start().apply()
    return f"/inbox/{get_task(errand(CAI).app, CAI, 'review_application').id}"


def choose_colleague(person: Person, name: str) -> None:
    """Choose somebody in the window that asks to whom."""
    window = person.page.get_by_role("dialog")
    choice = window.get_by_label(person.say("Colleague"), exact=True)
    option = choice.locator("option", has_text=name).last.get_attribute("value")
    choice.select_option(value=option)


def reason(person: Person) -> Locator:
    """Where the reason of a return is written."""
    return person.page.locator("textarea[name=reason]")


def test_a_task_is_handed_over_and_the_colleague_finds_it(enter: Enter, address: str) -> None:
    first, second = enter("zj_review").go(address), enter("zj_review2")
    first.page.locator("#assigned").get_by_role("link").click()
    window = first.page.get_by_role("dialog")
    expect(window.get_by_label(first.say("Colleague"), exact=True)).to_be_focused()
    choose_colleague(first, SECOND)
    window.get_by_label(first.say("Note to the colleague")).fill("请核对工作单位")
    first.look("hand-over")
    window.get_by_role("button", name=first.say("Hand over")).click()
    first.is_at("Inbox").sees("%(subject)s was handed to %(name)s.", subject="蔡思源", name=SECOND)
    second.go("/messages").look("bell-of-staff")
    second.page.get_by_role("link", name="蔡思源").click()
    second.sees("请核对工作单位").follow("Open the task").sees("Assigned to you")
    second.go("/inbox?assigned=me").look("assigned-to-me")
    expect(second.page.locator("#tasks tbody tr")).to_have_count(1)


def test_two_who_take_it_on_learn_who_has_it(enter: Enter, address: str) -> None:
    first, second = enter("zj_review").go(address), enter("zj_review2").go(address)
    reason(first).fill("我写了一半的理由")
    second.page.locator("#assigned").get_by_role("button").first.click()
    second.sees("Assigned to you")
    first.page.locator("#assigned").get_by_role("button").first.click()
    first.sees("This task was handed over in the meantime: %(name)s has it now.", name=SECOND)
    expect(reason(first)).to_have_value("我写了一半的理由")
    first.page.locator("#assigned").get_by_role("button").first.click()
    first.sees("Assigned to you")


def test_handing_over_what_is_decided_says_so(enter: Enter, errand: Errands, address: str) -> None:
    first, second = enter("zj_review").go(address), enter("zj_review2").go(address)
    first.page.locator("#assigned").get_by_role("link").click()
    choose_colleague(first, SECOND)
    second.press("通过").is_at("Inbox")
    first.page.get_by_role("dialog").get_by_role("button", name=first.say("Hand over")).click()
    first.sees("This step is done already; nothing was changed by you.").sees(SECOND)
    assert get_case(errand(CAI).app, CAI).status == "passed"


def test_deciding_what_was_handed_over_works_and_the_colleague_is_told(
    enter: Enter, address: str
) -> None:
    first, second = enter("zj_review").go(address), enter("zj_review2").go(address)
    second.page.locator("#assigned").get_by_role("button").first.click()
    second.sees("Assigned to you")
    first.press("通过").is_at("Inbox")
    second.press("通过").is_at("Somebody was faster").sees(FIRST)


def test_a_copy_is_read_without_losing_what_was_typed(enter: Enter, address: str) -> None:
    first, clerk = enter("zj_review").go(address), enter("zj_fees")
    reason(first).fill("写了一半")
    first.follow("Copy to colleagues")
    window = first.page.get_by_role("dialog")
    window.get_by_role("checkbox", name=CLERK).check()
    window.get_by_label(first.say("Note to the readers")).fill("请了解")
    first.look("copy")
    window.get_by_role("button", name=first.say("Copy")).click()
    expect(window).to_have_count(0)
    expect(first.page.locator("#copies")).to_contain_text(CLERK)
    expect(reason(first)).to_have_value("写了一半")
    clerk.go("/inbox?copied=1")
    clerk.page.locator("#tasks td.title a").click()
    clerk.sees("请了解").look("copied").press("I have read it")
    clerk.sees("You may look at this task; others decide on it.")
    first.page.reload()
    expect(first.page.locator("#copies")).to_contain_text(first.say("Read"))


def test_days_away_are_noted_on_a_page(enter: Enter, address: str) -> None:
    first = enter("zj_review").go("/inbox/absence").is_at("Who is away")
    first.sees("Nobody is away").look("absence-empty")
    first.page.get_by_label(first.say("Last day")).fill(
        first.page.get_by_label(first.say("First day")).input_value()
    )
    first.page.get_by_label(first.say("Covered by")).select_option(label=SECOND)
    first.press("Note these days").sees("The days are noted.").look("absence")
    first.press("Back from today")
    first.sees("Nobody is away")


def test_a_view_is_kept_from_the_filters_and_counted(enter: Enter, address: str) -> None:
    first = enter("zj_review").go("/inbox")
    first.page.get_by_role("checkbox", name=first.say("Mine")).check()
    first.page.get_by_label(first.say("Assigned to")).select_option("nobody")
    first.follow("Keep this view")
    window = first.page.get_by_role("dialog")
    window.get_by_label(first.say("Name of the view")).fill("没人管的")
    first.look("keep-view")
    window.get_by_role("button", name=first.say("Keep")).click()
    here = first.page.locator("#views a[aria-current]")
    expect(here).to_contain_text("没人管的")
    expect(here.locator(".tally")).to_be_visible()
    first.go("/inbox/views").look("views").press("Open first").sees("Opens first")
    first.go("/")
    expect(first.page.locator("#views a[aria-current]")).to_contain_text("没人管的")


def test_a_rule_is_tried_and_kept(enter: Enter, address: str) -> None:
    manager = enter("zj_manage").go("/manage/rules?way=region").is_at("Assignment rules")
    manager.look("rules-by-region").go("/manage/rules?way=digit").look("rules-by-digit")
    manager.page.locator("#part-1").select_option(label=FIRST)
    manager.press("Try it on the last %(n)s tasks", n=50)
    expect(manager.page.locator("#trial")).to_contain_text(FIRST)
    manager.look("rules-tried").press("Save the rule")
    manager.sees("The rule counts for what arrives from now on.")


def test_everything_works_without_scripts(enter: Enter, address: str) -> None:
    first = enter("zj_review", javascript=False).go(address)
    first.page.locator("#assigned").get_by_role("link").click()
    first.is_at("Hand over")
    choice = first.page.get_by_label(first.say("Colleague"), exact=True)
    option = choice.locator("option", has_text=SECOND).get_attribute("value")
    choice.select_option(value=option)
    first.press("Hand over").is_at("Inbox")
