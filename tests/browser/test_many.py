"""Many at once: tasks are ticked, confirmed and decided together; two reviewers at the same."""

import re

import pytest
from playwright.sync_api import Page, expect

from engine.jobs import Worker
from tests.browser.conftest import Enter, Errands, Server
from tests.browser.errands import get_case

CAI, LIN = "330000100001", "330000100002"


@pytest.fixture
def two_sent(errand: Errands) -> None:
    """Two applications of Zhejiang wait."""
    for number in (CAI, LIN):
        errand(number).start().apply()


def tick(page: Page, name: str) -> None:
    """Tick a task of the list with the keyboard."""
    box = page.locator("#tasks tr", has_text=name).get_by_role("checkbox")
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_be_checked()


def work(server: Server) -> None:
    """Do what is due."""
    Worker(server.app.extensions["engine"]).run_due()


def test_ticked_tasks_are_decided_together(enter: Enter, server: Server, two_sent: None) -> None:
    reviewer = enter("zj_review").go("/inbox")
    page = reviewer.page
    tick(page, "蔡思源")
    expect(page.locator("[data-ticked]")).to_have_text("1")
    page.get_by_label(reviewer.say("All on this page")).check()
    expect(page.locator("[data-ticked]")).to_have_text("2")
    reviewer.look("inbox-ticked")
    page.locator("#ticked button[name=outcome]").click()
    reviewer.sees(
        "Each is decided by itself in your name. One that cannot be decided stops no "
        "other; you see why."
    ).look("batch-ask")
    page.get_by_role("button", name=re.compile("2")).click()
    expect(page.locator("#batch progress")).to_have_attribute("value", "0")
    reviewer.look("batch-running")
    work(server)
    # The page finds out by itself.
    expect(page.locator("#batch progress")).to_have_attribute("value", "2")
    expect(page.locator(".batch-list li")).to_have_count(2)
    reviewer.look("batch-done")
    assert {get_case(server.app, each).status for each in (CAI, LIN)} == {"passed"}
    reviewer.go("/inbox/batches").look("batches")


def test_two_reviewers_at_the_same_tasks_are_told_who_was_faster(
    enter: Enter, server: Server, two_sent: None
) -> None:
    people = enter("zj_review"), enter("zj_review2")
    for person in people:
        person.go("/inbox")
        person.page.get_by_label(person.say("All on this page")).check()
        person.page.locator("#ticked button[name=outcome]").click()
    for person in people:
        person.page.get_by_role("button", name=re.compile("2")).click()
        expect(person.page.locator("#batch")).to_be_visible()
    work(server)
    first, second = people
    expect(first.page.locator("#batch progress")).to_have_attribute("value", "2")
    expect(second.page.locator("#failed-title")).to_be_visible()
    expect(second.page.locator(".batch-why")).to_have_count(2)
    second.look("batch-failed")


def test_all_of_it_works_without_scripts_on_a_phone(
    enter: Enter, server: Server, two_sent: None
) -> None:
    reviewer = enter("zj_review", "phone", javascript=False).go("/inbox")
    page = reviewer.page
    page.locator("#tasks tr", has_text="蔡思源").get_by_role("checkbox").check()
    page.locator("#ticked button[name=outcome]").click()
    page.locator("main form button").click()
    expect(page.locator("#batch")).to_be_visible()
    work(server)
    reviewer.follow("Look again")
    expect(page.locator(".batch-list li")).to_have_count(1)


def test_nothing_ticked_is_said(enter: Enter, two_sent: None) -> None:
    reviewer = enter("zj_review").go("/inbox")
    reviewer.page.locator("#ticked button[name=outcome]").click()
    reviewer.sees("Tick at least one task.")
