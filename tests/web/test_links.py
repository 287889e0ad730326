"""The page of a one-time link, in a browser without scripts."""

from datetime import timedelta

import pytest
from flask import Flask

from engine.actors import SYSTEM
from engine.engine import Engine
from tests.web.conftest import READY, Page, Visitor
from tests.workflows.conftest import NOW, PASSWORD
from workflows.shared.accounts import find_account
from workflows.shared.one_time_links import add_link, derive_link

NEW = "a lantern over the river"


@pytest.fixture
def address(app: Flask) -> str:
    """Where a link for the member leads, on this site."""
    return issue(app)


def issue(app: Flask, *, after: timedelta = timedelta()) -> str:
    engine: Engine = app.extensions["engine"]
    with engine.database.transaction() as session:
        account = find_account(session, user_type="member", login=READY)
        assert account is not None
        link = add_link(
            session,
            purpose="reset",
            channel="sms",
            account_id=account.id,
            by=SYSTEM,
            now=NOW + after,
        )
        return derive_link(engine.vault, link.id, "")


def type_password(visitor: Visitor, page: Page, new: str = NEW, again: str = NEW) -> Page:
    values = page.values("/l")
    values["new"], values["again"] = new, again
    return visitor.send("/l", values)


def test_a_link_leads_to_a_new_password_and_that_signs_in(visitor: Visitor, address: str) -> None:
    page = visitor.open(address)
    assert (page.status, page.path) == (200, "/l")
    assert READY in page.text
    page = type_password(visitor, page)
    assert page.path == "/sign-in"
    assert "Your new password is set." in page.text
    assert visitor.sign_in(READY, NEW).path == "/"


def test_the_old_password_serves_no_more_and_sessions_are_over(
    app: Flask, member: Visitor, visitor: Visitor, address: str
) -> None:
    type_password(visitor, visitor.open(address))
    assert member.open("/").path == "/sign-in"
    assert visitor.sign_in(READY, PASSWORD).status == 422


def test_the_token_is_in_no_address_that_stays_and_in_no_page(
    visitor: Visitor, address: str
) -> None:
    token = address.rpartition("/")[2]
    answer = visitor.open(address, follow_redirects=False).response
    assert (answer.status_code, answer.headers["Location"]) == (302, "/l")
    (cookie,) = [each for each in answer.headers.getlist("Set-Cookie") if token in each]
    assert "HttpOnly" in cookie
    assert "Path=/l" in cookie
    assert "SameSite=Lax" in cookie
    page = visitor.open("/l")
    assert token not in page.response.get_data(as_text=True)
    assert page.response.headers["Cache-Control"] == "no-store"
    assert page.response.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("method", ["HEAD", "GET", "OPTIONS"])
def test_programs_that_look_first_use_nothing_up(
    app: Flask, visitor: Visitor, address: str, method: str
) -> None:
    looking = app.test_client()
    for _ in range(3):
        looking.open(address, method=method, follow_redirects=True)
    assert type_password(visitor, visitor.open(address)).path == "/sign-in"


def test_a_link_that_was_used_says_so(visitor: Visitor, address: str) -> None:
    type_password(visitor, visitor.open(address))
    page = visitor.open(address)
    assert page.status == 410
    assert "used already" in page.text
    assert visitor.client.get_cookie("huiji_link", path="/l") is None


def test_a_page_that_stayed_open_says_that_the_link_was_used(app: Flask, address: str) -> None:
    first, second = Visitor(app), Visitor(app)
    pages = first.open(address), second.open(address)
    type_password(first, pages[0])
    page = type_password(second, pages[1], "another password", "another password")
    assert (page.status, "used already" in page.text) == (410, True)


def test_a_link_that_is_old_says_so(app: Flask, visitor: Visitor) -> None:
    page = visitor.open(issue(app, after=timedelta(hours=-24)))
    assert (page.status, "has expired" in page.text) == (410, True)


@pytest.mark.parametrize("token", ["nothing", "A" * 43, "a" * 5000, "%E5%AF%86%00", "..%2f.."])
def test_what_is_no_link_says_so(visitor: Visitor, token: str) -> None:
    page = visitor.open(f"/l/{token}")
    assert page.status in (400, 404, 410)
    assert visitor.open("/l").status == 410


def test_passwords_that_differ_or_are_short_are_refused_and_the_link_stays(
    visitor: Visitor, address: str
) -> None:
    page = type_password(visitor, visitor.open(address), NEW, "something else")
    assert (page.status, "not the same both times" in page.text) == (422, True)
    page = type_password(visitor, page, "short", "short")
    assert (page.status, "at least 10 characters" in page.text) == (422, True)
    assert "short" not in [value for _name, value in page.values("/l").items()]
    assert type_password(visitor, page).path == "/sign-in"


def test_a_session_that_is_over_does_not_stand_in_the_way(visitor: Visitor, address: str) -> None:
    visitor.client.set_cookie("huiji_session", "of a session that is over")
    assert type_password(visitor, visitor.open(address)).path == "/sign-in"


def test_without_its_pages_token_nothing_is_set(visitor: Visitor, address: str) -> None:
    visitor.open(address)
    answer = visitor.client.post("/l", data={"new": NEW, "again": NEW})
    assert answer.status_code == 403
    assert visitor.open(address).status == 200


def test_one_who_is_signed_in_as_somebody_else_stays_so(
    app: Flask, visitor: Visitor, address: str
) -> None:
    visitor.enter("330000100003")
    type_password(visitor, visitor.open(address))
    assert visitor.open("/").path == "/"
