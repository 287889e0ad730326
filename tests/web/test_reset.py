"""找回密码 of members, on the pages: every row of the table, walked to the sign-in."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.web.conftest import Page, Visitor
from tests.web.resetting import (
    ACCOUNT,
    NEW_PASSWORD,
    Forgetful,
    account_of,
    bind_phone,
    last_address,
    last_code,
    member_of,
    mobile_of,
    scan,
    simulate_phone,
    write_on_file,
)
from tests.web.test_official_account import Reader
from workflows.shared.bindings import find_binding
from workflows.shared.messages import Message
from workflows.shared.security_events import list_events


def set_password(person: Forgetful, page: Page, password: str = NEW_PASSWORD) -> Page:
    return person.press(page, outcome="reset", password=password, password_again=password)


def can_sign_in(app: Flask, password: str = NEW_PASSWORD, login: str = ACCOUNT) -> bool:
    return Visitor(app).sign_in(login, password).path == "/"


def by_mobile(app: Flask, person: Forgetful, page: Page) -> Page:
    """From the choice of methods to the new password, by text message."""
    mobile = mobile_of(app)
    page = person.press(page, outcome="mobile")
    assert f"{mobile[3:6]}****{mobile[-4:]}" in page.text
    page = person.ask_for_code(page, mobile=mobile[3:])
    assert page.status == 200
    return person.press(page, outcome="next", mobile=mobile[3:], code=last_code(app, mobile))


def by_identity(app: Flask, person: Forgetful, page: Page, **changed: str) -> Page:
    """From the page of other information to the new password, by an e-mail address on file."""
    member, number = member_of(app)
    typed = {
        "name": member.name,
        "identity_number": number,
        "evidence_kind": "email",
        "evidence": "owner@example.org",
        **changed,
    }
    return person.press(page, outcome="next", **typed)


def test_a_code_by_text_message_leads_to_a_new_password(app: Flask) -> None:
    person = Forgetful(app)
    page = by_mobile(app, person, person.begin())
    assert "New password" in page.text
    page = set_password(person, page)
    assert "Your password was reset" in page.text
    assert can_sign_in(app)
    assert page.links()["Sign in"] == "/sign-in"


@pytest.mark.parametrize("is_phone", [True, False])
def test_a_bound_account_gets_its_code_on_the_official_account(app: Flask, is_phone: bool) -> None:
    openid = bind_phone(app)
    person = Forgetful(app, is_phone=is_phone)
    page = person.ask_for_code(person.begin())
    page = person.press(page, outcome="next", code=last_code(app, openid))
    page = set_password(person, page)
    assert "Your password was reset" in page.text
    assert can_sign_in(app)


def test_whoever_cannot_receive_it_takes_another_way(app: Flask) -> None:
    bind_phone(app)
    person = Forgetful(app, is_phone=False)
    page = person.press(person.begin(), outcome="other")
    page = set_password(person, by_mobile(app, person, page))
    assert "Your password was reset" in page.text
    assert can_sign_in(app)


def test_a_desktop_shows_a_code_for_the_phone_and_waits_until_it_is_done(app: Flask) -> None:
    desktop, phone = Forgetful(app, is_phone=False), Forgetful(app)
    page = desktop.begin()
    assert "Scan the official account" in page.text
    openid = simulate_phone(app)
    scan(app, openid)
    carried = phone.open_in_wechat(last_address(app, openid), openid)
    (number,) = page.html.xpath("//*[@data-number]/text()")
    carried = phone.type_number(carried, number)
    assert carried.path == "/reset/step"
    assert "Go on with the phone" in desktop.open("/reset/step").text
    carried = set_password(phone, by_mobile(app, phone, carried))
    assert "Your password was reset" in carried.text
    assert "The official account is bound now" in carried.text
    waiting = desktop.client.get("/reset/watch/waiting", headers={"HX-Request": "true"})
    assert waiting.headers["HX-Redirect"] == "/reset/step"
    done = desktop.open("/reset/step")
    assert "Your password was reset" in done.text
    assert "It was done on the phone" in done.text
    assert can_sign_in(app)
    engine = app.extensions["engine"]
    with engine.database.read() as session:
        assert find_binding(session, account_of(app).id) is not None
        (event,) = list_events(session, account_id=account_of(app).id, what="bound")
        assert event.address == "192.0.2.10"
        told = session.scalars(select(Message.template).where(Message.template == "bound"))
        assert told.all() == ["bound"]


def test_a_malformed_mobile_leads_to_other_information(app: Flask) -> None:
    write_on_file(app, mobile="010-88223343", email="owner@example.org")
    person = Forgetful(app)
    page = person.begin()
    assert "010****23343" in page.text
    assert "is not written correctly" in page.text
    page = set_password(person, by_identity(app, person, page))
    assert "Your password was reset" in page.text
    assert can_sign_in(app)


def test_of_a_short_number_that_is_none_next_to_nothing_is_shown(app: Flask) -> None:
    write_on_file(app, mobile="1234567")
    text = Forgetful(app).begin().text
    assert "1****" in text
    assert "123****" not in text


def test_a_missing_mobile_leads_to_other_information(app: Flask) -> None:
    write_on_file(app, mobile="", email="owner@example.org")
    person = Forgetful(app)
    page = person.begin()
    assert "There is no mobile number on file" in page.text
    assert can_sign_in(app, NEW_PASSWORD) is False
    set_password(person, by_identity(app, person, page))
    assert can_sign_in(app)


def test_other_information_may_be_chosen_though_there_is_a_mobile(app: Flask) -> None:
    write_on_file(app, email="owner@example.org")
    person = Forgetful(app)
    page = person.press(person.begin(), outcome="identity")
    member, number = member_of(app)
    assert number[:7] in page.text
    assert number not in page.text
    assert "Non-practising member" in page.text
    page = by_identity(app, person, page, identity_number=number.lower(), name=f" {member.name} ")
    set_password(person, page)
    assert can_sign_in(app)


def test_somebody_who_does_not_follow_is_told_and_has_his_password(app: Flask) -> None:
    reader = Reader(app, 7, is_following=False)
    person = Forgetful(app)
    person.client = reader.client
    person.client.environ_base["HTTP_USER_AGENT"] = person.headers["User-Agent"]
    page = reader.arrive("/official-account/reset")
    assert page.path == "/reset/"
    page = set_password(person, by_mobile(app, person, person.begin()))
    assert "you do not follow it" in page.text
    assert can_sign_in(app)
