"""Documents that people take away: the year's confirmation and a class's, read back as files."""

import pytest
from flask import Flask

from tests.pdfs import check_archivable, codes_of, pages_of
from tests.web.conftest import READY, Visitor
from tests.web.test_training import OTHER, decide, offer, sign_in, sign_up
from workflows.shared.register import find_member_by_number
from workflows.shared.results import find_result, list_results, verification_token


@pytest.fixture
def member(app: Flask) -> Visitor:
    return Visitor(app).enter(READY)


def test_a_year_is_confirmed_on_paper_with_its_code(app: Flask, member: Visitor) -> None:
    engine = app.extensions["engine"]
    with engine.database.read() as session:
        row = find_member_by_number(session, READY)
        assert row is not None
        year = list_results(session, member_id=row.id)[0].year
        result = find_result(session, member_id=row.id, year=year)
        assert result is not None
        token = verification_token(engine.vault, result)
        name = row.name
    address = member.open(f"/results/{year}").links()["Download (PDF)"]
    answer = member.client.get(address)
    assert answer.mimetype == "application/pdf"
    assert f"{year}" in answer.headers["Content-Disposition"]
    pdf = answer.get_data()
    (page,) = pages_of(pdf)
    for item in (f"{year}年度检查确认单", READY, name, "年检通过", "浙江省注册会计师协会"):
        assert item in page
    assert codes_of(pdf) == [f"http://localhost/v/{token}"]
    check_archivable(pdf, title=f"{year}年度检查确认单", author="浙江省注册会计师协会")


def test_a_year_without_a_result_has_no_paper(app: Flask, member: Visitor) -> None:
    assert member.open("/results/1999/document.pdf").status == 404
    stranger = Visitor(app).open("/results/2020/document.pdf")
    assert stranger.path == "/sign-in"


def test_a_confirmed_sign_up_has_a_paper_for_the_door(app: Flask, member: Visitor) -> None:
    class_id = offer(app, name="审计准则培训班", place="杭州")
    waiting = sign_up(member, class_id)
    assert "Confirmation (PDF)" not in waiting.links()
    assert member.open("/training/sign-ups/1/confirmation.pdf").status == 404
    decide(app, "confirm")
    address = member.open(f"/training/classes/{class_id}").links()["Confirmation (PDF)"]
    pdf = member.client.get(address).get_data()
    (page,) = pages_of(pdf)
    for item in ("培训班报名确认单", "审计准则培训班", "杭州", READY, "请按时参加培训"):
        assert item in page
    (code,) = codes_of(pdf)
    assert code.startswith("http://localhost/classes/codes/")
    check_archivable(pdf, title="培训班报名确认单", author="浙江省注册会计师协会")

    assert sign_in(app, OTHER).open(address).status == 404
