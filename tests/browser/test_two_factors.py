"""The second step of the staff's sign-in, on a phone and at a desk."""

import pyotp
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter, Server
from tests.browser.walking import Person
from web.demo import PASSWORD
from web.languages import catalogue
from workflows.shared.accounts import find_account
from workflows.shared.totp import find_factor, make_code

CODED = "cicpa_help"
SIZES = pytest.mark.parametrize("size", ["phone", "desktop"])


def prove_password(person: Person, login: str) -> Person:
    """Sign in as staff with the password."""
    person.go("/sign-in").is_at("Sign in")
    person.page.get_by_role("radio", name=person.say("Association staff")).check()
    person.type(person.say("Account"), login)
    person.page.get_by_label(person.say("Password"), exact=True).fill(PASSWORD)
    return person.press("Sign in")


def code_of(server: Server, login: str) -> str:
    """What the person's app shows."""
    engine = server.app.extensions["engine"]
    with engine.database.read() as session:
        account = find_account(session, user_type="staff", login=login)
        factor = find_factor(session, account.id)
        return make_code(engine.vault.open_text(factor.secret_sealed), now=engine.now())


@SIZES
def test_a_code_opens_the_session(enter: Enter, server: Server, size: str) -> None:
    person = prove_password(enter(size=size), CODED)
    person.is_at("Second step").look("second-step")
    person.type(person.say("Code"), "000000").press("Sign in")
    expect(person.page.get_by_role("alert")).to_be_focused()
    person.type(person.say("Code"), code_of(server, CODED)).press("Sign in").is_at("Inbox")


@SIZES
def test_an_app_is_set_up_and_recovery_codes_are_said(
    enter: Enter, server: Server, size: str
) -> None:
    person = enter("zj_review", size).go("/account").is_at("My account").look("account-staff")
    person.follow("Set up the second step").is_at("Set up the second step").look(
        "second-step-offer"
    )
    person.main.locator("summary").click()
    secret = person.main.locator(".offer-letters").inner_text().replace(" ", "")
    now = server.app.extensions["engine"].now()
    person.type(person.say("Code"), pyotp.TOTP(secret).at(now)).press("Set it up")
    person.is_at("Your recovery codes").look("recovery-codes")
    code = person.main.locator(".recovery-codes code").nth(4).inner_text()
    other = prove_password(enter(size=size), "zj_review")
    other.type(other.say("Code"), code).press("Sign in").is_at("Inbox")
    left = catalogue(other.language).ngettext(
        "%(num)s recovery code is left.", "%(num)s recovery codes are left.", 9
    )
    expect(other.go("/account").main).to_contain_text(left % {"num": 9})
