"""Opening a year of financial reporting, and what the form of paper resets names."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.web.conftest import Page, Visitor, run_jobs
from workflows.finance_accounts.models import ReportingOpening
from workflows.shared.accounts import find_account


@pytest.fixture
def manager(app: Flask) -> Visitor:
    return staff(app, "zj_manage")


def staff(app: Flask, login: str) -> Visitor:
    found = Visitor(app)
    found.enter(login, kind="staff")
    return found


def ask(visitor: Visitor, year: str = "2022") -> Page:
    values = visitor.open("/manage/reporting").values("/manage/reporting")
    values["year"] = year
    return visitor.send("/manage/reporting", values)


def count(app: Flask) -> int:
    with app.extensions["engine"].database.read() as session:
        return len(session.scalars(select(ReportingOpening)).all())


def test_a_year_is_opened_after_a_question_and_shows_how_far_it_is(
    app: Flask, manager: Visitor
) -> None:
    page = ask(manager)
    assert "The password of 1 account ends now" in page.text
    assert count(app) == 0
    page = manager.send("/manage/reporting", page.values("/manage/reporting"))
    assert "0 of 1 accounts reset" in page.text
    run_jobs(app)
    page = manager.open("/manage/reporting")
    assert "1 of 1 accounts reset" in page.text
    with app.extensions["engine"].database.read() as session:
        account = find_account(session, user_type="firm", login="33000001_cw")
        assert account is not None
        assert account.password_hash is None


def test_a_second_click_opens_nothing_again(app: Flask, manager: Visitor) -> None:
    values = ask(manager).values("/manage/reporting")
    manager.send("/manage/reporting", values)
    page = manager.send("/manage/reporting", values)
    assert (page.status, count(app)) == (422, 1)
    assert "open already" in page.text


@pytest.mark.parametrize("year", ["", "twenty", "1999", "99999999999"])
def test_what_is_no_year_is_refused(app: Flask, manager: Visitor, year: str) -> None:
    values = ask(manager).values("/manage/reporting")
    values["year"] = year
    assert manager.send("/manage/reporting", values).status == 422
    assert count(app) == 0


@pytest.mark.parametrize("login", ["audit", "admin"])
def test_who_only_looks_opens_no_year(app: Flask, login: str) -> None:
    looker, boss = staff(app, login), staff(app, "zj_manage")
    assert "Open a year" not in looker.open("/manage/reporting").text
    values = ask(boss).values("/manage/reporting")
    token = looker.open("/manage/reporting").html.xpath("//input[@name='csrf_token']/@value")[0]
    values["csrf_token"] = token
    assert looker.send("/manage/reporting", values).status == 404
    assert count(app) == 0


def test_a_reviewer_has_no_such_page(app: Flask) -> None:
    assert staff(app, "zj_review").open("/manage/reporting").status == 404


def test_what_the_form_names_is_changed_and_checked(app: Flask, manager: Visitor) -> None:
    page = manager.open("/manage/paper-resets")
    values = page.values("/manage/paper-resets")
    values["email"], values["telephone"] = "ywj@example.cn", "0571-12345678"
    page = manager.send("/manage/paper-resets", values)
    assert "Saved." in page.text
    assert page.values("/manage/paper-resets")["email"] == "ywj@example.cn"
    values["email"] = "no address"
    page = manager.send("/manage/paper-resets", values)
    assert page.status == 422
    assert page.values("/manage/paper-resets")["email"] == "no address"


def test_an_auditor_reads_what_the_form_names(app: Flask, manager: Visitor) -> None:
    auditor = staff(app, "audit")
    page = auditor.open("/manage/paper-resets")
    assert "Managers of the association change this." in page.text
    values = manager.open("/manage/paper-resets").values("/manage/paper-resets")
    values["csrf_token"] = page.values("/manage/paper-resets")["csrf_token"]
    assert auditor.send("/manage/paper-resets", values).status == 403
