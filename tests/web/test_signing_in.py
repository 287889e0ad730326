"""The way in and out."""

import sqlite3
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event
from werkzeug.datastructures import MultiDict

from tests.web.conftest import READY, Visitor, solve
from tests.workflows.conftest import NOW

WRONG = "The user type, account or password is wrong."


def test_a_member_signs_in_and_is_at_home(visitor: Visitor) -> None:
    page = visitor.sign_in(READY)
    assert page.path == "/"
    assert "Annual inspection 2021" in page.text


def test_the_way_in_names_whom_to_call_and_what_to_do_without_a_password(
    app: Flask, visitor: Visitor
) -> None:
    page = visitor.open("/sign-in")
    telephone = app.config["SETTINGS"].support_phone
    (main,) = page.html.xpath("//main")
    assert telephone in main.text_content()
    assert main.xpath(f".//a[@href='tel:{telephone.partition('/')[0]}']")
    assert visitor.open(page.links()["Forgotten your password?"]).status == 200


def test_nobody_is_told_what_was_wrong(visitor: Visitor) -> None:
    pages = [
        visitor.sign_in(READY, "wrong password"),
        visitor.sign_in("999999999999", "wrong password"),
        visitor.sign_in(READY, kind="staff"),
    ]
    assert [page.status for page in pages] == [422, 422, 422]
    assert all(WRONG in page.text for page in pages)


def test_what_was_typed_stays_but_for_the_password(visitor: Visitor) -> None:
    values = visitor.sign_in(READY, "wrong password").values()
    assert values["account"] == READY
    assert "password" not in values


def test_nobody_signs_in_without_solving_the_puzzle(visitor: Visitor) -> None:
    values = visitor.open("/sign-in").values()
    values["account"], values["password"] = READY, "correct horse battery"
    page = visitor.send("/sign-in", values)
    assert page.status == 422
    assert "automatic sign-in" in page.text


def test_a_solved_puzzle_serves_once(visitor: Visitor) -> None:
    page = visitor.open("/sign-in")
    form = page.form()
    values = page.values()
    values["account"], values["password"] = READY, "wrong password"
    values["proof"] = solve(form.get("data-puzzle"), int(form.get("data-bits")))
    assert WRONG in visitor.send("/sign-in", values).text
    assert "automatic sign-in" in visitor.send("/sign-in", values).text


def test_a_browser_cannot_use_the_puzzle_of_another(app, visitor: Visitor) -> None:
    other = Visitor(app)
    page = other.open("/sign-in")
    form = page.form()
    values = visitor.open("/sign-in").values()
    values["challenge"] = form.get("data-puzzle")
    values["proof"] = solve(form.get("data-puzzle"), int(form.get("data-bits")))
    assert "automatic sign-in" in visitor.send("/sign-in", values).text


def test_copying_the_digits_is_enough_without_scripts(visitor: Visitor) -> None:
    page = visitor.open("/sign-in")
    (label,) = page.html.xpath("//label[@for='answer']")
    values = page.values()
    values["account"], values["password"] = READY, "correct horse battery"
    values["answer"] = "".join(sign for sign in label.text_content() if sign.isdigit())
    assert visitor.send("/sign-in", values).path == "/"


def test_signing_in_leads_back_to_where_one_was_going(visitor: Visitor) -> None:
    assert visitor.open("/messages").path == "/sign-in"
    page = visitor.open("/sign-in?next=/messages")
    form = page.form()
    values = page.values()
    values["account"], values["password"] = READY, "correct horse battery"
    values["proof"] = solve(form.get("data-puzzle"), int(form.get("data-bits")))
    assert visitor.send("/sign-in", values).path == "/messages"


def test_a_session_ends_on_the_server(member: Visitor) -> None:
    stolen = member.client.get_cookie("huiji_session")
    assert stolen is not None
    token = member.open("/account").values("/sign-out")
    assert member.send("/sign-out", token).path == "/sign-in"
    member.client.set_cookie("huiji_session", stolen.value)
    assert member.open("/account").path == "/sign-in"


def test_the_session_cookie_is_for_the_server_alone(visitor: Visitor) -> None:
    visitor.sign_in(READY)
    cookie = visitor.client.get_cookie("huiji_session")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"


def test_a_page_is_shown_though_the_database_is_busy(app: Flask, member: Visitor) -> None:
    engine = app.extensions["engine"]
    if not engine.database.is_sqlite:
        pytest.skip("PostgreSQL has no one lock that all writers wait for")
    engine.now = lambda: NOW + timedelta(minutes=5)

    @event.listens_for(engine.database.sql, "checkout")
    def do_not_wait(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA busy_timeout=0")

    with engine.database.transaction():
        page = member.open("/account")
    assert (page.status, page.path) == (200, "/account")


def test_another_session_can_be_ended(app, member: Visitor) -> None:
    other = Visitor(app)
    other.sign_in(READY)
    page = member.open("/account")
    form = page.form("/account/sessions/")
    member.send(form.get("action"), MultiDict(form.form_values()))
    assert other.open("/account").path == "/sign-in"
    assert member.open("/account").path == "/account"


def test_a_member_changes_the_password(app, member: Visitor) -> None:
    values = member.open("/account/password").values()
    values["current"], values["new"], values["again"] = (
        "correct horse battery",
        "staple gun thirty",
        "staple gun thirty",
    )
    assert "Your password was changed." in member.send("/account/password", values).text
    assert Visitor(app).sign_in(READY).status == 422
    assert Visitor(app).sign_in(READY, "staple gun thirty").path == "/"


def test_a_wrong_current_password_changes_nothing(member: Visitor) -> None:
    values = member.open("/account/password").values()
    values["current"], values["new"], values["again"] = "no", "staple gun 3", "staple gun 3"
    page = member.send("/account/password", values)
    assert page.status == 422
    assert "The current password is wrong." in page.text
