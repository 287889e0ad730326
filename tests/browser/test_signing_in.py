"""The way in: what a person types, what the page says, and where it leads."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.browser.walking import Person
from web.demo import PASSWORD

SIZES = pytest.mark.parametrize("size", ["phone", "desktop"])
MEMBER = "330000100001"


def sign_in(person: Person, login: str, password: str) -> None:
    person.page.get_by_label(person.say("Account")).fill(login)
    person.page.get_by_label(person.say("Password"), exact=True).fill(password)
    person.press("Sign in")


@SIZES
def test_a_member_signs_in_and_sees_what_is_open(enter: Enter, size: str) -> None:
    member = enter(size=size).go("/").is_at("Sign in").look("sign-in")
    sign_in(member, MEMBER, PASSWORD)
    member.is_at("Welcome, %(name)s", name="蔡思源").look("home")
    expect(member.button("Start the inspection")).to_be_visible()
    expect(member.link("More")).to_have_count(0)
    member.sees("Past years")


def test_a_wrong_password_is_not_told_from_a_wrong_account(enter: Enter) -> None:
    visitor = enter().go("/")
    sentences = []
    for login in (MEMBER, "330000999999"):
        sign_in(visitor, login, "wrong-password")
        problem = visitor.page.get_by_role("alert")
        expect(problem).to_be_focused()
        sentences.append(problem.inner_text())
        expect(visitor.page.get_by_label(visitor.say("Account"))).to_have_value(login)
    assert sentences[0] == sentences[1]


def test_a_page_that_needs_a_person_is_reached_after_signing_in(enter: Enter) -> None:
    visitor = enter().go("/messages").is_at("Sign in")
    sign_in(visitor, MEMBER, PASSWORD)
    visitor.is_at("Messages")


def test_staff_sign_in_to_their_inbox(enter: Enter) -> None:
    visitor = enter().go("/")
    visitor.page.get_by_role("radio", name=visitor.say("Association staff")).check()
    sign_in(visitor, "zj_review", PASSWORD)
    visitor.is_at("Inbox")


def test_signing_out_ends_the_session(enter: Enter) -> None:
    member = enter(MEMBER).go("/")
    member.page.get_by_role("banner").locator("summary").click()
    member.page.get_by_role("button", name=member.say("Sign out")).click()
    member.is_at("Sign in")
    member.go("/").is_at("Sign in")


@SIZES
def test_the_other_language_is_one_click_away(enter: Enter, size: str) -> None:
    visitor = enter(MEMBER, size).go("/")
    visitor.page.get_by_role("link", name="English").click()
    replace(visitor, language="en").is_at("Welcome, %(name)s", name="蔡思源").look("home")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "en")
