"""What pages for staff cover, and how one is let see it."""

from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from tests.web.offices import OTHERS, TOKEN, address_of, applied, part, say, staff
from tests.workflows.conftest import NOW
from tests.workflows.walking import INFORMATION, REVIEWER, Walk
from workflows.personal_data.unmasking import LASTS, read_personal_data

ADDRESS = INFORMATION["address"]


def secrets_of(app: Flask, walk: Walk) -> list[str]:
    """What must not be read whole before one asked for it."""
    engine = app.extensions["engine"]
    with engine.database.read() as session:
        found = read_personal_data(session, engine, walk.member)
    return [found.private["mobile"], found.private["email"], found.identity_number, ADDRESS]


def ask(walk: Walk) -> str:
    """Where one asks to see the data of a case's member."""
    return f"/personal-data/cases/{walk.case_id}"


def test_a_review_covers_contact_data_and_names_the_person(app: Flask) -> None:
    walk = applied(app)
    page = staff(app).open(address_of(walk))
    assert not [each for each in secrets_of(app, walk) if each in page.text]
    assert walk.member.name in page.text
    assert "154****" in page.text
    assert ADDRESS[:6] + "****" in page.text
    assert "Show personal data" in page.links()


def test_who_says_why_sees_them_for_some_minutes(app: Flask) -> None:
    walk, reviewer = applied(app), staff(app)
    asking = reviewer.open(reviewer.open(address_of(walk)).links()["Show personal data"])
    assert walk.member.name in asking.text
    page = reviewer.press(asking, reason="电话核实住址")
    assert page.path == address_of(walk)
    assert all(each in page.text for each in secrets_of(app, walk))
    assert "The member's data were shown" in say(
        part(reviewer.open(f"/cases/{walk.case_id}"), "main")
    )
    assert not [
        each
        for each in secrets_of(app, walk)
        if each in staff(app, "zj_review2").open(page.path).text
    ]
    app.extensions["engine"].now = lambda: NOW + LASTS + timedelta(seconds=1)
    later = reviewer.open(page.path)
    assert not [each for each in secrets_of(app, walk) if each in later.text]


def test_they_are_covered_again_when_one_says_so(app: Flask) -> None:
    walk, reviewer = applied(app), staff(app)
    reviewer.send(ask(walk), MultiDict({**TOKEN, "reason": "核实"}))
    assert all(each in reviewer.open(address_of(walk)).text for each in secrets_of(app, walk))
    page = reviewer.send(f"{ask(walk)}/cover", MultiDict(TOKEN))
    assert page.path == f"/cases/{walk.case_id}"
    page = reviewer.open(address_of(walk))
    assert not [each for each in secrets_of(app, walk) if each in page.text]


def test_without_a_reason_one_is_asked_again(app: Flask) -> None:
    walk, reviewer = applied(app), staff(app)
    refused = reviewer.send(ask(walk), MultiDict({**TOKEN, "reason": " "}))
    assert refused.status == 422
    assert "Say why you need these data" in refused.text
    assert not [each for each in secrets_of(app, walk) if each in refused.text]


@pytest.mark.parametrize("login", ["zj_fees", "audit", "gz_review"])
def test_who_does_not_need_them_is_not_asked(app: Flask, login: str) -> None:
    walk, person = applied(app), staff(app, login)
    assert person.open(ask(walk)).status == 404
    assert person.send(ask(walk), MultiDict({**TOKEN, "reason": "核实"})).status == 404
    if login == "audit":
        page = person.open(f"/cases/{walk.case_id}")
        assert "covered" in page.text
        assert "Show personal data" not in page.links()


def test_what_changed_between_rounds_is_covered_too(app: Flask) -> None:
    walk, reviewer = applied(app), staff(app)
    walk.do("review_application", "return", {"reason": "请改"}, by=REVIEWER)
    walk.do("fill_information", "apply", {**INFORMATION, "address": "演示路8号2单元"}).apply()
    page = reviewer.open(address_of(walk))
    assert "演示路8号2单元" not in page.text
    assert "演示路8****" in page.text
    earlier = reviewer.open(f"{address_of(walk)}/rounds/1")
    assert earlier.status == 200
    assert ADDRESS not in earlier.text
    reviewer.send(ask(walk), MultiDict({**TOKEN, "reason": "核实"}))
    assert "演示路8号2单元" in reviewer.open(address_of(walk)).text
    assert ADDRESS in reviewer.open(f"{address_of(walk)}/rounds/1").text


def test_a_table_to_take_away_is_covered(app: Flask) -> None:
    walk = applied(app, OTHERS[0])
    manager = staff(app, "zj_manage")
    answer = manager.client.get("/manage/absentees.xlsx", buffered=True)
    assert answer.status_code == 200
    page = manager.open("/manage/absentees")
    assert "154****" in page.text
    assert not [each for each in secrets_of(app, walk) if each in page.text]
