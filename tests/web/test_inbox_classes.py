"""Sign-ups in the inbox: each says its class; all of a class are confirmed at once."""

from collections.abc import Sequence
from datetime import time, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select
from werkzeug.datastructures import MultiDict

from engine.actors import Actor
from engine.engine import Engine
from tests.web.conftest import Page, run_jobs
from tests.web.offices import OTHERS, READY, TOKEN, part, say, staff
from tests.workflows.conftest import NOW
from workflows.shared.associations import Association
from workflows.shared.dates import local_date
from workflows.shared.enrolments import CONFIRMED, Enrolment
from workflows.shared.register import Member
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.cancelling import cancel_enrolment
from workflows.training_enrolment.signing_up import sign_up

NUMBERS = (READY, *OTHERS)
LOGIN = "zj_training"
AUDIT, TAX = "审计准则培训班", "税务培训班"


@pytest.fixture
def engine(app: Flask) -> Engine:
    """What the pages work on."""
    found: Engine = app.extensions["engine"]
    return found


def offer(engine: Engine, name: str) -> int:
    """A class of Zhejiang that takes sign-ups; answers its key."""
    today = local_date(NOW)
    with engine.database.transaction() as session:
        office = session.scalars(select(Association).where(Association.code == "330000")).one()
        found = TrainingClass(
            association_id=office.id,
            year=today.year,
            name=name,
            audience=["cpa", "non_practising"],
            opens_date=today,
            closes_date=today + timedelta(days=5),
            start_date=today + timedelta(days=20),
            end_date=today + timedelta(days=21),
            start_time=time(9),
            planned=30,
            capacity=40,
            place="杭州",
            hours=1600,
            required_fields=["position", "mobile"],
            created_at=NOW,
        )
        session.add(found)
        session.flush()
        return found.id


def join(engine: Engine, class_id: int, numbers: Sequence[str] = NUMBERS) -> list[int]:
    """Sign people up; answers the keys of their sign-ups."""
    made = []
    for number in numbers:
        with engine.database.transaction() as session:
            member = session.scalars(select(Member).where(Member.number == number)).one()
            enrolment = sign_up(
                session,
                engine,
                training_class=session.get_one(TrainingClass, class_id),
                person=member,
                answers={"position": "项目经理", "mobile": "13800138000"},
                by=Actor("member", member.id),
                firm_id=None,
                now=NOW,
            )
            made.append(enrolment.id)
    return made


def rows(page: Page) -> list[str]:
    """What the rows of the list say."""
    return [say(each) for each in page.html.xpath("//table//tbody/tr")]


def test_a_row_and_the_page_say_the_class(app: Flask, engine: Engine) -> None:
    class_id = offer(engine, AUDIT)
    join(engine, class_id, [READY])
    reviewer = staff(app, LOGIN)
    (row,) = reviewer.open("/inbox").html.xpath("//table//tbody/tr")
    assert AUDIT in say(row)
    page = reviewer.open(row.xpath(".//a[@class='whole']/@href")[0])
    head = page.html.xpath("//div[contains(@class, 'review-head')]")[0]
    assert head.xpath(f".//a[@href='/classes/{class_id}']/text()") == [AUDIT]
    assert "1 of 40" in say(page.html)
    # What the class asks for reaches its people.
    assert "项目经理" in say(page.html)
    assert "13800138000" in say(page.html)
    assert "are covered" not in say(page.html)


def test_the_list_is_of_one_class_when_one_is_chosen(app: Flask, engine: Engine) -> None:
    audit, tax = offer(engine, AUDIT), offer(engine, TAX)
    join(engine, audit, NUMBERS[:2])
    join(engine, tax, NUMBERS[2:])
    reviewer = staff(app, LOGIN)
    page = reviewer.open("/inbox")
    assert len(rows(page)) == 3
    assert page.html.xpath("//select[@id='class']/option/text()")[1:] == [AUDIT, TAX]
    page = reviewer.open(f"/inbox?class={audit}")
    assert len(rows(page)) == 2
    assert all(AUDIT in each for each in rows(page))
    assert AUDIT in say(page.html.xpath("//ul[@class='chips']")[0])
    assert page.html.xpath("//select[@id='class']/option[@selected]/text()") == [AUDIT]
    (only,) = rows(reviewer.open(f"/inbox?class={tax}"))
    assert TAX in only
    assert rows(reviewer.open("/inbox?class=999999")) == []
    assert len(rows(reviewer.open("/inbox?class=x"))) == 3


def test_another_associations_class_is_not_named(app: Flask, engine: Engine) -> None:
    class_id = offer(engine, AUDIT)
    join(engine, class_id)
    page = staff(app, "gd_training").open(f"/inbox?class={class_id}")
    assert rows(page) == []
    assert AUDIT not in say(page.html)


def test_a_longer_list_takes_no_more_queries(app: Flask, engine: Engine) -> None:
    reviewer = staff(app, LOGIN)
    taken = []
    for number in (1, 3):
        join(engine, offer(engine, f"{AUDIT}{number}"), NUMBERS[:number])
        count = [0]

        def executed(*_: object, count: list[int] = count) -> None:
            count[0] += 1

        reviewer.open("/inbox")
        event.listen(engine.database.sql, "after_cursor_execute", executed)
        assert rows(reviewer.open("/inbox"))
        event.remove(engine.database.sql, "after_cursor_execute", executed)
        taken.append(count[0])
    assert taken[0] == taken[1]


def test_a_class_is_confirmed_at_once_and_who_left_meanwhile_is_listed(
    app: Flask, engine: Engine
) -> None:
    class_id = offer(engine, AUDIT)
    enrolments = join(engine, class_id)
    reviewer = staff(app, LOGIN)
    asked = reviewer.send(
        f"/inbox/batches/ask?class={class_id}", MultiDict([*TOKEN.items(), ("all", "confirm")])
    )
    assert AUDIT in say(asked.html)
    with engine.database.transaction() as session:
        cancel_enrolment(
            session,
            engine,
            enrolment=session.get_one(Enrolment, enrolments[0]),
            reason="临时有事",
            by=Actor("member", 1),
            now=NOW,
        )
    start = asked.html.xpath("//form[contains(@action, '/inbox/batches')]/@action")[0]
    shown = reviewer.send(start, asked.values(start))
    run_jobs(app)
    done = reviewer.open(shown.path)
    assert len(part(done, "done-title").getparent().xpath(".//li")) == 2
    (failed,) = part(done, "failed-title").getparent().xpath(".//li")
    assert "went another way" in say(failed)
    assert AUDIT in say(failed)
    with engine.database.read() as session:
        states = [session.get_one(Enrolment, each).state for each in enrolments]
    assert states == ["cancelled", CONFIRMED, CONFIRMED]
