"""Settling a year by hand, as managers do it."""

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from tests.web.conftest import Page, Visitor
from tests.web.offices import IN_GUANGZHOU, READY, TOKEN, applied, decide, say, staff
from workflows.shared.accounts import find_account, give_duty
from workflows.shared.register import find_member_by_number
from workflows.shared.results import find_result


def begin(manager: Visitor, year: int = 2021, number: str = READY) -> Page:
    """Press the button of a year."""
    values = MultiDict({**TOKEN, "number": number, "year": str(year)})
    return manager.send("/cases/rulings", values)


def second_manager(app: Flask) -> Visitor:
    """Another manager of Zhejiang."""
    with app.extensions["engine"].database.transaction() as session:
        account = find_account(session, user_type="staff", login="zj_review2")
        member = find_member_by_number(session, READY)
        assert account is not None
        assert member is not None
        give_duty(
            session,
            account_id=account.id,
            association_id=member.association_id,
            duty="manage",
        )
    return staff(app, "zj_review2")


def test_a_manager_finds_a_member_s_years_and_settles_one(app: Flask) -> None:
    walk, manager = applied(app), staff(app, "zj_manage")

    case = manager.open(f"/cases/{walk.case_id}")
    page = manager.open(case.links()["Settle by hand"])
    assert page.status == 200
    assert "蔡思源" in page.text
    row = page.html.xpath("//tr[.//button[@value='2021']]")[0]
    assert "Annual inspection In review" in say(row)

    page = begin(manager)
    assert page.path.startswith("/inbox/")
    assert "Open, will be closed" in page.text
    refused = decide(manager, page, "propose")
    assert refused.status == 422
    decide(manager, page, "propose", status="exempt", reason="核实后免检。")

    other = second_manager(app)
    page = begin(other)
    assert "核实后免检。" in page.text
    assert "Exempt from inspection" in page.text
    assert not page.html.xpath("//details[contains(@class, 'marker')]")
    asked = decide(other, page, "agree")
    assert "The result counts at once" in asked.text
    decide(other, page, "agree", confirmed="agree")

    with app.extensions["engine"].database.read() as session:
        result = find_result(session, member_id=walk.member.id, year=2021)
        assert result is not None
        assert result.status == "exempt"
    assert walk.case.status == "exempt"
    member = Visitor(app)
    home = member.sign_in(READY)
    assert "Exempt from inspection" in home.text
    message = member.open(home.links()["Your inspection for 2021: exempt"])
    assert "核实后免检。" in message.text
    assert member.open(message.links()["Go to the application"]).path == "/results/2021"


def test_two_clicks_begin_one_ruling(app: Flask) -> None:
    manager = staff(app, "zj_manage")
    assert begin(manager).path == begin(manager).path


@pytest.mark.parametrize("number", [IN_GUANGZHOU, "999999999999", "x' or 1=1"])
def test_of_others_one_learns_nothing(app: Flask, number: str) -> None:
    manager = staff(app, "zj_manage")
    page = manager.open("/cases/rulings", query_string={"number": number})
    assert page.status == 422
    assert "No member of your association has this number." in page.text
    assert begin(manager, number=number).status == 404


def test_a_year_that_concerns_nobody_cannot_be_settled(app: Flask) -> None:
    manager = staff(app, "zj_manage")
    page = begin(manager, 1999)
    assert page.status == 422
    assert "There is no inspection for 1999 that concerns this member." in page.text


@pytest.mark.parametrize("login", ["zj_review", "admin", "audit"])
def test_only_managers_settle(app: Flask, login: str) -> None:
    walk, somebody = applied(app), staff(app, login)
    assert somebody.open("/cases/rulings").status == 404
    assert begin(somebody).status == 404
    assert "Settle by hand" not in somebody.open(f"/cases/{walk.case_id}").links()


def test_a_member_sees_nothing_of_a_proposal(app: Flask) -> None:
    manager, member = staff(app, "zj_manage"), Visitor(app)
    page = begin(manager)
    decide(manager, page, "propose", status="not_passed", ground="resignation", reason="退会。")
    home = member.sign_in(READY)
    assert "退会" not in home.text
