"""One's own account and first sign-in, of each user type, on a phone and at a desk."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from tests.browser.conftest import Enter, Server
from tests.browser.walking import Person
from web.demo import PASSWORD
from web.sessions import COOKIE
from workflows.shared.codes import OneTimeCode, derive_code
from workflows.shared.sign_in import WebSession, sign_in

SIZES = pytest.mark.parametrize("size", ["phone", "desktop"])
MEMBER, CPA, NEW_CPA, FIRM = "330000100001", "330000900001", "330000900003", "33000001"
TYPES = {
    "member": "Non-practising member",
    "cpa": "Certified public accountant",
    "firm": "Accounting firm",
    "staff": "Association staff",
}


def prove_password(person: Person, user_type: str, login: str, password: str = PASSWORD) -> Person:
    """Sign in: the user type takes on the first tap."""
    person.go("/sign-in").is_at("Sign in")
    choice = person.page.get_by_role("radio", name=person.say(TYPES[user_type]))
    choice.click() if person.page.viewport_size["width"] > 400 else choice.tap()
    expect(choice).to_be_checked()
    person.type(person.say("Account"), login)
    person.page.get_by_label(person.say("Password"), exact=True).fill(password)
    return person.press("Sign in")


def seat(enter: Enter, server: Server, size: str, user_type: str, login: str) -> Person:
    """Somebody who is signed in already."""
    app = server.app
    opened = sign_in(
        app.extensions["engine"],
        user_type=user_type,
        login=login,
        password=PASSWORD,
        address="127.0.0.1",
        user_agent="errand",
        length=app.config["SETTINGS"].session_length,
        now=app.extensions["engine"].now(),
    )
    person = enter(size=size)
    cookie = {"name": COOKIE, "value": opened.token, "url": server.url}
    person.page.context.add_cookies([cookie])
    return person


def last_code(server: Server) -> str:
    """The digits of the code that was asked for last."""
    engine = server.app.extensions["engine"]
    with engine.database.read() as session:
        code = session.scalars(select(OneTimeCode).order_by(OneTimeCode.id.desc())).first()
        return derive_code(engine.vault, code.id)


@SIZES
@pytest.mark.parametrize(
    ("user_type", "login", "words"),
    [
        ("cpa", CPA, "Annual inspection of CPAs"),
        ("firm", FIRM, "Main account"),
        ("firm", f"{FIRM}_cw", "Finance account"),
    ],
)
def test_each_user_type_signs_in_to_its_own_home(
    enter: Enter, user_type: str, login: str, words: str, size: str
) -> None:
    person = prove_password(enter(size=size), user_type, login)
    person.page.wait_for_url("**/")
    person.sees(words).look(f"home-{login}")


@SIZES
def test_the_first_sign_in_asks_for_consent_and_a_password(enter: Enter, size: str) -> None:
    person = prove_password(enter(size=size), "cpa", NEW_CPA)
    person.is_at("Privacy notice").look("consent")
    person.press("Agree and go on")
    expect(person.page.get_by_role("alert")).to_be_focused()
    person.page.get_by_role("checkbox").check()
    person.press("Agree and go on").is_at("Change the password").look("issued-password")
    new = "rivers run uphill"
    person.page.get_by_label(person.say("Current password"), exact=True).fill(PASSWORD)
    person.page.get_by_label(person.say("New password"), exact=True).fill(new)
    person.page.get_by_label(person.say("New password again"), exact=True).fill(new)
    person.press("Change the password")
    person.page.wait_for_url("**/")
    person.sees("Your password was changed. All other sessions have ended.")


@SIZES
def test_a_mobile_number_is_changed_with_two_codes(enter: Enter, server: Server, size: str) -> None:
    person = enter(MEMBER, size).go("/account").is_at("My account").look("account-member")
    person.main.get_by_role("link", name=person.say("Change")).first.click()
    person.is_at("Change the mobile number").look("contact-ways")
    person.press("Send the code").look("contact-code")
    person.type(person.say("Code"), last_code(server)).press("Next step")
    person.look("contact-new").type(person.say("New mobile number"), "15499998888")
    person.press("Send a code there").sees("154****8888").look("contact-finish")
    person.type(person.say("Code"), last_code(server)).press("Change it").is_at("My account")
    person.sees("154****8888")


@SIZES
def test_who_lost_the_number_types_what_the_register_says(
    enter: Enter, server: Server, size: str
) -> None:
    person = seat(enter, server, size, "firm", FIRM).go("/account/contact/mobile")
    person.follow("It is not mine any more, or nothing arrives").look("contact-facts")
    for name, fact in (
        ("Number of the firm", FIRM),
        ("Number of the approval of the firm", "演示批准[2001]1号"),
        ("Head of the firm", "袁国文"),
    ):
        person.type(person.say(name), fact)
    person.press("Next step")
    expect(person.field(person.say("New mobile number"))).to_be_visible()


def test_the_way_works_without_scripts(enter: Enter, server: Server) -> None:
    person = enter(MEMBER, "phone", javascript=False).go("/account/contact/mobile")
    person.press("Send the code")
    person.type(person.say("Code"), last_code(server)).press("Next step")
    expect(person.field(person.say("New mobile number"))).to_be_visible()


@SIZES
def test_keys_of_the_account_ask_who_it_is_once_more(
    enter: Enter, server: Server, size: str
) -> None:
    person = enter(MEMBER, size)
    with server.app.extensions["engine"].database.transaction() as session:
        session.execute(update(WebSession).values(confirmed_at=None))
    person.go("/account/contact/email").is_at("Confirm that it is you").look("confirm")
    person.page.get_by_label(person.say("Current password"), exact=True).fill(PASSWORD)
    person.press("Confirm").is_at("Change the e-mail address")


@SIZES
def test_an_auditor_and_an_administrator_have_their_pages(enter: Enter, size: str) -> None:
    enter("audit", size).go("/manage/security").is_at("Security").look("security")
    admin = (
        enter("admin", size).go("/manage/privacy").is_at("Privacy notice").look("manage-privacy")
    )
    admin.go("/privacy").look("privacy")
