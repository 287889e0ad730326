"""Pages that need nobody signed in, and everybody's own account."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.browser.walking import Person

MEMBER = "330000100001"


def test_somebody_who_forgot_his_password_is_told_whom_to_call(enter: Enter) -> None:
    visitor = enter(size="phone").go("/").follow("Forgotten your password?")
    visitor.is_at("Forgotten password").sees("010-88250337").look("forgotten")


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "plain"])
def test_the_contacts_are_searched_by_area(enter: Enter, javascript: bool) -> None:
    visitor = enter(javascript=javascript).go("/contacts")
    if javascript:
        visitor.look("contacts")
    visitor.sees("佛山市").sees("深圳市")
    search = visitor.page.get_by_role("searchbox")
    search.fill("佛山")
    search.press("Enter")
    visitor.sees("佛山市").sees_not("珠海市")


def test_somebody_ends_his_session_on_another_device(enter: Enter) -> None:
    here, there = enter(MEMBER).go("/account"), enter(MEMBER, "phone").go("/account")
    there.look("account")
    here.page.reload()
    here.press("End").sees("That session has ended.")
    there.go("/account").is_at("Sign in")


def test_a_changed_password_is_asked_for_from_now_on(enter: Enter) -> None:
    member = enter(MEMBER).go("/account/password")
    change(member, "huiji-demo", "a new long password", "another long password")
    expect(member.page.get_by_role("alert")).to_be_focused()
    member.look("password-problem")
    change(member, "huiji-demo", "a new long password", "a new long password")
    member.sees("Your password was changed. All other sessions have ended.")


def change(member: Person, current: str, new: str, again: str) -> None:
    """Fill the three fields in and send them."""
    for name, text in (("current", current), ("new", new), ("again", again)):
        member.page.locator(f"#{name}").fill(text)
    member.main.locator("form button[type=submit], form button:not([type])").last.click()


def test_lists_that_are_empty_say_what_will_be_there(enter: Enter) -> None:
    member = enter("330000100010", "phone").go("/").look("home-not-yet")
    member.go("/messages").sees("No messages yet").look("messages-empty")
    member.go("/applications").sees("No applications yet").look("applications-empty")
    member.go("/my-code").sees("There is no result yet").look("code-empty")
    reviewer = enter("zj_review").go("/inbox").sees("Everything is done").look("inbox-empty")
    assert reviewer.page.url.endswith("/inbox")
