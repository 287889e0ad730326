"""The member's pages."""

import re
import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from engine.cases import Case
from tests.web.conftest import PAYS, READY, Visitor, apply, begin, review, run_jobs, together
from tests.workflows.conftest import NOW
from workflows.inspection import applications as starting
from workflows.inspection.policies import check_may_apply
from workflows.shared.messages import send_to_member
from workflows.shared.register import find_member_by_number
from workflows.shared.results import find_result, verification_token
from workflows.shared.seasons import Season


def case_id(app: Flask, number: str) -> str:
    """The key of a member's last case."""
    with app.extensions["engine"].database.read() as session:
        query = select(Case.id).where(Case.subject_no == number).order_by(Case.id.desc())
        return str(session.scalars(query).first())


def test_the_home_page_offers_to_begin(member: Visitor) -> None:
    page = member.open("/")
    assert "Start the inspection" in page.text
    assert "Past years" in page.text


def test_beginning_twice_opens_the_same_application(member: Visitor) -> None:
    first = begin(member)
    again = member.send("/applications", member.open("/account").values("/sign-out"))
    assert first.path == again.path


def test_two_clicks_at_once_open_the_same_application(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    if app.extensions["engine"].database.is_sqlite:
        pytest.skip("SQLite lets one writer in at a time")
    browsers = Visitor(app), Visitor(app)
    for each in browsers:
        each.enter(READY)
    forms = [each.open("/").values("/applications") for each in browsers]
    barrier = threading.Barrier(2)

    def check_together(**given: Any) -> Season:
        barrier.wait(timeout=10)
        return check_may_apply(**given)

    monkeypatch.setattr(starting, "check_may_apply", check_together)
    first, second = together(
        app,
        lambda: browsers[0].send("/applications", forms[0]),
        lambda: browsers[1].send("/applications", forms[1]),
    )
    assert (first.status, second.status) == (200, 200)
    assert first.path == second.path


def test_an_application_in_review_can_be_read_and_withdrawn(app: Flask, member: Visitor) -> None:
    page = apply(member)
    assert "Your association reviews it." in page.text
    home = member.open("/")
    assert "In review" in home.text
    sent = member.open(home.links()["Show as sent"])
    assert "Contact" in sent.text
    question = member.open(home.links()["Withdraw"])
    member.send(question.path, question.values())
    assert "Withdrawn" in member.open("/").text
    assert (
        "Withdrawn by the member" in member.open(f"/applications/{case_id(app, READY)}/trail").text
    )


def test_a_returned_application_says_why_and_opens_again(app: Flask, member: Visitor) -> None:
    apply(member)
    review(app, READY, "return", reason="Please add your house number.")
    run_jobs(app)
    home = member.open("/")
    assert "Returned by the association" in home.text
    assert "Please add your house number." in home.text
    assert "Messages, 1 unread" in {each.get("aria-label") for each in home.html.xpath("//a")}
    task = member.open(home.links()["Apply again"])
    assert "Please add your house number." in task.text
    assert "Round 2" in task.text


def test_the_reason_stays_on_the_home_page_however_many_messages_came_since(
    app: Flask, member: Visitor
) -> None:
    apply(member)
    review(app, READY, "return", reason="Please add your house number.")
    run_jobs(app)
    with app.extensions["engine"].database.transaction() as session:
        row = find_member_by_number(session, READY)
        assert row is not None
        for _message in range(4):
            send_to_member(
                session,
                member_id=row.id,
                template="payment_received",
                values={"year": 2020, "amount": "100.00"},
                case_id=None,
                now=NOW,
            )
    home = member.open("/")
    assert "Please add your house number." in home.text
    assert "returned your application on" in home.text


def test_a_message_counts_as_read_once_it_was_opened(app: Flask, member: Visitor) -> None:
    apply(member)
    review(app, READY, "return", reason="Please add your house number.")
    run_jobs(app)
    (address,) = {
        each.get("href")
        for each in member.open("/messages").html.xpath("//a[starts-with(@href, '/messages/')]")
    }
    page = member.open(address)
    assert "Please add your house number." in page.text
    assert "2022-09-06 17:32:45" in page.text
    labels = {each.get("aria-label") for each in member.open("/").html.xpath("//a")}
    assert "Messages" in labels


def test_the_trail_shows_each_node_with_its_details(app: Flask, member: Visitor) -> None:
    apply(member)
    review(app, READY, "return", reason="Please add your house number.")
    page = member.open(f"/applications/{case_id(app, READY)}/trail")
    assert "Application sent" in page.text
    assert "Please add your house number." in page.text


def test_a_passed_year_has_its_record_and_its_code(app: Flask, member: Visitor) -> None:
    apply(member)
    review(app, READY, "approve")
    run_jobs(app)
    results = member.open("/results")
    assert "Inspection passed" in results.text
    record = member.open("/results/2021")
    assert "Hours" in record.text
    assert re.search(r"\d{7}\*{5}", record.text), record.text
    assert not re.search(r"\d{17}[\dX]", record.text)
    for kind, begins in (("svg", b"<svg"), ("png", b"\x89PNG")):
        answer = member.client.get(f"/results/2021/code.{kind}")
        assert answer.status_code == 200
        assert answer.data.startswith(begins)
    assert "2021" in member.open("/my-code").text


def test_a_member_without_results_is_told_so(app: Flask) -> None:
    newcomer = Visitor(app)
    engine = app.extensions["engine"]
    newcomer.enter(PAYS)
    with engine.database.transaction() as session:
        member = find_member_by_number(session, PAYS)
        assert member is not None
        for year in range(2010, 2022):
            if (result := find_result(session, member_id=member.id, year=year)) is not None:
                session.delete(result)
    assert "There is no result yet" in newcomer.open("/my-code").text
    assert newcomer.open("/results/2020").status == 404


def test_the_verification_page_says_four_things(app: Flask, visitor: Visitor) -> None:
    engine = app.extensions["engine"]
    with engine.database.read() as session:
        member = find_member_by_number(session, READY)
        assert member is not None
        result = find_result(session, member_id=member.id, year=2020)
        assert result is not None
        token, name = verification_token(engine.vault, result), member.name
    page = visitor.open(f"/v/{token}")
    assert "2020" in page.text
    assert "Inspection passed" in page.text
    assert name not in page.text
    assert f"{name[0]}**" in page.text
    assert READY not in page.text


@pytest.mark.parametrize("token", ["x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "é"])
def test_a_forged_code_is_not_genuine(visitor: Visitor, token: str) -> None:
    page = visitor.open(f"/v/{token}")
    assert page.status == 404
    assert "not genuine" in page.text


def test_verifying_is_limited_for_one_address(visitor: Visitor) -> None:
    statuses = [visitor.open("/v/forged").status for _ in range(62)]
    assert statuses[0] == 404
    assert statuses[-1] == 429


def test_contacts_are_for_everybody_and_searched_by_area(visitor: Visitor) -> None:
    assert "0769-22990059" in visitor.open("/contacts").text
    page = visitor.open("/contacts?area=东莞")
    assert "0769-22990059" in page.text
    assert "0766-8331907" not in page.text
    assert "No association" in visitor.open("/contacts?area=nowhere").text


def test_ones_own_association_comes_first(member: Visitor) -> None:
    first = member.open("/contacts").html.xpath("//tbody/tr")[0]
    assert "Your association" in first.text_content()


@pytest.mark.parametrize(
    "address", ["", "/trail", "/sent", "/withdraw", "/done"], ids=lambda each: each or "open"
)
def test_another_members_application_is_not_there(
    app: Flask, member: Visitor, address: str
) -> None:
    begin(member)
    other = Visitor(app)
    other.enter(PAYS)
    assert other.open(f"/applications/{case_id(app, READY)}{address}").status == 404


def test_another_members_step_is_not_there(app: Flask, member: Visitor) -> None:
    page = begin(member)
    other = Visitor(app)
    other.enter(PAYS)
    token = other.open("/account").values("/sign-out")
    assert other.open(page.path).status == 404
    sent = MultiDict({**token, "outcome": "apply"})
    assert other.send(page.path, sent).status == 404
    assert other.send(f"{page.path}/draft", token).status == 404


def test_another_members_message_is_not_there(app: Flask, member: Visitor) -> None:
    apply(member)
    review(app, READY, "return", reason="Please add your house number.")
    run_jobs(app)
    (address,) = {
        each.get("href")
        for each in member.open("/messages").html.xpath("//a[starts-with(@href, '/messages/')]")
    }
    other = Visitor(app)
    other.enter(PAYS)
    assert other.open(address).status == 404


def test_staff_have_no_portal(app: Flask) -> None:
    staff = Visitor(app)
    staff.enter("zj_review", kind="staff")
    for address in ("/applications", "/results", "/my-code"):
        assert staff.open(address).status == 404


def test_the_list_is_filtered_by_year_and_status(member: Visitor) -> None:
    begin(member)
    assert "Draft" in member.open("/applications?status=draft").text
    assert "No application fits these filters" in member.open("/applications?year=2001").text
    assert "Draft" in member.open(f"/applications?year={10**24}").text


def test_switching_the_language_keeps_the_page(member: Visitor) -> None:
    page = member.open("/language/zh?next=/messages")
    assert page.path == "/messages"
    assert page.html.get("lang") == "zh-CN"
