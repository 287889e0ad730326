"""The help desk's pages: who may open them, what they show and what not."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from tests.web.conftest import READY, Page, Visitor, run_jobs
from tests.workflows.conftest import NOW
from workflows.shared.accounts import find_account
from workflows.shared.deliveries import Delivery
from workflows.shared.own_facts import read_facts


@pytest.fixture
def desk(app: Flask) -> Visitor:
    """Somebody of Zhejiang's help desk."""
    found = Visitor(app)
    found.enter("zj_help", kind="staff")
    return found


def find(desk: Visitor, text: str) -> Page:
    """Look for who calls."""
    page = desk.open("/help-desk")
    values = page.values("/help-desk/find")
    values.setlist("text", [text])
    return desk.send("/help-desk/find", values)


def begin(desk: Visitor) -> Page:
    """Begin a call about a member."""
    page = find(desk, READY)
    return desk.send("/help-desk/calls", page.values("/help-desk/calls"))


def facts(app: Flask) -> dict[str, str]:
    """What the register says of the member."""
    engine = app.extensions["engine"]
    with engine.database.read() as session:
        account = find_account(session, user_type="member", login=READY)
        return read_facts(session, engine.vault, account)


def answer(desk: Visitor, page: Page, name: str, said: str, *, known: str = "yes") -> Page:
    """Type what the caller says to a question."""
    (form,) = (each for each in page.html.xpath("//form") if each.fields.get("name") == name)
    values = MultiDict(form.form_values())
    values.setlist("answer", [said])
    values["known"] = known
    return desk.send(form.get("action"), values)


def prove(app: Flask, desk: Visitor) -> Page:
    """Answer three questions right."""
    page, known = begin(desk), facts(app)
    for name in page.html.xpath("//form//input[@name='name']/@value")[:3]:
        page = answer(desk, page, name, known[name])
    return page


def send(desk: Visitor, page: Page, part: str, **typed: str) -> Page:
    """Send the form of a call that does something."""
    action = f"{page.path.rstrip('/')}/{part}"
    values = page.values(action)
    for name, value in typed.items():
        values.setlist(name, [value])
    return desk.send(action, values)


@pytest.mark.parametrize("login", ["zj_review", "zj_manage", "admin", "audit"])
def test_others_find_no_help_desk(visitor: Visitor, login: str) -> None:
    visitor.enter(login, kind="staff")
    assert visitor.open("/help-desk").status == 404
    assert "Help desk" not in visitor.open("/account").links()


def test_members_find_no_help_desk(member: Visitor) -> None:
    assert member.open("/help-desk").status == 404


def test_what_is_on_file_is_shown_to_nobody_before_it_was_proved(app: Flask, desk: Visitor) -> None:
    page = begin(desk)
    known = facts(app)
    hidden = [value for name, value in known.items() if name != "name"]
    assert not [value for value in hidden if value in page.text]
    assert "****" not in page.text
    page = answer(desk, page, "identity_number", "110101199003071234")
    assert "wrong" in page.text
    assert "110101199003071234" not in page.text
    assert known["identity_number"] not in page.text


def test_an_empty_answer_is_none(desk: Visitor) -> None:
    page = begin(desk)
    refused = answer(desk, page, "identity_number", " ")
    assert refused.status == 422
    page = answer(desk, refused, "identity_number", "", known="no")
    assert "not known" in page.text


def test_two_wrong_answers_end_the_call(desk: Visitor) -> None:
    page = begin(desk)
    for name in page.html.xpath("//form//input[@name='name']/@value")[:2]:
        page = answer(desk, page, name, "wrong")
    assert page.path == "/help-desk"
    assert "did not prove who it is" in page.text


def test_a_proved_caller_gets_another_number_and_a_link(app: Flask, desk: Visitor) -> None:
    page = prove(app, desk)
    assert "154****0001" in page.text
    assert send(desk, page, "mobile", mobile="12").status == 422
    page = send(desk, page, "mobile", mobile="15499998888")
    assert "154****8888" in page.text
    page = send(desk, page, "link", channel="sms")
    assert "on its way" in page.text
    again = send(desk, page, "link", channel="sms")
    assert again.status == 422
    assert "just sent" in again.text
    run_jobs(app)
    with app.extensions["engine"].database.read() as session:
        sent = session.execute(
            select(Delivery.to_masked, Delivery.state).where(Delivery.what == "reset")
        ).all()
    assert sent == [("154****8888", "sent")]
    page = send(desk, desk.open(page.path), "end")
    assert "one-time link sent" in page.text


def test_nothing_is_done_for_who_did_not_prove_himself(desk: Visitor) -> None:
    page = begin(desk)
    token = page.values(f"{page.path}/end")["csrf_token"]
    for part, typed in (("mobile", {"mobile": "15499998888"}), ("link", {"channel": "sms"})):
        refused = desk.send(f"{page.path}/{part}", MultiDict({"csrf_token": token, **typed}))
        assert refused.status == 403


def test_a_call_of_somebody_else_is_not_found(app: Flask, desk: Visitor) -> None:
    page = begin(desk)
    other = Visitor(app)
    other.enter("zj_manage", kind="staff")
    assert other.open(page.path).status == 404


def test_a_call_that_is_over_leads_back(app: Flask, desk: Visitor) -> None:
    page = begin(desk)
    app.extensions["engine"].now = lambda: NOW + timedelta(minutes=30)
    page = desk.open(page.path)
    assert page.path == "/help-desk"
    assert "This call is over" in page.text


def test_the_auditor_reads_every_step(app: Flask, desk: Visitor) -> None:
    send(desk, prove(app, desk), "link", channel="sms")
    auditor = Visitor(app)
    auditor.enter("audit", kind="staff")
    text = auditor.open(f"/manage/security?login={READY}").text
    for words in ("Help desk: call begun", "Help desk: questions answered", "One-time link issued"):
        assert words in text
    assert "浙江服务台" in text
