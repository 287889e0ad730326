"""Two review levels, a refusal with a second person, and deferrals in a row."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

import workflows
from engine.engine import Engine
from engine.submissions import NewMark
from engine.tasks import Task
from tests.workflows.conftest import NOW
from tests.workflows.walking import Walk
from workflows.inbox.absences import set_absence
from workflows.inspection.policies import CannotWithdraw
from workflows.shared.access import Viewer, get_viewer
from workflows.shared.accounts import Account, StaffDuty, find_account, give_duty
from workflows.shared.applications import find_last_return
from workflows.shared.associations import Association
from workflows.shared.messages import Message
from workflows.shared.public_codes import read_token
from workflows.shared.results import find_result, record_year, verification_token, verify_result
from workflows.shared.seasons import Season
from workflows.shared.tasks import NeedsSecondPerson, Refused, Tasks, Unconfirmed
from workflows.shared.work import OpenForm

GUANGZHOU = "440100100001"
ZHEJIANG = "330000100001"
DEFERRER = "330000100007"
MARK = NewMark("fill_information", "address", "缺少门牌号")


@pytest.fixture
def office(demo_engine: Engine) -> "Office":
    """The staff at work."""
    return Office(demo_engine)


class Office:
    """Decides tasks as the demo's staff do it, through the task layer."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.now = NOW
        gathered = workflows.collect()
        self.tasks = Tasks(engine, gathered.form_data, gathered.answer_checks)

    def viewer(self, login: str) -> Viewer:
        """A person of the staff."""
        with self.engine.database.read() as session:
            account = find_account(session, user_type="staff", login=login)
            assert account is not None
            return get_viewer(session, account)

    def decide(
        self, walk: Walk, step: str, outcome: str, login: str, *marks: NewMark, **answers: str
    ) -> object:
        """Complete a step; a question is answered with yes."""
        done = self.press(walk, step, outcome, login, *marks, confirmed=outcome, **answers)
        assert not isinstance(done, Unconfirmed)
        return done

    def press(
        self, walk: Walk, step: str, outcome: str, login: str, *marks: NewMark, **answers: str
    ) -> object:
        """Press a step's button; there may be a question first."""
        posted: MultiDict[str, str] = MultiDict(answers)
        self.now += timedelta(minutes=1)
        with self.engine.database.transaction() as session:
            return self.tasks.complete(
                session,
                task_id=walk.tasks()[step].id,
                outcome=outcome,
                posted=posted,
                viewer=self.viewer(login),
                language="zh",
                now=self.now,
                marks=marks,
            )

    def open(self, walk: Walk, step: str, login: str) -> OpenForm:
        """A step's form as somebody finds it."""
        with self.engine.database.read() as session:
            return self.tasks.open(
                session,
                task_id=walk.tasks()[step].id,
                viewer=self.viewer(login),
                language="zh",
                now=NOW,
            )

    def applied(self, number: str) -> Walk:
        """An application that waits for its review."""
        return Walk(self.engine, number).start().to_materials().apply()


def last_message(session: Session) -> Message:
    return session.scalars(select(Message).order_by(Message.id.desc())).all()[0]


def code_of(engine: Engine, task: Task) -> str:
    """The code of the association whose a task is."""
    with engine.database.read() as session:
        assert task.association_id is not None
        return session.get_one(Association, task.association_id).code


def test_a_municipal_approval_goes_to_the_provincial_association(
    demo_engine: Engine, office: Office
) -> None:
    walk = office.applied(GUANGZHOU)
    office.decide(walk, "review_application", "approve", "gz_review")
    assert walk.case.status == "in_second_review"
    second = walk.tasks()["second_review"]
    assert (second.kind, code_of(demo_engine, second)) == ("second_review", "440000")
    office.decide(walk, "second_review", "approve", "gd_review")
    assert walk.case.status == "passed"
    with demo_engine.database.read() as session:
        told = last_message(session)
        assert told.node == "省注协非执业会员审核通过"
        assert told.office == "广东省注册会计师协会"


def test_one_level_is_enough_for_a_provincial_association(
    demo_engine: Engine, office: Office
) -> None:
    with demo_engine.database.transaction() as session:
        session.execute(update(Season).values(review_levels=2))
    walk = office.applied(ZHEJIANG)
    office.decide(walk, "review_application", "approve", "zj_review")
    assert walk.case.status == "passed"


def test_the_second_level_is_another_person(demo_engine: Engine, office: Office) -> None:
    walk = office.applied(GUANGZHOU)
    office.decide(walk, "review_application", "approve", "gd_review")
    assert office.open(walk, "second_review", "gd_review").obstacle
    with pytest.raises(NeedsSecondPerson):
        office.decide(walk, "second_review", "approve", "gd_review")
    assert walk.steps == {"second_review"}


def test_a_return_of_the_second_level_reaches_the_member_with_its_marks(
    demo_engine: Engine, office: Office
) -> None:
    walk = office.applied(GUANGZHOU)
    office.decide(walk, "review_application", "approve", "gz_review")
    answers = {"reason": "请补充门牌号。", "ground": "information_wrong"}
    office.decide(walk, "second_review", "return", "gd_review", MARK, **answers)
    assert (walk.case.status, walk.case.round) == ("returned", 2)
    with demo_engine.database.read() as session:
        told = last_message(session)
        last = find_last_return(session, demo_engine.vault, case=walk.case)
        counted = session.scalars(select(Task.ground).where(Task.outcome == "return")).one()
    assert (told.node, told.text) == ("省注协非执业会员审核退回", "请补充门牌号。")
    assert last is not None
    assert (last.reason, last.marks) == ("请补充门牌号。", [MARK])
    assert counted == "information_wrong"


def test_what_is_sent_back_is_given_to_who_had_it(demo_engine: Engine, office: Office) -> None:
    walk = office.applied(GUANGZHOU)
    office.decide(walk, "review_application", "approve", "gz_review")
    done = office.decide(walk, "second_review", "send_back", "gd_review")
    assert isinstance(done, Refused)
    office.decide(walk, "second_review", "send_back", "gd_review", reason="请核对工作单位。")
    again = walk.tasks()["review_application"]
    assert again.assigned_to == office.viewer("gz_review").account_id
    assert walk.case.status == "in_review"
    panel = office.open(walk, "review_application", "gz_review").panels["earlier_decisions"]
    said = [(each["by"], each["outcome"], each["reason"]) for each in panel["decisions"]]
    assert said == [
        ("广州审核员", "通过", ""),
        ("广东审核员", "退回一级审核", "请核对工作单位。"),
    ]


def send_back(office: Office, walk: Walk) -> Task:
    """The first review, after the province sent it back."""
    office.decide(walk, "second_review", "send_back", "gd_review", reason="请核对工作单位。")
    return walk.tasks()["review_application"]


def test_what_is_sent_back_to_who_is_away_is_for_his_cover(
    demo_engine: Engine, office: Office
) -> None:
    reviewer, cover = office.viewer("gz_review"), office.viewer("gz_manage")
    with demo_engine.database.transaction() as session:
        give_duty(
            session,
            account_id=cover.account_id,
            association_id=cover.association_id or 0,
            duty="review",
        )
        set_absence(
            session,
            account_id=reviewer.account_id,
            from_date=NOW.date(),
            until_date=NOW.date(),
            cover_id=cover.account_id,
            viewer=reviewer,
            now=NOW,
        )
    walk = office.applied(GUANGZHOU)
    office.decide(walk, "review_application", "approve", "gz_review")
    assert send_back(office, walk).assigned_to == cover.account_id


@pytest.mark.parametrize("has_left", [True, False])
def test_what_is_sent_back_to_who_does_not_review_any_more_is_for_all(
    demo_engine: Engine, office: Office, has_left: bool
) -> None:
    walk, reviewer = office.applied(GUANGZHOU), office.viewer("gz_review")
    office.decide(walk, "review_application", "approve", "gz_review")
    with demo_engine.database.transaction() as session:
        if has_left:
            session.get_one(Account, reviewer.account_id).is_active = False
        else:
            session.execute(delete(StaffDuty).where(StaffDuty.account_id == reviewer.account_id))
    assert send_back(office, walk).assigned_to is None


def refuse(office: Office, walk: Walk, **answers: str) -> object:
    given = {"refusal_ground": "criminal_penalty", "reason": "判决已生效。", **answers}
    return office.decide(walk, "review_application", "propose_refusal", "zj_manage", **given)


def test_a_refusal_needs_a_ground_and_another_person(demo_engine: Engine, office: Office) -> None:
    walk = office.applied(ZHEJIANG)
    missing = refuse(office, walk, refusal_ground="")
    assert isinstance(missing, Refused)
    assert [each.path for each in missing.errors] == ["refusal_ground"]
    refuse(office, walk)
    assert walk.case.status == "awaiting_agreement"
    assert office.open(walk, "agree_refusal", "zj_manage").obstacle
    with pytest.raises(NeedsSecondPerson):
        office.decide(walk, "agree_refusal", "agree", "zj_manage")

    opened = office.open(walk, "agree_refusal", "zj_manage2")
    (proposal,) = opened.panels["earlier_decisions"]["decisions"]
    assert not opened.obstacle
    assert proposal["by"] == "浙江管理员"
    assert (proposal["ground"], proposal["reason"]) == ("受刑事处罚", "判决已生效。")
    office.decide(walk, "agree_refusal", "agree", "zj_manage2")

    assert (walk.case.state, walk.case.status) == ("ended", "not_passed")
    with demo_engine.database.read() as session:
        result = find_result(session, member_id=walk.member.id, year=2021)
        assert result is not None
        assert result.status == "not_passed"
        token = verification_token(demo_engine.vault, result)
        _kind, code = read_token(demo_engine.vault, token)
        assert verify_result(session, code).status == "not_passed"
        told = last_message(session)
        assert told.node == "地方注协非执业会员审核不予通过"
        assert "受刑事处罚" in told.text
        assert "Criminal penalty" in told.text_en
        assert "判决已生效。" in told.text


def test_nobody_is_asked_whether_he_is_sure_of_what_cannot_be_taken(
    demo_engine: Engine, office: Office
) -> None:
    walk = office.applied(ZHEJIANG)
    press = partial(office.press, walk, "review_application", "propose_refusal", "zj_manage")
    assert isinstance(press(reason="判决已生效。"), Refused)
    sure = press(refusal_ground="criminal_penalty", reason="判决已生效。")
    assert isinstance(sure, Unconfirmed)
    assert walk.case.status == "in_review"


def test_a_manager_sends_a_refusal_back_to_who_proposed_it(
    demo_engine: Engine, office: Office
) -> None:
    walk = office.applied(ZHEJIANG)
    refuse(office, walk)
    office.decide(walk, "agree_refusal", "send_back", "zj_manage2", reason="判决尚未生效。")
    again = walk.tasks()["review_application"]
    assert again.assigned_to == office.viewer("zj_manage").account_id
    assert walk.case.round == 1


def test_a_refusal_of_the_second_level_is_agreed_and_sent_back_there(
    demo_engine: Engine, office: Office
) -> None:
    walk = office.applied(GUANGZHOU)
    office.decide(walk, "review_application", "approve", "gz_review")
    answers = {"reason": "受惩戒。", "refusal_ground": "disciplinary_penalty"}
    office.decide(walk, "second_review", "propose_refusal", "gd_review", **answers)
    assert code_of(demo_engine, walk.tasks()["agree_refusal"]) == "440000"
    office.decide(walk, "agree_refusal", "send_back", "gd_manage", reason="请核实。")
    assert walk.steps == {"second_review"}
    assert walk.tasks()["second_review"].assigned_to == office.viewer("gd_review").account_id


def test_the_member_withdraws_only_while_nobody_has_decided_anything(
    demo_engine: Engine, office: Office
) -> None:
    walk = office.applied(GUANGZHOU).withdraw()
    assert walk.case.status == "withdrawn"
    walk.do("fill_information", "apply", {"address": "广州市越秀区东风路1号"}).apply()
    office.decide(walk, "review_application", "approve", "gz_review")
    with pytest.raises(CannotWithdraw):
        walk.withdraw()
    office.decide(walk, "second_review", "send_back", "gd_review", reason="请核对。")
    with pytest.raises(CannotWithdraw):
        walk.withdraw()
    assert walk.steps == {"review_application"}


def deferred_before(engine: Engine, walk: Walk) -> None:
    """Let the year before be a deferred one."""
    with engine.database.transaction() as session:
        record: Mapping[str, Any] = {}
        record_year(
            session,
            engine.vault,
            member=walk.member,
            year=2020,
            kind="deferral",
            status="deferred",
            case_id=None,
            record=record,
            hours_required=0,
            hours_done=0,
            fee_status="",
            now=NOW,
        )


def defer(walk: Walk) -> Walk:
    walk.start().do("fill_information", "defer", {"address": "杭州市西湖区文三路1号"})
    walk.do("accept_deferral_commitment", "confirm", {"version": 1, "agreed": True})
    return walk.do("state_deferral", "apply", {"ground": "abroad", "proof": []})


def test_two_deferrals_in_a_row_need_a_manager(demo_engine: Engine, office: Office) -> None:
    walk = Walk(demo_engine, DEFERRER)
    deferred_before(demo_engine, walk)
    office.decide(defer(walk), "review_application", "approve", "zj_review")
    assert walk.case.status == "awaiting_agreement"
    opened = office.open(walk, "agree_approval", "zj_manage")
    assert opened.panels["earlier_decisions"]["deferred_year"] == 2020
    office.decide(walk, "agree_approval", "agree", "zj_manage")
    assert walk.case.status == "deferred"


def test_a_deferral_that_is_not_agreed_to_goes_back_to_its_reviewer(
    demo_engine: Engine, office: Office
) -> None:
    walk = Walk(demo_engine, DEFERRER)
    deferred_before(demo_engine, walk)
    office.decide(defer(walk), "review_application", "approve", "zj_review")
    office.decide(walk, "agree_approval", "send_back", "zj_manage", reason="请退回会员说明。")
    office.decide(walk, "review_application", "return", "zj_review", reason="请说明原因。")
    assert walk.case.status == "returned"


def test_a_single_deferral_needs_nobody_else(demo_engine: Engine, office: Office) -> None:
    walk = defer(Walk(demo_engine, DEFERRER))
    office.decide(walk, "review_application", "approve", "zj_review")
    assert walk.case.status == "deferred"
