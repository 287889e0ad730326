"""Appeals: who may, who decides, and what becomes of the decision."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

import workflows
from engine.actors import Actor
from engine.cases import Case
from engine.engine import Engine
from engine.errors import NotFound
from engine.tasks import Task
from tests.workflows.conftest import NOW
from tests.workflows.walking import Walk
from workflows.appeal.appeals import (
    AlreadyAppealed,
    AppealTooLate,
    NothingToAppeal,
    check_may_appeal,
    find_appeal,
    last_day_to_appeal,
    start_appeal,
)
from workflows.inspection.revoking import revoke
from workflows.ruling.rulings import start_ruling
from workflows.shared.access import Viewer, can, get_viewer
from workflows.shared.accounts import Account, give_duty
from workflows.shared.associations import Association
from workflows.shared.concerns import find_concerned
from workflows.shared.decisions import list_last_steps
from workflows.shared.messages import list_messages
from workflows.shared.register import Member, find_member_by_number
from workflows.shared.results import find_result, list_former_results
from workflows.shared.tasks import NeedsSecondPerson, Tasks

READY, IN_GUANGZHOU = "330000100001", "440100100001"
FIRST, SECOND, HIGHER = Actor("staff", 901), Actor("staff", 902), Actor("staff", 903)
STATEMENT = {"statement": "判决书尚未生效，二审正在审理。", "evidence": []}


def refused(engine: Engine, number: str = READY) -> Walk:
    """A member's year that was not passed: settled so by hand."""
    with engine.database.transaction() as session:
        member = get_member_of(session, number)
        case = start_ruling(session, engine, member=member, year=2021, by=FIRST, now=NOW)
    walk = Walk(engine, number, case.id)
    proposal = {"status": "not_passed", "ground": "criminal_penalty", "reason": "判决已生效。"}
    walk.do("propose_ruling", "propose", proposal, by=FIRST)
    return walk.do("agree_ruling", "agree", by=SECOND)


def get_member_of(session: Session, number: str) -> Member:
    member = find_member_by_number(session, number)
    assert member is not None
    return member


def start(engine: Engine, number: str = READY, now: datetime = NOW) -> Walk:
    """An appeal that is begun."""
    with engine.database.transaction() as session:
        member = get_member_of(session, number)
        case = start_appeal(
            session, engine, member=member, year=2021, by=Actor("member", 1), now=now
        )
    return Walk(engine, number, case.id)


def appealed(engine: Engine, number: str = READY) -> Walk:
    """An appeal that waits to be decided."""
    walk = start(engine, number).do("state_appeal", "continue", STATEMENT)
    return walk.do("confirm_appeal", "apply")


def status_of_year(engine: Engine, walk: Walk) -> str | None:
    with engine.database.read() as session:
        result = find_result(session, member_id=walk.member.id, year=2021)
        return result.status if result else None


def told(engine: Engine, walk: Walk) -> list[str]:
    with engine.database.read() as session:
        return [each.template for each in list_messages(session, member_id=walk.member.id)]


def test_an_appeal_goes_to_the_association_above(demo_engine: Engine) -> None:
    refused(demo_engine)
    walk = appealed(demo_engine)
    assert (walk.case.status, walk.case.kind, walk.steps) == (
        "appealed",
        "appeal",
        {"decide_appeal"},
    )
    task = walk.tasks()["decide_appeal"]
    with demo_engine.database.read() as session:
        office = session.get_one(Association, task.association_id)
        assert (office.level, task.duty, task.kind) == ("national", "manage", "appeal")


def test_the_association_itself_decides_where_there_is_none_above(demo_engine: Engine) -> None:
    with demo_engine.database.transaction() as session:
        office = session.get_one(Association, get_member_of(session, READY).association_id)
        office.parent_id = None
    decided = refused(demo_engine)
    walk = appealed(demo_engine)
    assert walk.case.association_id == decided.case.association_id


def test_an_appeal_against_a_higher_decision_goes_above_that(demo_engine: Engine) -> None:
    decided = refused(demo_engine, IN_GUANGZHOU)
    with demo_engine.database.transaction() as session:
        city = session.get_one(Association, decided.case.association_id)
        last = session.scalars(
            select(Task).where(Task.case_id == decided.case_id, Task.element_id == "agree_ruling")
        ).one()
        last.association_id = city.parent_id
        province = session.get_one(Association, city.parent_id)
    assert start(demo_engine, IN_GUANGZHOU).case.association_id == province.parent_id


def test_a_decision_that_is_upheld_stands_and_the_member_is_told_why(demo_engine: Engine) -> None:
    refused(demo_engine)
    walk = appealed(demo_engine)
    walk.do("decide_appeal", "uphold", {"reason": "判决已于五月生效。"}, by=HIGHER)
    assert (walk.case.state, walk.case.status) == ("ended", "appeal_upheld")
    assert status_of_year(demo_engine, walk) == "not_passed"
    with demo_engine.database.read() as session:
        message, *_others = list_messages(session, member_id=walk.member.id)
    assert (message.template, message.text) == (
        "appeal_upheld",
        "经审查，维持原决定。理由：判决已于五月生效。",
    )
    assert message.office == "中国注册会计师协会"


def test_a_year_settled_by_hand_has_no_result_when_that_is_overturned(
    demo_engine: Engine,
) -> None:
    decided = refused(demo_engine)
    walk = appealed(demo_engine)
    walk.do("decide_appeal", "overturn", {"reason": "判决未生效。"}, by=HIGHER)
    assert (walk.case.state, walk.case.status) == ("ended", "appeal_overturned")
    assert status_of_year(demo_engine, walk) is None
    with demo_engine.database.read() as session:
        (former,) = list_former_results(session, member_id=walk.member.id, year=2021)
        assert former.case_id == decided.case_id
    assert told(demo_engine, walk)[0] == "appeal_overturned"


def test_one_appeals_once_against_a_decision(demo_engine: Engine) -> None:
    refused(demo_engine)
    walk = appealed(demo_engine)
    assert start(demo_engine).case_id == walk.case_id
    walk.do("decide_appeal", "uphold", {"reason": "维持。"}, by=HIGHER)
    with pytest.raises(AlreadyAppealed):
        start(demo_engine)


def test_an_appeal_that_was_abandoned_can_be_begun_again(demo_engine: Engine) -> None:
    refused(demo_engine)
    walk = start(demo_engine).do("state_appeal", "abandon")
    assert walk.case.status == "abandoned"
    assert start(demo_engine).case_id != walk.case_id


def test_another_decision_can_be_appealed_against_again(demo_engine: Engine) -> None:
    refused(demo_engine)
    appealed(demo_engine).do("decide_appeal", "overturn", {"reason": "撤销。"}, by=HIGHER)
    with demo_engine.database.transaction() as session:
        for each in session.scalars(select(Case).where(Case.process_id == "appeal")):
            each.started_at = NOW - timedelta(days=1)
    refused(demo_engine)
    assert start(demo_engine).steps == {"state_appeal"}


def test_the_statement_is_changed_from_the_confirmation(demo_engine: Engine) -> None:
    refused(demo_engine)
    walk = start(demo_engine).do("state_appeal", "continue", STATEMENT)
    assert walk.do("confirm_appeal", "change_statement").steps == {"state_appeal"}


def test_only_what_was_not_passed_can_be_appealed_against_and_not_for_ever(
    demo_engine: Engine,
) -> None:
    with pytest.raises(NothingToAppeal):
        start(demo_engine)
    refused(demo_engine)
    with demo_engine.database.read() as session:
        result = find_result(session, member_id=get_member_of(session, READY).id, year=2021)
        assert result is not None
        last = last_day_to_appeal(session, result=result)
        assert str(last) == "2022-10-06"
        assert find_appeal(session, result=result) is None
        in_time = datetime(2022, 10, 6, 15, 59, tzinfo=UTC)
        member = get_member_of(session, READY)
        check_may_appeal(session, member=member, year=2021, now=in_time)
    with pytest.raises(AppealTooLate):
        start(demo_engine, now=datetime(2022, 10, 6, 16, 1, tzinfo=UTC))


def test_an_appeal_is_settled_when_the_decision_is_taken_back_meanwhile(
    demo_engine: Engine,
) -> None:
    refused(demo_engine)
    walk = appealed(demo_engine)
    with demo_engine.database.transaction() as session:
        member = get_member_of(session, READY)
        case = start_ruling(session, demo_engine, member=member, year=2021, by=FIRST, now=NOW)
    again = Walk(demo_engine, READY, case.id)
    again.do("propose_ruling", "propose", {"status": "passed", "reason": "更正。"}, by=FIRST)
    again.do("agree_ruling", "agree", by=SECOND)
    assert (walk.case.state, walk.steps) == ("cancelled", set())


def manager(session: Session, association_id: int | None, name: str = "manager") -> Viewer:
    """A manager of an association."""
    login = f"{name}{association_id}"
    account = Account(user_type="staff", login=login, name="管理员", created_at=NOW)
    session.add(account)
    session.flush()
    give_duty(session, account_id=account.id, association_id=association_id or 0, duty="manage")
    return get_viewer(session, account)


def test_who_decides_sees_the_case_that_the_appeal_is_about(demo_engine: Engine) -> None:
    decided = refused(demo_engine, IN_GUANGZHOU)
    walk = appealed(demo_engine, IN_GUANGZHOU)
    with demo_engine.database.transaction() as session:
        higher = manager(session, walk.case.association_id)
        own = manager(session, decided.case.association_id)
        concerned = find_concerned(session, walk.case)
        assert concerned is not None
        assert concerned.id == decided.case_id
        task = walk.tasks()["decide_appeal"]
        assert can(higher, "see", concerned)
        assert can(higher, "complete", task)
        assert not can(own, "complete", task)
        steps = list_last_steps(session, demo_engine, case=concerned, language="zh", now=NOW)
    assert [(each.title, each.outcome, each.ground, each.reason) for each in steps] == [
        ("提出处理意见", "提出", "受刑事处罚", "判决已生效。"),
        ("复核", "同意", "", ""),
    ]


def press(engine: Engine, walk: Walk, step: str, viewer: Viewer, outcome: str, **typed: str):
    """Fill in a step's form and press a button."""
    found = workflows.collect()
    with engine.database.transaction() as session:
        return Tasks(engine, found.form_data, found.answer_checks).complete(
            session,
            task_id=walk.tasks()[step].id,
            outcome=outcome,
            posted=MultiDict(typed),
            viewer=viewer,
            language="en",
            now=NOW,
        )


def test_nobody_decides_on_an_appeal_against_his_own_decision(demo_engine: Engine) -> None:
    with demo_engine.database.transaction() as session:
        office = session.get_one(Association, get_member_of(session, READY).association_id)
        office.parent_id = None
        judge, other = manager(session, office.id), manager(session, office.id, "other")
    decided = refused(demo_engine)
    with demo_engine.database.transaction() as session:
        agreed = select(Task).where(
            Task.case_id == decided.case_id, Task.element_id == "agree_ruling"
        )
        session.scalars(agreed).one().completed_by = judge.account_id
    walk = appealed(demo_engine)
    with pytest.raises(NeedsSecondPerson):
        press(demo_engine, walk, "decide_appeal", judge, "uphold", reason="维持原决定")
    press(demo_engine, walk, "decide_appeal", other, "uphold", reason="维持原决定")
    assert walk.case.status == "appeal_upheld"


def inspected(engine: Engine, number: str = READY) -> Walk:
    """An inspection that two people did not let pass."""
    walk = Walk(engine, number).start().to_materials().apply()
    proposal = {"refusal_ground": "criminal_penalty", "reason": "判决已生效。"}
    walk.do("review_application", "propose_refusal", proposal, by=FIRST)
    return walk.do("agree_refusal", "agree", by=SECOND)


def test_an_inspection_whose_refusal_is_overturned_returns_to_review(
    demo_engine: Engine,
) -> None:
    inspection = inspected(demo_engine)
    assert inspection.case.status == "not_passed"
    walk = appealed(demo_engine)
    walk.do("decide_appeal", "overturn", {"reason": "判决未生效。"}, by=HIGHER)
    assert walk.case.status == "appeal_overturned"
    assert (inspection.case.state, inspection.steps) == ("open", {"review_application"})
    assert status_of_year(demo_engine, walk) is None
    assert set(told(demo_engine, walk)) >= {"decision_revoked", "appeal_overturned"}
    walk.let_jobs_run()
    assert walk.case.status == "appeal_overturned"


def test_an_appeal_is_settled_when_a_manager_revokes_the_decision(demo_engine: Engine) -> None:
    inspection = inspected(demo_engine)
    walk = appealed(demo_engine)
    with demo_engine.database.transaction() as session:
        revoke(
            session,
            demo_engine,
            case_id=inspection.case.id,
            reason="事实有误。",
            by=SECOND,
            now=NOW,
        )
    walk.let_jobs_run()
    assert (walk.case.state, walk.case.status) == ("ended", "appeal_settled")


def test_what_was_revoked_a_moment_before_is_overturned_without_more(
    demo_engine: Engine,
) -> None:
    inspection = inspected(demo_engine)
    walk = appealed(demo_engine)
    with demo_engine.database.transaction() as session:
        revoke(
            session,
            demo_engine,
            case_id=inspection.case.id,
            reason="事实有误。",
            by=SECOND,
            now=NOW,
        )
    walk.do("decide_appeal", "overturn", {"reason": "判决未生效。"}, by=HIGHER)
    assert (walk.case.status, inspection.case.state) == ("appeal_overturned", "open")


def test_an_appeal_is_neither_sent_nor_decided_when_its_decision_is_gone(
    demo_engine: Engine,
) -> None:
    decided = refused(demo_engine)
    walk = start(demo_engine).do("state_appeal", "continue", STATEMENT)
    with demo_engine.database.transaction() as session:
        me = session.scalars(select(Account).where(Account.member_id == walk.member.id)).one()
        member = get_viewer(session, me)
        higher = manager(session, walk.case.association_id)
        result = find_result(session, member_id=walk.member.id, year=2021)
        assert result is not None
        result.status = "passed"
    with pytest.raises(NothingToAppeal):
        press(demo_engine, walk, "confirm_appeal", member, "apply", confirmed="apply")
    with demo_engine.database.transaction() as session:
        result = find_result(session, member_id=walk.member.id, year=2021)
        assert result is not None
        result.status = "not_passed"
    press(demo_engine, walk, "confirm_appeal", member, "apply", confirmed="apply")
    with pytest.raises(NotFound):
        press(demo_engine, walk, "decide_appeal", member, "uphold", reason="维持")
    with demo_engine.database.transaction() as session:
        result = find_result(session, member_id=walk.member.id, year=2021)
        assert result is not None
        result.case_id = None
    with pytest.raises(NothingToAppeal):
        press(demo_engine, walk, "decide_appeal", higher, "uphold", reason="维持原决定")
    assert decided.case.status == "ruling_agreed"
