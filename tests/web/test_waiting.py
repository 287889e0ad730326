"""What a member sees while the association has his application, and asking for speed."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.web.conftest import NOW, Page, Visitor, apply, review, together
from tests.web.offices import READY, TOKEN, address_of, applied, say, staff
from workflows.shared.messages import Message


@pytest.fixture
def sent(member: Visitor) -> Visitor:
    """A member whose application is with the association."""
    apply(member)
    return member


def waiting(page: Page) -> str:
    """What stands in the box, or nothing."""
    return " ".join(say(each) for each in page.html.xpath("//div[contains(@class, 'waiting')][1]"))


def nudge(visitor: Visitor, page: Page) -> Page:
    """Press the button."""
    (form,) = page.html.xpath("//form[contains(@action, '/nudge')]")
    return visitor.send(form.get("action"), dict(form.form_values()))


def test_home_and_trail_say_who_has_it_until_when_and_what_comes_next(sent: Visitor) -> None:
    home = sent.open("/")
    said = waiting(home)
    assert "Zhejiang Institute of Certified Public Accountants" in said
    assert "14 September 2022" in said
    (address,) = home.html.xpath("//form[contains(@action, '/nudge')]/@action")
    trail = address.replace("/nudge", "/trail")
    assert "14 September 2022" in waiting(sent.open(trail))


def test_there_is_nothing_of_it_while_the_member_has_the_application(
    app: Flask, member: Visitor
) -> None:
    applied(app)
    assert waiting(member.open("/")) != ""
    review(app, READY, "return", ground="other", reason="请补充。")
    assert waiting(member.open("/")) == ""


def test_asking_for_speed_is_confirmed_and_not_offered_again_today(
    app: Flask, sent: Visitor
) -> None:
    page = sent.open("/")
    after = nudge(sent, page)
    assert after.path == "/"
    assert after.html.xpath("//div[@role='status']")
    assert not after.html.xpath("//form[contains(@action, '/nudge')]")
    again = nudge(sent, page)
    assert again.html.xpath("//div[contains(@class, 'notice-warning')]")
    app.extensions["engine"].now = lambda: NOW + timedelta(hours=7)  # past midnight in China
    member = Visitor(app)
    member.enter(READY)
    sent = member
    assert sent.open("/").html.xpath("//form[contains(@action, '/nudge')]")


def test_two_presses_at_once_ask_once(app: Flask, sent: Visitor) -> None:
    page = sent.open("/")
    pages = together(app, *(lambda: nudge(sent, page) for _press in range(2)))
    assert [each.status for each in pages] == [200, 200]
    listed = staff(app).open("/inbox?nudged=1")
    assert len(listed.html.xpath("//tbody/tr")) == 1


def test_what_was_decided_meanwhile_is_told_with_a_sentence(app: Flask, sent: Visitor) -> None:
    page = sent.open("/")
    review(app, READY, "approve")
    after = nudge(sent, page)
    assert after.status == 200
    assert after.html.xpath("//div[contains(@class, 'notice-warning')]")


def test_somebody_elses_application_is_none(app: Flask, sent: Visitor) -> None:
    page = sent.open("/")
    (address,) = page.html.xpath("//form[contains(@action, '/nudge')]/@action")
    other = Visitor(app)
    other.enter("330000100002")
    values = {"csrf_token": other.open("/account").html.xpath("//input[@name='csrf_token']/@value")}
    assert other.send(address, values).status == 404
    assert staff(app).send(address, TOKEN).status == 404


def test_the_reviewer_reads_of_it_in_the_bell_and_opens_the_task(
    app: Flask, member: Visitor
) -> None:
    walk = applied(app)
    reviewer = staff(app)
    reviewer.send(f"{address_of(walk)}/claim", TOKEN)
    nudge(member, member.open("/"))
    with app.extensions["engine"].database.read() as session:
        (key,) = session.scalars(select(Message.id).where(Message.template == "task_nudged"))
    page = reviewer.open(f"/messages/{key}")
    assert address_of(walk) in page.html.xpath("//main//a/@href")
    assert say(page.html.xpath("//main")[0])
    trail = reviewer.open(address_of(walk))
    assert trail.status == 200
