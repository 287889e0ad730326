"""产出法形式学时 through the pages: applied for, granted, returned; the ledger shows it."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from engine.tasks import Task
from tests.forms.test_files import pdf
from tests.web.conftest import READY, Page, Visitor
from tests.web.offices import decide, part, say, staff
from workflows.shared.accounts import Account
from workflows.shared.register import CPA, Member, find_member_by_number

INDEX = "/training/output-hours"
PAPER = {
    "output_kind": "paper",
    "title": "数字经济下的函证程序",
    "publisher": "中国注册会计师",
    "contribution": "独立完成",
    "finished_date": "2022-03-15",
    "hours_claimed": "12",
}


def trainer(app: Flask) -> Visitor:
    """Somebody of the member's association whose duty is training, and nothing else."""
    return staff(app, "zj_training")


def begin(member: Visitor) -> Page:
    """Press the button of the list."""
    return member.send(INDEX, member.open(INDEX).values(INDEX))


def attach(member: Visitor, page: Page) -> Page:
    """Attach the proof."""
    values = {**page.values(), **PAPER, "action": "upload:proof"}
    return member.upload(page.path, values, "file.proof", pdf(), "封面和目录.pdf")


def apply(member: Visitor, page: Page, **changed: str) -> Page:
    """Fill in, attach and send."""
    return member.press(attach(member, page), outcome="apply", **{**PAPER, **changed})


def address_of_review(app: Flask) -> str:
    """The inbox page of the application that waits."""
    with app.extensions["engine"].database.read() as session:
        task = session.scalars(
            select(Task).where(Task.element_id == "review_output_hours", Task.state == "open")
        ).one()
    return f"/inbox/{task.id}"


def test_a_member_applies_and_the_granted_hours_stand_in_his_ledger(app: Flask) -> None:
    member = Visitor(app)
    member.enter(READY)
    assert "No applications yet" in member.open(INDEX).text
    page = begin(member)
    assert page.path.startswith("/tasks/")
    empty = member.press(page, outcome="apply")
    assert empty.status == 422
    done = apply(member, page)
    assert done.path.startswith(f"{INDEX}/")
    assert "In review" in done.text
    assert "封面和目录.pdf" in done.text
    office = trainer(app)
    review = office.open(address_of_review(app))
    assert "数字经济下的函证程序" in review.text
    assert "20.00" in review.text
    file = review.html.xpath("//a[contains(@href, '/files/')]/@href")[0]
    with office.client.get(file) as response:
        assert response.status_code == 200
    less = decide(office, review, "approve", hours_granted="8")
    assert less.status == 422
    assert "Say why fewer hours are granted" in less.text
    decide(office, review, "approve", hours_granted="8", reason="按课时折算。")
    shown = member.open(done.path)
    assert "Hours granted" in shown.text
    assert "Granted" in shown.text
    assert "按课时折算。" in shown.text
    listed = member.open(INDEX)
    assert "8.00" in listed.text
    assert "12.00" in listed.text
    assert "Hours for output: Paper" in member.open("/training/hours").text
    assert "Hours for your work were granted" in member.open("/messages").text


def test_a_returned_application_says_why_where_and_is_sent_again(app: Flask) -> None:
    member = Visitor(app)
    member.enter(READY)
    sent = apply(member, begin(member))
    office = trainer(app)
    review = office.open(address_of_review(app))
    marks = {"mark": "state_output.title", "comment__state_output__title": "与目录不一致"}
    assert decide(office, review, "return", **marks).status == 422
    decide(office, review, "return", reason="请核对题目。", **marks)
    page = member.open(sent.path)
    assert "请核对题目。" in page.text
    assert "Apply again" in page.links()
    page = member.open(page.html.xpath("//a[contains(@href, '/applications/')]/@href")[0])
    assert "与目录不一致" in page.text
    assert page.html.xpath("//nav[@class='crumbs']/a/@href") == [INDEX]
    again = member.press(page, outcome="apply", title="数字经济下的函证")
    assert again.path == sent.path
    review = office.open(address_of_review(app))
    assert "数字经济下的函证程序" in say(part(review, "changes"))
    decide(office, review, "refuse", reason="与专业无关。", confirmed="refuse")
    assert "No hours granted" in member.open(sent.path).text


def test_more_than_a_year_can_bring_is_said_at_its_field_and_nothing_is_lost(app: Flask) -> None:
    member = Visitor(app)
    member.enter(READY)
    page = apply(member, begin(member), hours_claimed="25")
    assert page.status == 422
    assert "For 2022 only 20.00 more hours can be granted for work of this kind." in page.text
    assert page.values()["title"] == "数字经济下的函证程序"
    assert "封面和目录.pdf" in page.text


def test_a_button_that_is_pressed_twice_begins_one_application(app: Flask) -> None:
    member = Visitor(app)
    member.enter(READY)
    values = member.open(INDEX).values(INDEX)
    first, second = (member.send(INDEX, values) for _time in range(2))
    assert first.path == second.path
    assert "Go on with the application" in member.open(INDEX).text


def test_it_is_withdrawn_while_nobody_has_decided(app: Flask) -> None:
    member = Visitor(app)
    member.enter(READY)
    sent = apply(member, begin(member))
    address = f"{sent.path}/withdraw"
    (form,) = member.open(address).html.xpath("//main//form")
    values: MultiDict[str, str] = MultiDict(form.form_values())
    listed = member.send(address, values)
    assert listed.path == INDEX
    assert "Withdrawn" in listed.text
    assert member.send(address, values).status == 409


def test_an_application_is_only_its_members(app: Flask) -> None:
    member, other = Visitor(app), Visitor(app)
    member.enter(READY)
    other.enter("330000100002")
    sent = apply(member, begin(member))
    assert other.open(sent.path).status == 404
    assert other.open(f"{sent.path}/withdraw").status == 404
    assert staff(app, "zj_review").open(INDEX).status in (403, 404)
    assert staff(app, "gz_review").open(address_of_review(app)).status == 404


def test_the_page_of_another_kind_of_case_is_not_shown_here(app: Flask) -> None:
    member = Visitor(app)
    member.enter(READY)
    page = member.send("/applications", member.open("/").values("/applications"))
    with app.extensions["engine"].database.read() as session:
        task = session.get_one(Task, UUID(page.path.rpartition("/")[2]))
    assert member.open(f"{INDEX}/{task.case_id}").status == 404


def test_who_is_no_member_any_more_reads_why_he_cannot_apply(app: Flask) -> None:
    member = Visitor(app)
    member.enter(READY)
    values = member.open(INDEX).values(INDEX)
    with app.extensions["engine"].database.transaction() as session:
        row = find_member_by_number(session, READY)
        assert row is not None
        row.state = "resigned"
    page = member.open(INDEX)
    assert "Your membership has ended." in page.text
    assert not page.html.xpath("//main//form")
    assert member.send(INDEX, values).status == 422


@pytest.mark.parametrize("is_sent", [True, False])
def test_a_practising_cpa_has_the_pages_too(app: Flask, is_sent: bool) -> None:
    with app.extensions["engine"].database.read() as session:
        number = session.scalars(
            select(Member.number)
            .join(Account, Account.member_id == Member.id)
            .where(Member.kind == CPA)
            .order_by(Member.number)
        ).first()
    assert number is not None
    cpa = Visitor(app)
    cpa.enter(number, kind="cpa")
    page = begin(cpa)
    if is_sent:
        assert "In review" in apply(cpa, page).text
    else:
        cpa.press(page, outcome="abandon", confirmed="abandon")
        assert "Abandoned" in cpa.open(INDEX).text
