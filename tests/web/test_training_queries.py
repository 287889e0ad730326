"""The pages of training ask the database as often for many as for few."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event, select

from engine.database import new_id
from tests.web.conftest import READY, Visitor
from tests.web.test_attendance import Morning
from tests.web.test_training import offer
from tests.workflows.conftest import NOW
from tests.workflows.enrolling import School
from workflows.shared.accounts import find_account
from workflows.shared.employees import Employee
from workflows.shared.many import DONE
from workflows.shared.register import Firm
from workflows.training_enrolment.firms.sign_ups import SignUps

FIRM = "33000001"


@contextmanager
def counting(app: Flask) -> Iterator[list[str]]:
    """The statements that are executed meanwhile."""
    found: list[str] = []

    def executed(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        found.append(statement)

    sql = app.extensions["engine"].database.sql
    event.listen(sql, "after_cursor_execute", executed)
    yield found
    event.remove(sql, "after_cursor_execute", executed)


def statements(app: Flask, who: Visitor, addresses: list[str]) -> dict[str, int]:
    """How many statements each page takes once what is kept in memory is there."""
    taken = {}
    for address in addresses:
        who.client.get(address, buffered=True)
        with counting(app) as found:
            answer = who.client.get(address, buffered=True)
        assert answer.status_code == 200, address
        taken[address] = len(found)
    return taken


def test_longer_lists_of_classes_take_no_more_queries(app: Flask) -> None:
    audience = ["cpa", "employee", "non_practising"]
    class_id = offer(app, audience=audience, announcement="x")
    people = {
        Visitor(app).enter(READY): ["/training", "/training/announcements"],
        Visitor(app).enter(FIRM, "firm"): ["/training", "/training/firm/classes"],
        Visitor(app).enter("zj_training", "staff"): ["/classes", f"/classes/{class_id}"],
    }
    few = [statements(app, who, pages) for who, pages in people.items()]
    for number in range(12):
        offer(app, audience=audience, announcement="x", name=f"Class {number}")
    assert [statements(app, who, pages) for who, pages in people.items()] == few


def test_more_people_take_no_more_queries(app: Flask) -> None:
    morning = Morning(app)
    clerk = morning.visitor("zj_training")
    pages = [morning.address, f"{morning.address}/attendance", f"{morning.address}/door"]
    few = statements(app, clerk, pages)
    morning.school.now = NOW
    other = morning.school.offer(capacity=2)
    morning.training_class = other
    for each in range(8):
        morning.school.sign_up(other, morning.school.member(name=f"人{each}"))
    assert statements(app, clerk, [f"/classes/{other.id}"])[f"/classes/{other.id}"] <= (
        few[morning.address] + 3
    )


def test_a_larger_firm_takes_no_more_queries(app: Flask) -> None:
    class_id = offer(app, audience=["cpa", "employee"], required_fields=["position", "mobile"])
    firm = Visitor(app).enter(FIRM, "firm")
    people = f"/training/classes/{class_id}/people"
    pages = [
        people,
        f"{people}?kind=employee",
        "/training/firm/all",
        "/training/firm/hours",
        "/training/firm/employees",
        "/training/firm/sign-ups",
    ]
    grow(app, class_id, "A", 2)
    few = statements(app, firm, pages)
    grow(app, class_id, "B", 15)
    assert statements(app, firm, pages) == few


def grow(app: Flask, class_id: int, letter: str, count: int) -> None:
    """More employees and CPAs of a firm, and more that it signed up together."""
    engine = app.extensions["engine"]
    with engine.database.transaction() as session:
        firm = session.scalars(select(Firm).where(Firm.number == FIRM)).one()
        account = find_account(session, user_type="firm", login=FIRM)
        assert account is not None
        for number in range(count):
            session.add(Employee(firm_id=firm.id, number=f"{letter}{number}", name=f"{letter}人"))
            session.add(
                SignUps(
                    id=new_id(),
                    account_id=account.id,
                    language="en",
                    firm_id=firm.id,
                    class_id=class_id,
                    state=DONE,
                    started_at=NOW,
                )
            )
    school = School(engine, association_id=firm.association_id)
    school.numbers = itertools.count(ord(letter) * 1000)
    school.members(count, firm_id=firm.id)
