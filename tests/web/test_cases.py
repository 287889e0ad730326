"""Cases as administrators look at them: place, way, data, incidents, diagrams."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from flask import Flask
from lxml import etree
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from engine.incidents import Incident
from engine.operations import Operation
from engine.trail import Event
from tests.web.conftest import Page, Visitor
from tests.web.offices import IN_GUANGZHOU, READY, TOKEN, applied, part, say, staff
from tests.workflows.walking import REVIEWER, Walk

FAILING = "register.apply_information"


def marks_of(page: Page) -> Mapping[str, list[str]]:
    """What is marked in a diagram, by kind."""
    found: Mapping[str, list[str]] = json.loads(part(page, "diagram").get("data-marks"))
    return found


def stand_still(app: Flask) -> tuple[Walk, Operation]:
    """A case whose last operation failed for good, and the operation as it should be."""

    def fail(**_given: object) -> None:
        raise RuntimeError("the register is away")

    operations = app.extensions["engine"].operations
    working = operations.get(FAILING)
    operations.by_name[FAILING] = replace(working, function=fail)
    walk = applied(app)
    walk.do("review_application", "approve", by=REVIEWER)
    return walk, working


def test_an_administrator_sees_place_data_trail_and_what_was_sent(app: Flask) -> None:
    walk = applied(app)

    page = staff(app, "admin").open(f"/cases/{walk.case_id}")

    assert page.status == 200
    for words in ("inspection:2021:330000100001", "In review", "Waits for a person"):
        assert words in page.text
    assert "member_no" in page.text
    assert "Done by the system: Add up the hours" in page.text
    assert page.html.xpath("//iframe[contains(@src, '/diagram')]")


@pytest.mark.parametrize(
    ("login", "number", "status"),
    [
        ("admin", READY, 200),
        ("audit", READY, 200),
        ("zj_review", READY, 200),
        ("zj_manage", READY, 200),
        ("zj_fees", READY, 404),
        ("gz_review", READY, 404),
        ("gd_review", IN_GUANGZHOU, 200),
        ("zj_review", IN_GUANGZHOU, 404),
    ],
)
def test_a_case_is_seen_by_whom_it_concerns(
    app: Flask, login: str, number: str, status: int
) -> None:
    walk, somebody = applied(app, number), staff(app, login)

    assert somebody.open(f"/cases/{walk.case_id}").status == status
    assert somebody.open(f"/cases/{walk.case_id}/diagram").status == status
    diagram = f"/cases/{walk.case_id}/diagrams/inspection.bpmn"
    assert somebody.client.get(diagram).status_code == status


def test_the_pages_of_cases_are_nothing_to_members(app: Flask, member: Visitor) -> None:
    walk = applied(app)

    assert member.open("/cases").status == 404
    assert member.open(f"/cases/{walk.case_id}").status == 404
    assert member.open(f"/cases/{walk.case_id}/diagram").status == 404


def test_variables_are_shown_to_administrators_only(app: Flask) -> None:
    walk = applied(app)

    assert "fee_key" in staff(app, "admin").open(f"/cases/{walk.case_id}").text
    assert "fee_key" not in staff(app, "zj_review").open(f"/cases/{walk.case_id}").text


def test_those_who_oversee_are_told_whether_a_trail_was_changed(app: Flask) -> None:
    case_id = applied(app).case_id
    for login in ("admin", "audit", "zj_manage"):
        assert "nobody changed it" in say(part(see(app, login, case_id), "main"))
    with app.extensions["engine"].database.transaction() as session:
        touched = select(Event).where(Event.case_id == case_id, Event.number == 2)
        session.scalars(touched).one().by_id = 4711

    for login in ("admin", "audit", "zj_manage"):
        page = say(part(see(app, login, case_id), "main"))
        assert "This trail was changed afterwards" in page
        assert page.count("Changed afterwards") == 1
        assert "nobody changed it" not in page
    page = say(part(see(app, "zj_review", case_id), "main"))
    assert "chain" not in page
    assert "nobody changed it" not in page


def see(app: Flask, login: str, case_id: object) -> Page:
    return staff(app, login).open(f"/cases/{case_id}")


def test_an_unknown_case_is_nothing(app: Flask) -> None:
    admin, unknown = staff(app, "admin"), "00000000-0000-7000-8000-000000000000"

    assert admin.open(f"/cases/{unknown}").status == 404
    assert admin.open(f"/cases/{unknown}/diagram").status == 404


def test_a_case_that_stands_still_is_tried_again(app: Flask) -> None:
    walk, working = stand_still(app)
    admin = staff(app, "admin")

    page = admin.open(f"/cases/{walk.case_id}")
    (form,) = page.html.xpath("//form[contains(@action, '/retry')]")
    still = admin.send(form.get("action"), MultiDict(TOKEN))
    app.extensions["engine"].operations.by_name[FAILING] = working
    (form,) = still.html.xpath("//form[contains(@action, '/retry')]")
    done = admin.send(form.get("action"), MultiDict(TOKEN))

    assert "Stands still at “Update the register”" in page.text
    assert "the register is away" in page.text
    assert "the case still stands still" in still.text
    assert "the case goes on" in done.text
    assert "Tried again: Update the register" in done.text
    assert walk.case.status == "passed"


def test_only_an_administrator_tries_again(app: Flask) -> None:
    walk, _working = stand_still(app)
    with app.extensions["engine"].database.read() as session:
        incident_id = session.scalars(select(Incident.id)).one()
    address = f"/cases/{walk.case_id}/incidents/{incident_id}/retry"

    assert staff(app, "zj_review").send(address, MultiDict(TOKEN)).status == 403
    assert staff(app, "gz_review").send(address, MultiDict(TOKEN)).status == 404
    assert walk.case.state == "open"


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("", True),
        ("q=蔡", True),
        ("q=3300001", True),
        ("q=王", False),
        ("state=open", True),
        ("state=ended", False),
        ("status=in_review", True),
        ("status=passed", False),
        ("year=2021", True),
        ("year=2019", False),
        ("incident=1", False),
        ("after=nonsense&status=nonsense", True),
    ],
)
def test_cases_are_found_by_what_is_known_of_them(app: Flask, query: str, is_found: bool) -> None:
    applied(app)

    page = staff(app, "admin").open(f"/cases?{query}")

    assert page.status == 200
    assert (READY in page.text) is is_found


def test_cases_that_stand_still_are_found(app: Flask) -> None:
    stand_still(app)

    page = staff(app, "admin").open("/cases?incident=1", headers={"HX-Target": "cases"})

    assert READY in page.text
    assert "Stands still" in page.text
    assert not page.html.xpath("//header | //main")


def test_a_manager_finds_the_cases_of_his_association_only(app: Flask) -> None:
    applied(app)
    applied(app, IN_GUANGZHOU)

    page = staff(app, "zj_manage").open("/cases")

    assert READY in page.text
    assert IN_GUANGZHOU not in page.text
    assert staff(app, "zj_review").open("/cases").status in (403, 404)


def test_the_diagram_marks_the_place_and_the_way_and_nothing_beside(app: Flask) -> None:
    walk = applied(app)
    admin = staff(app, "admin")

    top = marks_of(admin.open(f"/cases/{walk.case_id}/diagram"))
    called = marks_of(admin.open(f"/cases/{walk.case_id}/diagram?process=review"))

    assert top["here"] == ["review"]
    assert {"started", "fill_information", "collect_hours", "assess_hours", "settle"} <= set(
        top["passed"]
    )
    assert not {"await_hours", "abandoned", "defer", "withdrawn", "review"} & set(top["passed"])
    assert "which_application_to_choose_inspection" in top["flows"]
    assert "which_application_to_abandoned" not in top["flows"]
    assert called["here"] == ["review_application"]
    assert called["flows"] == ["plan_to_review_application", "started_to_plan"]


def test_the_way_back_after_a_return_is_marked(app: Flask) -> None:
    walk = applied(app)
    walk.do("review_application", "return", {"reason": "请补充"}, by=REVIEWER)

    marks = marks_of(staff(app, "admin").open(f"/cases/{walk.case_id}/diagram"))

    assert marks["here"] == ["fill_information"]
    assert "decision_to_begin_round" in marks["flows"]
    assert "decision_to_record_result" not in marks["flows"]


def test_the_diagram_says_in_words_what_its_colours_say(app: Flask) -> None:
    walk, _working = stand_still(app)

    page = staff(app, "admin").open(f"/cases/{walk.case_id}/diagram")

    assert marks_of(page)["stuck"] == ["apply_information"]
    (way,) = page.html.find_class("way")
    assert "Complete the information" in say(way)
    (here,) = page.html.find_class("place-list")
    assert say(here) == "Update the register Annual inspection Stands still"


def test_a_diagram_speaks_the_language_of_the_page(app: Flask) -> None:
    walk, admin = applied(app), staff(app, "admin")
    address = f"/cases/{walk.case_id}/diagrams/review.bpmn"

    english = admin.client.get(address)
    admin.client.set_cookie("huiji_language", "zh")
    chinese = admin.client.get(address)

    def name(data: bytes) -> str | None:
        task = etree.fromstring(data).find(".//*[@id='review_application']")
        assert task is not None
        return task.get("name")

    assert english.mimetype == "application/xml"
    assert (name(english.data), name(chinese.data)) == ("Review", "审核")
    unknown = admin.client.get(f"/cases/{walk.case_id}/diagrams/unknown.bpmn")
    assert unknown.status_code == 404


def test_only_the_diagram_may_style_itself_and_be_framed_by_our_pages(app: Flask) -> None:
    walk, admin = applied(app), staff(app, "admin")

    diagram = admin.open(f"/cases/{walk.case_id}/diagram").response
    case = admin.open(f"/cases/{walk.case_id}").response

    drawn, page = (each.headers["Content-Security-Policy"] for each in (diagram, case))
    assert "style-src 'self' 'unsafe-inline'" in drawn
    assert "frame-ancestors 'self'" in drawn
    assert "script-src 'self';" in drawn
    assert "unsafe-inline" not in page
    assert "frame-ancestors 'none'" in page
