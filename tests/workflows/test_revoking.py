"""Taking a decision back, and opening a closed case anew."""

from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from engine.actors import SYSTEM, Actor
from engine.cases import Case, CaseAlreadyOpen
from engine.engine import Engine
from engine.errors import Conflict, NotFound
from engine.lifecycle import cancel_case
from engine.noting import texts
from engine.trail import Event, broken_links
from tests.workflows.conftest import NOW
from tests.workflows.office import IN_GUANGZHOU, applied, viewer
from tests.workflows.walking import INFORMATION, Walk
from workflows.appeal.appeals import start_appeal
from workflows.inspection.applications import start_inspection
from workflows.inspection.policies import CannotWithdraw
from workflows.inspection.revoking import (
    LastDayPast,
    MembershipOver,
    NotClosed,
    NothingToRevoke,
    ReasonMissing,
    can_reopen,
    can_revoke,
    reopen,
    revoke,
)
from workflows.shared import access
from workflows.shared.messages import Message
from workflows.shared.public_codes import CodeNotGenuine, read_token
from workflows.shared.register import find_member_by_number
from workflows.shared.results import find_result, list_former_results, verify_result
from workflows.shared.results import verification_token as token_of
from workflows.shared.seasons import find_season
from workflows.shared.windows import WindowClosed, check_takes

MEMBER = "330000100001"
MANAGER = Actor("staff", 77)
TODAY = NOW.date()


def passed(engine: Engine) -> Walk:
    """An inspection that was approved."""
    walk = Walk(engine, MEMBER).start().to_materials().apply()
    return walk.do("review_application", "approve", by=Actor("staff", 5))


def closed(engine: Engine) -> Walk:
    """An inspection that was closed while it was the member's."""
    walk = Walk(engine, MEMBER).start()
    with engine.database.transaction() as session:
        cancel_case(
            session, engine, case_id=walk.case_id, status="not_inspected", by=SYSTEM, now=NOW
        )
    return walk


def take_back(engine: Engine, walk: Walk, reason: str = "学时复核有误。") -> None:
    with engine.database.transaction() as session:
        revoke(session, engine, case_id=walk.case_id, reason=reason, by=MANAGER, now=NOW)


def open_anew(engine: Engine, walk: Walk, until: date = TODAY, reason: str = "会员住院。") -> None:
    with engine.database.transaction() as session:
        reopen(
            session,
            engine,
            case_id=walk.case_id,
            reason=reason,
            until_date=until,
            by=MANAGER,
            now=NOW,
        )


def test_a_revoked_decision_goes_back_to_review_and_leaves_the_year_without_a_result(
    demo_engine: Engine,
) -> None:
    walk = passed(demo_engine)
    with demo_engine.database.read() as session:
        result = find_result(session, member_id=walk.member.id, year=2021)
        assert result is not None
        token = token_of(demo_engine.vault, result)
        assert can_revoke(session, walk.case)

    take_back(demo_engine, walk)

    assert (walk.case.state, walk.case.status) == ("open", "in_review")
    assert walk.steps == {"review_application"}
    with demo_engine.database.read() as session:
        assert find_result(session, member_id=walk.member.id, year=2021) is None
        (former,) = list_former_results(session, member_id=walk.member.id, year=2021)
        assert former.status == "passed"
        with pytest.raises(CodeNotGenuine):
            verify_result(session, read_token(demo_engine.vault, token)[1])
        told = session.scalars(select(Message).where(Message.template == "decision_revoked")).one()
        assert "学时复核有误。" in told.text
        said = texts(session, demo_engine.vault, case=walk.case)
        kinds = session.scalars(select(Event.kind).where(Event.case_id == walk.case_id)).all()
        assert "学时复核有误。" in said.values()
        assert "case_reopened" in kinds

    walk.do("review_application", "approve", by=Actor("staff", 6))
    with demo_engine.database.read() as session:
        assert verify_result(session, read_token(demo_engine.vault, token)[1]).status == "passed"


def test_a_revoked_application_can_be_returned_and_sent_again(demo_engine: Engine) -> None:
    walk = passed(demo_engine)
    take_back(demo_engine, walk)
    with pytest.raises(CannotWithdraw):
        walk.withdraw()
    walk.do("review_application", "return", {"reason": "请补充。"})
    assert walk.case.status == "returned"
    walk.do("fill_information", "apply", INFORMATION)
    walk.do("view_inspection", "continue")
    # The commitment was accepted before and its text is the same.
    walk.apply().do("review_application", "approve")
    assert walk.case.status == "passed"


def test_a_decision_is_revoked_once(demo_engine: Engine) -> None:
    walk = passed(demo_engine)
    take_back(demo_engine, walk)
    with pytest.raises(NothingToRevoke):
        take_back(demo_engine, walk)
    assert walk.case.status == "in_review"


def test_two_managers_at_once_revoke_it_once(demo_engine: Engine) -> None:
    walk = passed(demo_engine)
    start, refused = Barrier(2), list[str]()

    def act() -> None:
        start.wait()
        try:
            take_back(demo_engine, walk)
        except Conflict as error:
            refused.append(type(error).__name__)

    threads = [Thread(target=act) for _each in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert refused == ["NothingToRevoke"]
    with demo_engine.database.read() as session:
        reopened = select(Event).where(Event.case_id == walk.case_id, Event.kind == "case_reopened")
        assert len(session.scalars(reopened).all()) == 1


@pytest.mark.parametrize("act", [take_back, open_anew])
def test_the_member_must_be_told_why(demo_engine: Engine, act: Callable[..., None]) -> None:
    walk = passed(demo_engine) if act is take_back else closed(demo_engine)
    with pytest.raises(ReasonMissing):
        act(demo_engine, walk, reason="  ")
    assert walk.case.state != "open"


def test_nothing_is_revoked_of_a_case_that_is_open_or_was_only_closed(
    demo_engine: Engine,
) -> None:
    walk = Walk(demo_engine, MEMBER).start()
    with pytest.raises(NothingToRevoke):
        take_back(demo_engine, walk)
    walk.do("fill_information", "abandon")
    with pytest.raises(NothingToRevoke):
        take_back(demo_engine, walk)


def test_nothing_of_who_is_no_member_any_more_is_reviewed_again(demo_engine: Engine) -> None:
    walk = passed(demo_engine)
    with demo_engine.database.transaction() as session:
        member = find_member_by_number(session, MEMBER)
        assert member is not None
        member.state = "resigned"
    with pytest.raises(MembershipOver):
        take_back(demo_engine, walk)


def test_a_closed_case_is_the_member_s_again_until_its_last_day(demo_engine: Engine) -> None:
    walk = closed(demo_engine)
    open_anew(demo_engine, walk, until=TODAY + timedelta(days=300))
    assert (walk.case.state, walk.case.status) == ("open", "draft")
    assert walk.steps == {"fill_information"}
    with demo_engine.database.read() as session:
        told = session.scalars(select(Message).where(Message.template == "case_reopened")).one()
        assert "2023-07-03" in told.text
        season = find_season(session, association_id=walk.member.association_id, day=TODAY)
        assert season is not None
        case = session.get_one(Case, walk.case_id)
        check_takes(session, case=case, season=season, now=NOW + timedelta(days=300))
        with pytest.raises(WindowClosed):
            check_takes(session, case=case, season=season, now=NOW + timedelta(days=301))
    walk.to_materials().apply().do("review_application", "approve")
    assert walk.case.status == "passed"


def test_a_returned_case_that_was_closed_is_returned_again(demo_engine: Engine) -> None:
    walk = Walk(demo_engine, MEMBER).start().to_materials().apply()
    walk.do("review_application", "return", {"reason": "请补充。"})
    with demo_engine.database.transaction() as session:
        cancel_case(
            session, demo_engine, case_id=walk.case_id, status="not_inspected", by=SYSTEM, now=NOW
        )
    open_anew(demo_engine, walk)
    assert walk.case.status == "returned"


def test_a_case_is_reopened_once_and_not_into_the_past(demo_engine: Engine) -> None:
    walk = closed(demo_engine)
    with pytest.raises(LastDayPast):
        open_anew(demo_engine, walk, until=TODAY - timedelta(days=1))
    open_anew(demo_engine, walk)
    with pytest.raises(NotClosed):
        open_anew(demo_engine, walk)


def test_what_was_decided_is_revoked_and_not_reopened(demo_engine: Engine) -> None:
    walk = passed(demo_engine)
    with demo_engine.database.read() as session:
        assert not can_reopen(session, walk.case)
    with pytest.raises(NotClosed):
        open_anew(demo_engine, walk)


def test_an_abandoned_case_stays_closed_while_a_newer_one_lives(demo_engine: Engine) -> None:
    walk = Walk(demo_engine, MEMBER).start().do("fill_information", "abandon")
    with demo_engine.database.transaction() as session:
        member = find_member_by_number(session, MEMBER)
        assert member is not None
        start_inspection(session, demo_engine, member=member, by=walk.me, now=NOW)
    with pytest.raises(CaseAlreadyOpen):
        open_anew(demo_engine, walk)


def test_the_trail_of_a_reopened_case_holds_together(demo_engine: Engine) -> None:
    walk = passed(demo_engine)
    take_back(demo_engine, walk)
    with demo_engine.database.read() as session:
        case = session.get_one(Case, walk.case_id)
        broken = broken_links(
            session,
            case_id=case.id,
            length=case.trail_length,
            head=case.trail_head,
            key=demo_engine.vault.trail_key,
        )
        assert list(broken) == []


def may_revoke(engine: Engine, walk: Walk) -> set[str]:
    """Which managers may take a case's decision back."""
    with engine.database.read() as session:
        return {
            login
            for login in ("zj_manage", "gz_manage", "gd_manage", "cicpa_manage")
            if access.can_revoke(session, viewer(session, login), walk.case)
        }


def test_a_city_s_manager_does_not_undo_what_its_province_decided(demo_engine: Engine) -> None:
    walk = applied(demo_engine, IN_GUANGZHOU)
    walk.do("review_application", "approve", by=Actor("staff", 5))
    walk.do("second_review", "approve", by=Actor("staff", 6))
    assert may_revoke(demo_engine, walk) == {"gd_manage", "cicpa_manage"}
    with demo_engine.database.read() as session:
        with pytest.raises(access.DecidedElsewhere):
            access.check_revoke(session, viewer(session, "gz_manage"), walk.case)
        with pytest.raises(NotFound):
            access.check_revoke(session, viewer(session, "zj_manage"), walk.case)


def test_what_was_upheld_on_appeal_is_undone_only_where_it_was(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    refusal = {"refusal_ground": "criminal_penalty", "reason": "判决已生效。"}
    walk.do("review_application", "propose_refusal", refusal, by=Actor("staff", 5))
    walk.do("agree_refusal", "agree", by=Actor("staff", 6))
    assert may_revoke(demo_engine, walk) == {"zj_manage", "cicpa_manage"}
    with demo_engine.database.transaction() as session:
        case = start_appeal(
            session, demo_engine, member=walk.member, year=2021, by=walk.me, now=NOW
        )
    appeal = Walk(demo_engine, MEMBER, case.id)
    appeal.do("state_appeal", "continue", {"statement": "判决尚未生效。", "evidence": []})
    appeal.do("confirm_appeal", "apply")
    assert may_revoke(demo_engine, walk) == {"zj_manage", "cicpa_manage"}
    appeal.do("decide_appeal", "uphold", {"reason": "已生效。"}, by=Actor("staff", 7))
    assert may_revoke(demo_engine, walk) == {"cicpa_manage"}
