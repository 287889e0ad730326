"""Settling a year by hand: proposed by one manager, agreed by another."""

from collections.abc import Mapping

import pytest
from sqlalchemy import update
from werkzeug.datastructures import MultiDict

import workflows
from engine.actors import Actor
from engine.engine import Engine
from engine.errors import NotFound
from tests.workflows.conftest import NOW
from tests.workflows.office import IN_GUANGZHOU, applied, viewer
from tests.workflows.walking import REVIEWER, Walk
from workflows.ruling.rulings import (
    DecidedAbove,
    NeverInspected,
    NoSuchYear,
    check_decider,
    list_years,
    start_ruling,
)
from workflows.shared.access import Viewer, get_viewer
from workflows.shared.accounts import find_account, give_duty
from workflows.shared.hours_asked import assess_hours
from workflows.shared.messages import Message, list_messages
from workflows.shared.public_codes import read_token
from workflows.shared.register import CPA, Member, find_member_by_number, get_member
from workflows.shared.results import (
    YearlyResult,
    find_result,
    list_former_results,
    verification_token,
    verify_result,
)
from workflows.shared.seasons import Season, find_season_of_year
from workflows.shared.tasks import NeedsSecondPerson, Refused, Tasks, Unconfirmed

READY = "330000100001"
FIRST, SECOND = Actor("staff", 901), Actor("staff", 902)
PROPOSAL = {"status": "not_passed", "ground": "criminal_penalty", "reason": "判决已生效。"}


def start(engine: Engine, year: int = 2021) -> Walk:
    """A ruling on the member's year."""
    with engine.database.transaction() as session:
        member = find_member_by_number(session, READY)
        assert member is not None
        case = start_ruling(session, engine, member=member, year=year, by=FIRST, now=NOW)
    return Walk(engine, READY, case.id)


def rule(engine: Engine, proposal: Mapping[str, str], year: int = 2021) -> Walk:
    """A ruling that two managers agree on."""
    walk = start(engine, year).do("propose_ruling", "propose", proposal, by=FIRST)
    return walk.do("agree_ruling", "agree", by=SECOND)


def result_of(engine: Engine, walk: Walk, year: int = 2021) -> YearlyResult | None:
    with engine.database.read() as session:
        return find_result(session, member_id=walk.member.id, year=year)


def messages_of(engine: Engine, walk: Walk) -> list[Message]:
    with engine.database.read() as session:
        return list(list_messages(session, member_id=walk.member.id))


def test_what_two_managers_agree_on_is_the_years_result(demo_engine: Engine) -> None:
    walk = start(demo_engine)
    assert walk.tasks()["propose_ruling"].assigned_to == FIRST.id
    walk.do("propose_ruling", "propose", PROPOSAL, by=FIRST)
    assert (walk.case.status, walk.steps) == ("ruling_proposed", {"agree_ruling"})
    assert result_of(demo_engine, walk) is None
    assert messages_of(demo_engine, walk) == []

    walk.do("agree_ruling", "agree", by=SECOND)

    assert (walk.case.state, walk.case.status) == ("ended", "ruling_agreed")
    result = result_of(demo_engine, walk)
    assert result is not None
    assert (result.status, result.kind, result.case_id) == (
        "not_passed",
        "inspection",
        walk.case_id,
    )
    assert (result.hours_required, result.fee_status) == (4000, "confirmed")
    (message,) = messages_of(demo_engine, walk)
    assert message.text == (
        "经浙江省注册会计师协会核定，您2021年度的年检结果为“年检不予通过”。"
        "事由：受刑事处罚。理由：判决已生效。"
    )
    assert "Ground: Criminal penalty." in message.text_en


@pytest.mark.parametrize("status", ["passed", "deferred", "not_inspected", "exempt"])
def test_every_result_can_be_said_and_has_its_message(demo_engine: Engine, status: str) -> None:
    walk = rule(demo_engine, {"status": status, "reason": "核实后认定。"})
    result = result_of(demo_engine, walk)
    assert result is not None
    assert (result.status, result.kind) == (
        status,
        "deferral" if status == "deferred" else "inspection",
    )
    (message,) = messages_of(demo_engine, walk)
    assert (message.template, "核实后认定。" in message.text) == (f"year_ruled.{status}", True)
    assert "$" not in message.text + message.text_en + message.title + message.title_en


def test_agreement_closes_what_the_member_has_open_of_the_year(demo_engine: Engine) -> None:
    inspection = Walk(demo_engine, READY).start().to_materials().apply()
    rule(demo_engine, {"status": "exempt", "reason": "疫情影响。"})
    assert (inspection.case.state, inspection.case.status) == ("cancelled", "exempt")
    assert inspection.steps == set()


def test_the_result_before_is_kept_and_the_code_stays(demo_engine: Engine) -> None:
    inspection = Walk(demo_engine, READY).start().to_materials().apply()
    inspection.do("review_application", "approve", by=REVIEWER)
    before = result_of(demo_engine, inspection)
    assert before is not None
    walk = rule(demo_engine, PROPOSAL)
    after = result_of(demo_engine, walk)
    assert after is not None
    with demo_engine.database.read() as session:
        (former,) = list_former_results(session, member_id=walk.member.id, year=2021)
        token = verification_token(demo_engine.vault, before)
        _kind, code = read_token(demo_engine.vault, token)
        assert verify_result(session, code).status == "not_passed"
    assert (former.status, former.case_id) == ("passed", inspection.case_id)
    assert after.code == before.code
    assert (inspection.case.state, inspection.case.status) == ("ended", "passed")


def test_what_is_not_agreed_changes_nothing_and_may_be_proposed_again(
    demo_engine: Engine,
) -> None:
    walk = start(demo_engine).do("propose_ruling", "propose", PROPOSAL, by=FIRST)
    walk.do("agree_ruling", "refuse", {"reason": "证据不足。"}, by=SECOND)
    assert (walk.case.state, walk.case.status) == ("ended", "ruling_refused")
    assert result_of(demo_engine, walk) is None
    assert messages_of(demo_engine, walk) == []
    assert start(demo_engine).case_id != walk.case_id


def test_a_proposal_can_be_dropped(demo_engine: Engine) -> None:
    walk = start(demo_engine).do("propose_ruling", "abandon", by=FIRST)
    assert (walk.case.state, walk.case.status) == ("ended", "abandoned")


def test_one_ruling_at_a_time_is_about_a_year(demo_engine: Engine) -> None:
    walk = start(demo_engine)
    assert start(demo_engine).case_id == walk.case_id
    assert start(demo_engine, 2020).case_id != walk.case_id


def test_only_years_and_people_that_are_inspected_can_be_settled(demo_engine: Engine) -> None:
    with demo_engine.database.transaction() as session:
        member = find_member_by_number(session, READY)
        assert member is not None
        years = list_years(session, member=member)
        assert (years[0], years[-1]) == (2021, 2018)
        with pytest.raises(NoSuchYear):
            start_ruling(session, demo_engine, member=member, year=1999, by=FIRST, now=NOW)
        member.kind = CPA
        with pytest.raises(NeverInspected):
            start_ruling(session, demo_engine, member=member, year=2021, by=FIRST, now=NOW)


def test_a_year_without_a_season_is_settled_without_hours_and_fee(demo_engine: Engine) -> None:
    walk = rule(demo_engine, {"status": "not_inspected", "reason": "原结果有误。"}, year=2019)
    result = result_of(demo_engine, walk, 2019)
    assert result is not None
    assert (result.status, result.hours_required, result.fee_status) == ("not_inspected", 0, "")


def test_no_hours_are_asked_of_a_year_that_is_exempt(demo_engine: Engine) -> None:
    with demo_engine.database.transaction() as session:
        member = find_member_by_number(session, READY)
        assert member is not None
        season = find_season_of_year(session, association_id=member.association_id, year=2021)
        assert season is not None
        for result in session.query(YearlyResult).filter_by(member_id=member.id):
            result.status = "deferred"
        session.flush()
        before = assess_hours(session, demo_engine, member=member, season=season).required
    rule(demo_engine, {"status": "exempt", "reason": "免检。"}, year=2020)
    with demo_engine.database.read() as session:
        member = get_member(session, member.id)
        assert (
            assess_hours(session, demo_engine, member=member, season=season).required
            == before - 4000
        )


class Managers:
    """Two managers of Zhejiang who fill in forms."""

    def __init__(self, engine: Engine) -> None:
        found = workflows.collect()
        self.engine = engine
        self.tasks = Tasks(engine, found.form_data, found.answer_checks)

    def viewer(self, login: str, *duties: str) -> Viewer:
        """A person of the staff; duties are given on the way."""
        with self.engine.database.transaction() as session:
            account = find_account(session, user_type="staff", login=login)
            assert account is not None
            manager = find_account(session, user_type="staff", login="zj_manage")
            assert manager is not None
            association_id = get_viewer(session, manager).association_id
            for duty in duties:
                give_duty(
                    session,
                    account_id=account.id,
                    association_id=association_id or 0,
                    duty=duty,
                )
            return get_viewer(session, account)

    def press(self, walk: Walk, step: str, viewer: Viewer, outcome: str, **typed: str) -> object:
        """Fill in a step's form and press a button."""
        with self.engine.database.transaction() as session:
            return self.tasks.complete(
                session,
                task_id=walk.tasks()[step].id,
                outcome=outcome,
                posted=MultiDict(typed),
                viewer=viewer,
                language="en",
                now=NOW,
            )


def test_what_the_forms_ask_for(demo_engine: Engine) -> None:
    managers, walk = Managers(demo_engine), start(demo_engine, 2020)
    first = managers.viewer("zj_manage")

    def wrong(**typed: str) -> set[str]:
        done = managers.press(walk, "propose_ruling", first, "propose", **typed)
        assert isinstance(done, Refused)
        return {each.path for each in done.errors}

    assert wrong() == {"status", "reason"}
    assert wrong(status="passed", reason="核实") == {"status"}
    assert wrong(status="not_passed", reason="核实", shown="ground") == {"ground"}
    managers.press(walk, "propose_ruling", first, "propose", status="exempt", reason="核实")
    second = managers.viewer("zj_review2", "manage")
    refused = managers.press(walk, "agree_ruling", second, "refuse")
    assert isinstance(refused, Refused)
    asked = managers.press(walk, "agree_ruling", second, "agree")
    assert isinstance(asked, Unconfirmed)
    managers.press(walk, "agree_ruling", second, "agree", confirmed="agree")
    assert walk.case.status == "ruling_agreed"


def test_nobody_agrees_with_himself(demo_engine: Engine) -> None:
    managers, walk = Managers(demo_engine), start(demo_engine)
    first = managers.viewer("zj_manage")
    managers.press(walk, "propose_ruling", first, "propose", status="exempt", reason="核实")
    with pytest.raises(NeedsSecondPerson):
        managers.press(walk, "agree_ruling", first, "agree", confirmed="agree")
    assert walk.case.status == "ruling_proposed"


def test_only_managers_of_the_association_work_on_it(demo_engine: Engine) -> None:
    managers, walk = Managers(demo_engine), start(demo_engine)
    for login in ("zj_review", "gz_review"):
        with pytest.raises(NotFound):
            managers.press(walk, "propose_ruling", managers.viewer(login), "abandon")
    assert isinstance(walk.member, Member)


def test_what_the_province_decided_is_not_a_citys_to_settle(demo_engine: Engine) -> None:
    with demo_engine.database.transaction() as session:
        session.execute(update(Season).values(review_levels=2))
    walk = applied(demo_engine, IN_GUANGZHOU)
    walk.do("review_application", "approve", by=FIRST)
    walk.do("second_review", "approve", by=SECOND)
    with demo_engine.database.read() as session:
        city, province = viewer(session, "gz_manage"), viewer(session, "gd_manage")
        check_decider(session, province, member=walk.member, year=2021)
        check_decider(session, city, member=walk.member, year=2020)
        with pytest.raises(DecidedAbove):
            check_decider(session, city, member=walk.member, year=2021)
