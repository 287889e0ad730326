"""How pages of training say when a class is, where hours came from, and who goes instead."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from engine.actors import Actor
from tests.web.conftest import READY, Visitor
from tests.web.offices import say, staff
from tests.web.test_training import TODAY, cancel, offer, sign_in, sign_up
from tests.workflows.conftest import NOW
from workflows.demo.cast import FIRM_NUMBER
from workflows.shared.enrolments import Enrolment
from workflows.shared.hours import credit_hours
from workflows.shared.register import Firm, Member
from workflows.shared.training_classes import get_class
from workflows.training_enrolment import signing_up
from workflows.training_enrolment.cancelling import replace_person


def facts(visitor: Visitor, address: str) -> str:
    """What stands for the days of the class."""
    page = visitor.open(address)
    (found,) = page.html.xpath("//main//div[dt='Days of the class']/dd")
    return say(found)


def test_staff_and_members_read_the_same_days_and_one_day_is_said_once(app: Flask) -> None:
    first = TODAY + timedelta(days=20)
    several = offer(app)
    one = offer(app, end_date=first)
    clerk, member = staff(app, "zj_training"), sign_in(app, READY)
    last = first + timedelta(days=1)
    for class_id, words in (
        (several, f"{first} to {last} · begins at 09:00"),
        (one, f"{first} · begins at 09:00"),
    ):
        assert facts(clerk, f"/classes/{class_id}") == words
        assert facts(clerk, f"/classes/{class_id}/cancel") == words
        assert facts(member, f"/training/classes/{class_id}") == words


def test_where_hours_came_from_is_said_in_the_readers_language(app: Flask) -> None:
    with app.extensions["engine"].database.transaction() as session:
        member = session.scalars(select(Member).where(Member.number == READY)).one()
        for key, source in (("enrolment:7", "培训班"), ("output:paper:7", "产出法")):
            credit_hours(
                session,
                member_id=member.id,
                year=TODAY.year,
                earned_date=TODAY,
                hours=800,
                title="Something learned",
                source=source,
                external_key=key,
                now=NOW,
            )
    member = sign_in(app, READY)
    page = member.open("/training/hours")
    shown = [
        say(each)
        for each in page.html.xpath("//tr[td[.='Something learned']]/td[@data-label='Source']")
    ]
    assert sorted(shown) == ["Hours for output: Paper", "Training class"]


def test_the_reason_of_a_cancelled_sign_up_is_called_one(app: Flask) -> None:
    class_id = offer(app)
    member = sign_in(app, READY)
    sign_up(member, class_id)
    done = cancel(member, class_id, "I have to travel.")
    (quote,) = done.html.xpath("//section[@aria-labelledby='own-title']//blockquote")
    assert say(quote) == "Reason: I have to travel."


def test_a_firm_reads_who_goes_instead(app: Flask) -> None:
    class_id = offer(app, audience=["cpa"])
    engine = app.extensions["engine"]
    with engine.database.transaction() as session:
        firm = session.scalars(select(Firm).where(Firm.number == FIRM_NUMBER)).one()
        found = session.scalars(select(Member).where(Member.firm_id == firm.id)).all()
        former, successor = found[:2]
        names = former.name, successor.name
        by = Actor("firm", firm.id)
        enrolment = signing_up.sign_up(
            session,
            engine,
            training_class=get_class(session, class_id),
            person=former,
            answers={},
            by=by,
            firm_id=firm.id,
            now=NOW,
        )
        replaced = enrolment.id
    with engine.database.transaction() as session:
        replace_person(
            session,
            engine,
            enrolment=session.get_one(Enrolment, replaced),
            person=session.get_one(Member, successor.id),
            answers={},
            by=by,
            now=NOW,
        )
    page = sign_in(app, FIRM_NUMBER, "firm").open(f"/training/firm/classes/{class_id}")
    said = {
        say(row.xpath("td[@data-label='Name']")[0]): say(
            row.xpath("td[@data-label='State of the sign-up']")[0]
        )
        for row in page.html.xpath("//main//tbody/tr")
    }
    assert said == {
        names[0]: f"Sign-up cancelled {names[1]} goes instead",
        names[1]: "Waiting for confirmation",
    }
