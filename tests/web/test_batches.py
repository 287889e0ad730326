"""Many at once: what a reviewer ticks, confirms and is told."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from engine.tasks import Task
from tests.web.conftest import Page, Visitor, run_jobs, together
from tests.web.offices import IN_GUANGZHOU, OTHERS, READY, TOKEN, applied, part, say, staff
from workflows.inbox.batches import Batch

NUMBERS = (READY, *OTHERS)


@pytest.fixture
def tasks(app: Flask) -> list[UUID]:
    """Three reviews that wait at one association."""
    return [applied(app, number).tasks()["review_application"].id for number in NUMBERS]


def ask(visitor: Visitor, tasks: list[UUID], **typed: str) -> Page:
    """Tick tasks and press a button of the bar."""
    values = MultiDict([*TOKEN.items(), *((("task", str(each))) for each in tasks)])
    values.update(typed or {"outcome": "approve"})
    return visitor.send("/inbox/batches/ask", values)


def start(visitor: Visitor, page: Page) -> Page:
    """Confirm what was asked."""
    return visitor.send("/inbox/batches", page.values("/inbox/batches"))


def test_the_bar_offers_what_the_diagrams_allow(app: Flask, tasks: list[UUID]) -> None:
    page = staff(app).open("/inbox")
    (button,) = page.html.xpath("//form[@id='ticked']//button[@name='outcome']")
    assert button.get("value") == "approve"
    boxes = page.html.xpath("//input[@form='ticked'][@name='task']/@value")
    assert set(boxes) == {str(each) for each in tasks}
    assert not staff(app).open("/inbox?state=completed").html.xpath("//form[@id='ticked']")


def test_ticked_tasks_are_named_confirmed_and_decided(app: Flask, tasks: list[UUID]) -> None:
    reviewer = staff(app)
    page = ask(reviewer, tasks[:2])
    assert "2" in say(page.html.xpath("//h1")[0])
    shown = start(reviewer, page)
    assert shown.path.startswith("/inbox/batches/")
    assert part(shown, "batch").get("hx-get")
    run_jobs(app)
    done = reviewer.open(shown.path)
    assert part(done, "batch").get("hx-get") is None
    assert len(part(done, "done-title").getparent().xpath(".//li")) == 2
    with app.extensions["engine"].database.read() as session:
        states = {each: session.get_one(Task, each).outcome for each in tasks}
    assert list(states.values()) == ["approve", "approve", None]


def test_the_language_of_the_question_is_switched_in_the_inbox(
    app: Flask, tasks: list[UUID]
) -> None:
    reviewer = staff(app)
    sent_from = {"Referer": f"http://localhost/inbox?q={READY}"}
    values = MultiDict({**TOKEN, "all": "approve"})
    asked = reviewer.send("/inbox/batches/ask", values, headers=sent_from)
    switched = reviewer.open(asked.links()["中文"])
    assert (switched.status, switched.path) == (200, "/inbox")


def test_all_that_fit_the_filters_are_taken(app: Flask, tasks: list[UUID]) -> None:
    reviewer = staff(app)
    values = {**TOKEN, "all": "approve"}
    page = reviewer.send(f"/inbox/batches/ask?q={READY}", values)
    shown = start(reviewer, page)
    run_jobs(app)
    assert len(part(reviewer.open(shown.path), "done-title").getparent().xpath(".//li")) == 1


def test_what_colleagues_are_at_is_named_and_left_out_when_all_are_asked_for(
    app: Flask, tasks: list[UUID]
) -> None:
    colleague = staff(app, "zj_review2")
    colleague.send(f"/inbox/{tasks[0]}/claim", TOKEN)
    reviewer = staff(app)
    ticked = ask(reviewer, tasks)
    assert "A colleague is on 1 of them" in ticked.text
    assert len(ticked.values("/inbox/batches")["tasks"].split()) == len(tasks)
    every = ask(reviewer, [], all="approve")
    assert "is left out" in every.text
    assert len(every.values("/inbox/batches")["tasks"].split()) == len(tasks) - 1


def test_a_second_post_of_the_same_page_shows_the_same_batch(app: Flask, tasks: list[UUID]) -> None:
    reviewer = staff(app)
    page = ask(reviewer, tasks)
    first, second = together(app, *(lambda: start(reviewer, page) for _press in range(2)))
    assert first.path == second.path
    with app.extensions["engine"].database.read() as session:
        assert len(session.scalars(select(Batch)).all()) == 1


def test_the_failed_ones_come_first_and_can_be_tried_again(app: Flask, tasks: list[UUID]) -> None:
    reviewer, colleague = staff(app), staff(app, "zj_review2")
    mine, hers = (start(each, ask(each, tasks)) for each in (reviewer, colleague))
    run_jobs(app)
    page = colleague.open(hers.path)
    titles = [say(each) for each in page.html.xpath("//div[@id='batch']//h2")]
    assert len(titles) == 2
    failed = part(page, "failed-title").getparent()
    assert len(failed.xpath(".//li")) == 3
    again = colleague.send(f"{hers.path}/again", page.values(f"{hers.path}/again"))
    assert part(again, "batch").get("hx-get")
    run_jobs(app)
    assert len(part(colleague.open(hers.path), "failed-title").getparent().xpath(".//li")) == 3
    assert reviewer.open(mine.path).status == 200


def test_nothing_ticked_and_foreign_tasks_are_refused_with_a_sentence(
    app: Flask, tasks: list[UUID]
) -> None:
    reviewer = staff(app)
    elsewhere = applied(app, IN_GUANGZHOU).tasks()["review_application"].id
    assert ask(reviewer, []).status == 422
    assert ask(reviewer, [elsewhere]).status == 422
    assert ask(reviewer, tasks, outcome="return").status == 422
    assert reviewer.send("/inbox/batches", {**TOKEN, "batch": "x", "tasks": "y"}).status == 422


def test_a_batch_is_for_nobody_else(app: Flask, tasks: list[UUID], member: Visitor) -> None:
    reviewer = staff(app)
    shown = start(reviewer, ask(reviewer, tasks))
    assert staff(app, "zj_review2").open(shown.path).status == 404
    assert member.open(shown.path).status == 404
    assert staff(app, "audit").send("/inbox/batches/ask", TOKEN).status in (403, 404)
    listed = reviewer.open("/inbox/batches")
    assert shown.path in [link.split("?")[0] for link in listed.html.xpath("//main//a/@href")]
