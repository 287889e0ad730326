"""Every page about somebody who was erased still opens, for whoever may see it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import or_, select
from werkzeug.datastructures import MultiDict

from engine.actors import Actor
from engine.cases import Case
from engine.submissions import NewMark
from engine.tasks import Task
from tests.web.conftest import Visitor
from tests.web.offices import OTHERS, READY, TOKEN, staff
from tests.workflows.conftest import NOW
from tests.workflows.walking import INFORMATION, REVIEWER, Walk
from workflows.appeal.appeals import start_appeal
from workflows.personal_data.erasing import erase_member
from workflows.ruling.rulings import start_ruling
from workflows.shared.leaving import end_membership
from workflows.shared.register import ERASED_NAME, Member
from workflows.shared.results import list_results, verification_token

SECOND = Actor("staff", 902)
STATEMENT = {"statement": "判决书尚未生效，二审正在审理。", "evidence": []}
STAFF = ("zj_review", "zj_manage", "zj_fees", "cicpa_manage", "audit", "admin")


@pytest.fixture
def erased(app: Flask) -> tuple[Walk, Walk]:
    """One passed after a return, one settled by hand and heard on appeal; both were erased."""
    engine = app.extensions["engine"]
    passed, settled = _passed(engine), _settled(engine)
    with engine.database.transaction() as session:
        for walk in (passed, settled):
            member = session.get_one(Member, walk.member.id)
            end_membership(
                session, engine, member=member, state="left", reason="退会", by=SECOND, now=NOW
            )
            erase_member(session, engine, member_id=member.id, by=SECOND, now=NOW)
    return passed, settled


def _passed(engine: Any) -> Walk:
    walk = Walk(engine, READY).start().to_materials().apply()
    mark = NewMark("fill_information", "address", "缺少门牌号")
    walk.do("review_application", "return", {"reason": "请改"}, by=REVIEWER, marks=(mark,))
    walk.do("fill_information", "apply", {**INFORMATION, "address": "演示路9号"}).apply()
    return walk.do("review_application", "approve", {"reason": ""}, by=REVIEWER).let_jobs_run()


def _settled(engine: Any) -> Walk:
    walk = Walk(engine, OTHERS[0])
    with engine.database.transaction() as session:
        member = session.get_one(Member, walk.member.id)
        case = start_ruling(session, engine, member=member, year=2021, by=REVIEWER, now=NOW)
    walk.case_id = case.id
    proposal = {"status": "not_passed", "ground": "criminal_penalty", "reason": "判决已生效。"}
    walk.do("propose_ruling", "propose", proposal, by=REVIEWER)
    walk.do("agree_ruling", "agree", by=SECOND).let_jobs_run()
    with engine.database.transaction() as session:
        member = session.get_one(Member, walk.member.id)
        appeal = start_appeal(session, engine, member=member, year=2021, by=walk.me, now=NOW)
    Walk(engine, OTHERS[0], appeal.id).do("state_appeal", "continue", STATEMENT).do(
        "confirm_appeal", "apply"
    )
    return walk


def _addresses(app: Flask, walks: tuple[Walk, ...]) -> Iterator[str]:
    """Every page that takes a case or a task, for each case and each task of these people."""
    keys = [walk.member.id for walk in walks]
    with app.extensions["engine"].database.read() as session:
        cases = session.scalars(select(Case.id).where(Case.subject_id.in_(keys))).all()
        tasks = session.scalars(
            select(Task.id).where(or_(Task.case_id.in_(cases), Task.subject_id.in_(keys)))
        ).all()
    known: dict[str, list[UUID]] = {"case_id": list(cases), "task_id": list(tasks)}
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        names = rule.arguments & known.keys()
        if "GET" not in (rule.methods or ()) or len(names) != 1:
            continue
        (name,) = names
        for key in known[name]:
            others: dict[str, object] = dict.fromkeys(rule.arguments - names, 1)
            if any(_is_uuid(rule, other) for other in others):
                others = dict.fromkeys(others, uuid4())
            yield adapter.build(rule.endpoint, {name: key, **others}, method="GET")


def _is_uuid(rule: Any, name: str) -> bool:
    return type(rule._converters[name]).__name__ == "UUIDConverter"


@pytest.mark.parametrize("login", STAFF)
def test_every_page_of_their_cases_opens(app: Flask, erased: tuple[Walk, Walk], login: str) -> None:
    person = staff(app, login)
    opened = {address: person.open(address).status for address in _addresses(app, erased)}
    assert len(opened) > 40
    assert set(opened.values()) <= {200, 403, 404, 409}, opened
    if login in {"zj_manage", "audit"}:
        seen = [address for address, status in opened.items() if status == 200]
        assert len(seen) > 10
        for walk in erased:
            page = person.open(f"/cases/{walk.case_id}")
            assert (page.status, ERASED_NAME in page.text) == (200, True)
            assert "The data of this person were erased" in page.text


def test_a_decided_task_says_that_nothing_can_be_read_any_more(
    app: Flask, erased: tuple[Walk, Walk]
) -> None:
    reviewer = staff(app)
    with app.extensions["engine"].database.read() as session:
        tasks = session.scalars(
            select(Task).where(
                Task.case_id == erased[0].case_id, Task.element_id == "review_application"
            )
        ).all()
    assert len(tasks) == 2
    for task in tasks:
        page = reviewer.open(f"/inbox/{task.id}")
        assert page.status == 200
        assert "The data of this person were erased" in page.text
        assert ERASED_NAME in page.text
        assert "Show personal data" not in page.links()
        assert INFORMATION["employer"] not in page.text


@pytest.mark.parametrize("login", STAFF)
def test_lists_and_numbers_still_open(app: Flask, erased: tuple[Walk, Walk], login: str) -> None:
    person = staff(app, login)
    for address in (
        "/inbox",
        "/inbox?state=completed",
        "/inbox?state=all",
        "/cases",
        f"/cases?q={READY}",
        f"/inbox?q={ERASED_NAME}",
        "/manage/absentees",
        "/manage/absentees.xlsx",
        "/manage/numbers",
        "/manage/numbers.xlsx",
        "/manage/seasons",
    ):
        assert person.client.get(address, buffered=True).status_code in {200, 404}, address


def test_a_printed_code_still_tells_what_was_decided(app: Flask, erased: tuple[Walk, Walk]) -> None:
    engine = app.extensions["engine"]
    with engine.database.read() as session:
        (result, *_earlier) = list_results(session, member_id=erased[0].member.id)
        token = verification_token(engine.vault, result)
    address = next(
        rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("verify.")
    )
    page = Visitor(app).open(address.replace("<token>", token).replace("<string:token>", token))
    assert page.status == 200
    assert ERASED_NAME in page.text


def test_nobody_asks_to_see_what_is_not_there(app: Flask, erased: tuple[Walk, Walk]) -> None:
    reviewer, asked = staff(app), f"/personal-data/cases/{erased[0].case_id}"
    answer = reviewer.send(asked, MultiDict({**TOKEN, "reason": "核实"}))
    assert (answer.status, reviewer.open(asked).status) == (404, 404)
