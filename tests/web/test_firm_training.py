"""A firm's pages of training: who may open them, what is kept, and what is not let in."""

import json
from collections.abc import Mapping
from datetime import time, timedelta
from io import BytesIO

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from tests.web.conftest import Page, Visitor, run_jobs
from tests.workflows.conftest import NOW
from workflows.demo.cast import FIRM_NUMBER
from workflows.shared.accounts import Account
from workflows.shared.dates import local_date
from workflows.shared.employees import Employee
from workflows.shared.enrolments import Enrolment
from workflows.shared.person_drafts import PersonDraft
from workflows.shared.register import Firm, Member
from workflows.shared.training_classes import TrainingClass

SECOND_FIRM = "33000002"
CPA = "330000900001"
PLACES = (
    "/training",
    "/training/classes/{class_id}/people",
    "/training/firm/classes",
    "/training/firm/classes/{class_id}",
    "/training/firm/all",
    "/training/firm/hours",
    "/training/firm/hours.xlsx",
    "/training/firm/employees",
    "/training/firm/employees/new",
    "/training/firm/sign-ups",
)


@pytest.fixture
def class_id(app: Flask) -> int:
    """A class that is open for CPAs and asks for a position."""
    with app.extensions["engine"].database.transaction() as session:
        firm = session.scalars(select(Firm).where(Firm.number == FIRM_NUMBER)).one()
        today = local_date(NOW)
        training_class = TrainingClass(
            association_id=firm.association_id,
            year=today.year,
            name="审计准则培训班",
            audience=["cpa"],
            opens_date=today,
            closes_date=today + timedelta(days=5),
            start_date=today + timedelta(days=20),
            end_date=today + timedelta(days=21),
            start_time=time(9),
            planned=10,
            capacity=10,
            hours=1600,
            required_fields=["position"],
            created_at=NOW,
        )
        session.add(training_class)
        session.flush()
        return training_class.id


@pytest.fixture
def firm(app: Flask) -> Visitor:
    """The main account of the demo's firm."""
    found = Visitor(app)
    found.enter(FIRM_NUMBER, kind="firm")
    return found


def member_id(app: Flask, number: str) -> int:
    """The key of a member."""
    with app.extensions["engine"].database.read() as session:
        return session.scalars(select(Member.id).where(Member.number == number)).one()


def count(app: Flask, model: type) -> int:
    """How many rows there are."""
    with app.extensions["engine"].database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def token(page: Page) -> str:
    """The token that the forms of a page send."""
    return str(page.html.xpath("//input[@name='csrf_token']/@value")[0])


def keep(visitor: Visitor, class_id: int, changes: object, csrf: str) -> int:
    """Send changes as the script does; the answer's status."""
    text = changes if isinstance(changes, str) else json.dumps(changes)
    said = MultiDict({"csrf_token": csrf, "changes": text})
    return visitor.send(f"/training/classes/{class_id}/people/draft", said).status


def test_the_main_account_opens_every_page(firm: Visitor, class_id: int) -> None:
    for each in PLACES:
        answer = firm.client.get(each.format(class_id=class_id), buffered=True)
        assert answer.status_code == 200, each


@pytest.mark.parametrize(
    ("login", "kind"), [(f"{FIRM_NUMBER}_cw", "firm"), (CPA, "cpa"), ("zj_manage", "staff")]
)
def test_nobody_else_finds_the_firms_pages(
    app: Flask, class_id: int, login: str, kind: str
) -> None:
    visitor = Visitor(app)
    home = visitor.sign_in(login, kind=kind)
    for each in PLACES[1:]:
        assert visitor.client.get(each.format(class_id=class_id)).status_code == 404, each
    if kind == "firm":
        assert visitor.client.get("/training").status_code == 404
        assert "/training" not in home.links().values()


def test_without_a_script_a_page_keeps_what_stands_on_it_and_signs_up(
    app: Flask, firm: Visitor, class_id: int
) -> None:
    address = f"/training/classes/{class_id}/people"
    page = firm.open(address)
    key = f"member-{member_id(app, CPA)}"
    values = page.values(address)
    values.setlist("tick", [key])
    values[f"v:{key}:position"] = "合伙人"
    values["go"] = "page:2"
    page = firm.send(address, values)
    # There is one page: nothing is lost, and what was not touched is not kept.
    assert page.html.xpath(f"//input[@data-tick='{key}']/@checked")
    assert count(app, PersonDraft) == 1
    values = page.values(address)
    values["go"] = "sign_up"
    first, second = firm.send(address, values), firm.send(address, values)
    assert first.path == second.path
    run_jobs(app)
    assert count(app, Enrolment) == 1
    assert "Waiting for confirmation" in firm.open(f"/training/firm/classes/{class_id}").text


def test_nobody_ticked_is_said(firm: Visitor, class_id: int) -> None:
    address = f"/training/classes/{class_id}/people"
    values = firm.open(address).values(address)
    values["go"] = "sign_up"
    assert "Tick at least one person." in firm.send(address, values).text


@pytest.mark.parametrize(
    "changes",
    [
        "",
        "[",
        "[]",
        "null",
        '{"member-1": 1}',
        '{"member-1": {"ticked": "yes"}}',
        '{"x": {}}',
        '{"member-99999999999999999999": {"ticked": true}}',
        "[" * 5000,
    ],
)
def test_what_no_script_of_ours_sends_is_refused(
    firm: Visitor, class_id: int, changes: str
) -> None:
    csrf = token(firm.open(f"/training/classes/{class_id}/people"))
    assert keep(firm, class_id, changes, csrf) == 422


def test_a_firm_keeps_nothing_about_people_of_others(
    app: Flask, firm: Visitor, class_id: int
) -> None:
    csrf = token(firm.open(f"/training/classes/{class_id}/people"))
    mine: Mapping[str, object] = {"ticked": True, "values": {"position": "经理", "mobile": "1"}}
    theirs = f"member-{member_id(app, '330000100001')}"
    assert keep(firm, class_id, {theirs: mine}, csrf) == 200
    assert count(app, PersonDraft) == 0
    assert keep(firm, class_id, {f"member-{member_id(app, CPA)}": mine}, csrf) == 200
    assert count(app, PersonDraft) == 1
    assert keep(firm, class_id, {}, "wrong") in (400, 403)


def test_another_firm_reaches_neither_sign_ups_nor_people(
    app: Flask, firm: Visitor, class_id: int
) -> None:
    address = f"/training/classes/{class_id}/people"
    values = firm.open(address).values(address)
    key = f"member-{member_id(app, CPA)}"
    values.setlist("tick", [key])
    values[f"v:{key}:position"] = "合伙人"
    values["go"] = "sign_up"
    results = firm.send(address, values).path
    run_jobs(app)
    with app.extensions["engine"].database.transaction() as session:
        enrolment_id = session.scalars(select(Enrolment.id)).one()
        owner = session.scalars(select(Firm).where(Firm.number == FIRM_NUMBER)).one()
        employee = Employee(firm_id=owner.id, number="E1", name="孙从业")
        session.add(employee)
        session.flush()
        employee_id = employee.id
    other = Visitor(app)
    with app.extensions["engine"].database.transaction() as session:
        make_other_firm(session)
    other.enter(SECOND_FIRM, kind="firm")
    assert other.client.get("/training/firm/employees").status_code == 200
    for each in (
        results,
        f"/training/firm/sign-ups/{enrolment_id}/cancel",
        f"/training/firm/sign-ups/{enrolment_id}/replace",
        f"/training/firm/sign-ups/{enrolment_id}/replace/{key}",
        f"/training/firm/employees/{employee_id}",
        f"/training/firm/hours/{member_id(app, CPA)}",
    ):
        assert firm.client.get(each).status_code == 200, each
        assert other.client.get(each).status_code == 404, each


def make_other_firm(session: Session) -> None:
    """A second firm with its main account, on the first one's password."""
    known = session.scalars(select(Account).where(Account.login == FIRM_NUMBER)).one()
    own = session.scalars(select(Firm).where(Firm.number == FIRM_NUMBER)).one()
    firm = Firm(number=SECOND_FIRM, name="另一家事务所", association_id=own.association_id)
    session.add(firm)
    session.flush()
    session.add(
        Account(
            user_type="firm",
            login=SECOND_FIRM,
            name=firm.name,
            password_hash=known.password_hash,
            consented_version=known.consented_version,
            firm_id=firm.id,
            created_at=NOW,
        )
    )


def test_the_hours_of_all_are_taken_away_as_a_workbook(firm: Visitor) -> None:
    answer = firm.client.get("/training/firm/hours.xlsx?year=2022", buffered=True)
    book = load_workbook(BytesIO(answer.data))
    people, entries = book.worksheets
    rows = list(people.iter_rows(values_only=True))
    assert rows[0][:2] == ("Number", "Name")
    assert {str(row[0]) for row in rows[1:]} >= {CPA}
    assert [cell.value for cell in entries[1]][:2] == ["Number", "Name"]
