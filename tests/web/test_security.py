"""What protects every page."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from tests.web.addresses import build_address, find_writing_rules
from tests.web.conftest import READY, Visitor

TEMPLATES = sorted((Path(__file__).parents[2] / "web" / "templates").rglob("*.html"))
OF_OTHER_PROGRAMS = {"payment_notices.receive"}


def test_scripts_and_styles_come_from_this_server_alone(visitor: Visitor) -> None:
    policy = visitor.open("/sign-in").response.headers["Content-Security-Policy"]
    directives = dict(each.strip().split(" ", 1) for each in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == "'self'"
    assert directives["style-src"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cache-Control", "no-store"),
    ],
)
def test_pages_carry_the_header(visitor: Visitor, header: str, value: str) -> None:
    assert visitor.open("/sign-in").response.headers[header] == value


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_have_nothing_inline(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    # What a script reads is in the page as data, which browsers do not run.
    assert not re.search(r"<script(?![^>]*\s(src=|type=\"application/json\"))", text)
    assert "|safe" not in text.replace(" ", "")


def test_a_form_without_its_token_changes_nothing(member: Visitor) -> None:
    page = member.send("/applications", MultiDict())
    assert page.status == 403
    assert "Start the inspection" in member.open("/").text


def test_a_token_of_another_session_is_refused(app: Flask, member: Visitor) -> None:
    other = Visitor(app)
    other.sign_in("330000100003")
    token = other.open("/").values("/applications")
    assert member.send("/applications", token).status == 403


def test_a_token_that_nobody_gave_out_is_refused(member: Visitor) -> None:
    token = MultiDict({"csrf_token": "é" * 64})
    assert member.send("/applications", token).status == 403
    answer = member.client.post("/applications", headers={"X-CSRF-Token": "\xe9" * 64})
    assert answer.status_code == 403


def test_a_form_of_another_site_is_refused(member: Visitor) -> None:
    token = member.open("/").values("/applications")
    answer = member.client.post(
        "/applications", data=token, headers={"Origin": "https://elsewhere.example"}
    )
    assert answer.status_code == 403


def test_no_address_is_written_to_without_a_token(app: Flask, member: Visitor) -> None:
    """Every view that writes, those to come included."""
    accepted = []
    for rule, method in find_writing_rules(app):
        if rule.endpoint in OF_OTHER_PROGRAMS:
            continue
        address = build_address(app, rule, method)
        if member.client.open(address, method=method).status_code != 403:
            accepted.append((rule.endpoint, method))
    assert accepted == []


def test_a_session_that_is_over_leads_to_signing_in(member: Visitor) -> None:
    token = member.open("/").values("/applications")
    member.send("/sign-out", member.open("/account").values("/sign-out"))
    member.client.set_cookie("huiji_session", "long over")
    page = member.send("/applications", token, follow_redirects=False)
    assert page.response.headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("address", ["//elsewhere.example", "https://elsewhere.example", "/\\e.x"])
def test_nobody_is_led_to_another_site(visitor: Visitor, address: str) -> None:
    answer = visitor.client.get("/language/en", query_string={"next": address})
    assert answer.headers["Location"] == "/"


def test_a_request_is_not_read_beyond_its_limit(member: Visitor) -> None:
    page = member.send("/applications", MultiDict({"csrf_token": "x" * 3 * 2**20}))
    assert page.status == 413


def test_nobody_unknown_sends_what_is_big(app: Flask, visitor: Visitor) -> None:
    address = f"/tasks/{uuid4()}"
    big = MultiDict({"csrf_token": visitor.open("/sign-in").values()["csrf_token"]})
    big["x"] = "x" * 3 * 2**20
    assert visitor.send(address, big).status == 413
    visitor.client.set_cookie("huiji_session", "long over")
    answer = visitor.send(address, big, follow_redirects=False)
    assert answer.response.headers["Location"].startswith("/sign-in")


BEYOND = "9" * 25


@pytest.mark.parametrize(
    ("login", "address", "status"),
    [
        ("admin", f"/cases?year={BEYOND}", 200),
        ("admin", f"/cases?year=-{BEYOND}", 200),
        ("admin", "/cases?q=%00", 400),
        (READY, f"/messages?before={BEYOND}", 200),
        (READY, f"/messages/{BEYOND}", 404),
        (READY, f"/results/{BEYOND}", 404),
        (READY, "/contacts?area=%00", 400),
    ],
)
def test_what_no_database_holds_is_refused(
    app: Flask, login: str, address: str, status: int
) -> None:
    person = Visitor(app)
    person.sign_in(login, kind="member" if login == READY else "staff")
    assert person.open(address).status == status


def test_nothing_typed_holds_the_character_for_nothing(member: Visitor) -> None:
    values = member.open("/").values("/applications")
    values["kind"] = "a\x00b"
    assert member.send("/applications", values).status == 400


def test_an_unknown_address_says_so_calmly(visitor: Visitor) -> None:
    page = visitor.open("/nowhere")
    assert page.status == 404
    assert "Page not found" in page.text
