"""登记信息变更: applied for with proof, approved into the register, returned or refused."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

import workflows
from engine.actors import Actor
from engine.engine import Engine
from engine.submissions import NewMark
from forms.masking import mask
from tests.workflows.conftest import NOW
from tests.workflows.walking import Walk
from workflows.profile_change.applications import (
    NotWithdrawable,
    find_obstacle,
    list_applications,
    start_change,
    withdraw,
)
from workflows.profile_change.form_data import check_approval, check_stated, review_change
from workflows.shared.accounts import Account
from workflows.shared.certificates import Certificate
from workflows.shared.leaving import end_membership
from workflows.shared.messages import Message, list_messages
from workflows.shared.register import (
    CPA,
    Member,
    NotAMember,
    find_member_by_identity,
    find_member_by_number,
    get_member,
    identity_number,
)
from workflows.shared.register_changes import PROFILE_CHANGE, list_changes, read_changes
from workflows.shared.register_writing import write_fields
from workflows.shared.supervision import SERVICE, OwnedElsewhere, SupervisionPlatform

MEMBER, OTHER = "330000100001", "330000100002"
REVIEWER = Actor("staff", 910)
NEW_NAME: Mapping[str, Any] = {
    "items": ["name"],
    "name": "蔡思远",
    "explanation": "公安机关已更名。",
    "proof": [],
}
PASSPORT: Mapping[str, Any] = {
    **NEW_NAME,
    "items": ["identity"],
    "identity_type": "passport",
    "identity_number": "E12345678",
}
PLATFORM = SupervisionPlatform("https://platform.example.org/", (b"k" * 32,))


def begin(engine: Engine, number: str = MEMBER) -> Walk:
    """An application that its member has begun."""
    with engine.database.transaction() as session:
        member = find_member_by_number(session, number)
        assert member is not None
        case = start_change(session, engine, member=member, by=Actor("member", member.id), now=NOW)
    return Walk(engine, number, case.id)


def stated(engine: Engine, values: Mapping[str, Any] = NEW_NAME) -> Walk:
    """An application that was sent."""
    return begin(engine).do("state_profile_change", "apply", values)


def decide(walk: Walk, outcome: str, reason: str | None = None, *marks: NewMark) -> Walk:
    """Have the association decide."""
    values = {"reason": reason}
    return walk.do("review_profile_change", outcome, values, by=REVIEWER, marks=marks)


def wrong_with(walk: Walk, values: Mapping[str, Any]) -> Mapping[str, str]:
    """What is refused of what a member states."""
    with walk.engine.database.read() as session:
        return check_stated(
            session, engine=walk.engine, case=walk.case, outcome="apply", values=values, now=NOW
        )


def last_message(walk: Walk) -> Message:
    with walk.engine.database.read() as session:
        return list_messages(session, member_id=walk.member.id)[0]


def test_an_approved_name_stands_in_the_register_the_account_and_the_trail(
    demo_engine: Engine,
) -> None:
    before = Walk(demo_engine, MEMBER).member.name
    walk = stated(demo_engine)
    assert (walk.case.status, walk.steps) == (
        "profile_change_in_review",
        {"review_profile_change"},
    )
    assert walk.tasks()["review_profile_change"].duty == "review"
    assert walk.member.name == before

    decide(walk, "approve")

    assert (walk.case.state, walk.case.status) == ("ended", "profile_changed")
    assert walk.member.name == "蔡思远"
    with demo_engine.database.read() as session:
        account = session.scalars(select(Account).where(Account.member_id == walk.member.id)).one()
        assert account.name == "蔡思远"
        (change,) = list_changes(session, member_id=walk.member.id)
        said = read_changes(session, demo_engine.vault, [change])[change.id]
        assert (change.source, change.fields, change.by) == (PROFILE_CHANGE, ["name"], REVIEWER)
        assert (change.reason, change.case_id) == ("公安机关已更名。", walk.case_id)
        assert (said.before, said.after) == ({"name": before}, {"name": "蔡思远"})
    message = last_message(walk)
    assert message.text.startswith("您申请变更的登记信息已生效：姓名。")
    assert message.text_en.startswith("Changed as you applied: Name.")
    assert "蔡思远" not in message.text
    assert "$" not in message.text + message.text_en


def test_a_new_document_is_found_by_its_number_and_the_old_one_no_more(
    demo_engine: Engine,
) -> None:
    walk = stated(demo_engine, PASSPORT)
    with demo_engine.database.read() as session:
        old = identity_number(demo_engine.vault, walk.member)
        panel = review_change(
            session, engine=demo_engine, case=walk.case, language="zh", now=NOW
        ).panels["changes"]
        assert panel["fields"][1] == {
            "label": "证件号码",
            "before": mask("identity", old),
            "after": "E12345678",
            "is_same": False,
        }
    decide(walk, "approve")
    with demo_engine.database.read() as session:
        found = find_member_by_identity(session, demo_engine.vault, "E12345678")
        assert found is not None
        assert (found.number, found.identity_type) == (MEMBER, "passport")
        assert find_member_by_identity(session, demo_engine.vault, old) is None


def test_a_return_with_marks_is_changed_and_sent_again(demo_engine: Engine) -> None:
    walk = stated(demo_engine)
    mark = NewMark("state_profile_change", "name", "与证明不一致")
    decide(walk, "return", "请核对姓名。", mark)
    assert (walk.case.status, walk.case.round) == ("returned", 2)
    assert last_message(walk).text == (
        "您的登记信息变更申请（姓名）已退回，请修改后重新提交。原因：请核对姓名。"
    )
    walk.do("state_profile_change", "apply", {**NEW_NAME, "name": "蔡思沅"})
    decide(walk, "approve")
    assert walk.member.name == "蔡思沅"


def test_a_refusal_changes_nothing_and_says_why(demo_engine: Engine) -> None:
    walk = stated(demo_engine)
    before = walk.member.name
    decide(walk, "refuse", "证明材料不是本人的。")
    assert (walk.case.status, walk.member.name) == ("profile_change_refused", before)
    assert last_message(walk).text.endswith("不予变更。原因：证明材料不是本人的。")
    with demo_engine.database.read() as session:
        assert list_changes(session, member_id=walk.member.id) == []


def test_a_member_has_one_application_at_a_time_and_takes_it_back(demo_engine: Engine) -> None:
    walk = stated(demo_engine)
    assert begin(demo_engine).case_id == walk.case_id
    with demo_engine.database.transaction() as session:
        withdraw(session, demo_engine, case=walk.case, by=walk.me, now=NOW)
    assert (walk.case.status, walk.steps) == ("withdrawn", {"state_profile_change"})
    with demo_engine.database.transaction() as session, pytest.raises(NotWithdrawable):
        withdraw(session, demo_engine, case=walk.case, by=walk.me, now=NOW)
    walk.do("state_profile_change", "abandon")
    second = begin(demo_engine)
    assert second.case_id != walk.case_id
    with demo_engine.database.read() as session:
        listed = list_applications(session, member_id=walk.member.id)
        assert {each.id for each in listed} == {walk.case_id, second.case_id}


def test_what_cannot_be_right_is_said_at_its_field(demo_engine: Engine) -> None:
    walk = begin(demo_engine)
    with demo_engine.database.read() as session:
        member = walk.member
        other = find_member_by_number(session, OTHER)
        assert other is not None
        mine = identity_number(demo_engine.vault, member)
        taken = identity_number(demo_engine.vault, other)
        sex = "2" if member.sex == "1" else "1"
    assert wrong_with(walk, NEW_NAME) == {}
    assert wrong_with(walk, {**NEW_NAME, "name": member.name}).keys() == {"name"}
    card = {**PASSPORT, "identity_type": "identity_card"}
    assert wrong_with(walk, {**card, "identity_number": mine}).keys() == {"identity_number"}
    # Another person's number is another date of birth, too: one sentence at the field.
    assert wrong_with(walk, {**card, "identity_number": taken}).keys() == {"identity_number"}
    assert wrong_with(walk, {**NEW_NAME, "items": ["sex"], "sex": sex}).keys() == {"sex"}
    born = {**NEW_NAME, "items": ["birth_date"], "birth_date": "1990-01-01"}
    assert wrong_with(walk, born).keys() == {"birth_date"}
    # With a passport nothing speaks against either.
    assert wrong_with(walk, {**PASSPORT, **born, "items": ["identity", "birth_date"]}) == {}


def test_a_number_that_somebody_else_got_meanwhile_is_not_approved(demo_engine: Engine) -> None:
    walk = stated(demo_engine, PASSPORT)
    other = begin(demo_engine, OTHER)
    other.do("state_profile_change", "apply", PASSPORT)
    decide(other, "approve")
    with demo_engine.database.read() as session:
        found = check_approval(
            session, engine=demo_engine, case=walk.case, outcome="approve", values={}, now=NOW
        )
        assert found.keys() == {"reason"}
        refused = check_approval(
            session, engine=demo_engine, case=walk.case, outcome="refuse", values={}, now=NOW
        )
        assert refused == {}


def test_who_left_or_is_kept_by_the_platform_applies_for_nothing(demo_engine: Engine) -> None:
    with demo_engine.database.read() as session:
        member = find_member_by_number(session, MEMBER)
        cpa = session.scalars(select(Member).where(Member.kind == CPA)).first()
        assert member is not None
        assert cpa is not None
        assert find_obstacle(demo_engine, member) is None
        assert find_obstacle(demo_engine, cpa) is None
        demo_engine.services[SERVICE] = PLATFORM
        assert find_obstacle(demo_engine, member) is None
        assert isinstance(find_obstacle(demo_engine, cpa), OwnedElsewhere)
    walk = stated(demo_engine)
    with demo_engine.database.transaction() as session:
        end_membership(
            session,
            demo_engine,
            member=get_member(session, walk.member.id),
            state="resigned",
            reason="本人申请退会",
            by=REVIEWER,
            now=NOW,
        )
    assert (walk.case.state, walk.case.status) == ("cancelled", "closed")
    assert isinstance(find_obstacle(demo_engine, walk.member), NotAMember)


def test_a_date_of_admission_is_written_as_a_date(demo_engine: Engine) -> None:
    values = {**NEW_NAME, "items": ["admission_date"], "admission_date": "2009-05-04"}
    walk = decide(stated(demo_engine, values), "approve")
    assert walk.member.admission_date == date(2009, 5, 4)
    assert ("profile_change", "state_profile_change") in workflows.collect().form_data


def test_a_certificate_that_shows_the_name_ends_with_it_and_another_field_leaves_it(
    demo_engine: Engine,
) -> None:
    walk = begin(demo_engine)
    with demo_engine.database.transaction() as session:
        # As the member's certificate process leaves it.
        certificate = Certificate(
            member_id=walk.member.id,
            association_id=walk.member.association_id,
            number=f"{MEMBER}-01",
            issued_at=NOW,
            case_id=walk.case.id,
        )
        session.add(certificate)
        session.flush()
        certificate_id = certificate.id

    def state() -> str:
        with demo_engine.database.read() as session:
            return session.get_one(Certificate, certificate_id).state

    walk.do("state_profile_change", "apply", PASSPORT)
    decide(walk, "approve")
    assert state() == "valid"
    assert "会员证" not in last_message(walk).text

    again = stated(demo_engine)
    with demo_engine.database.read() as session:
        panel = review_change(
            session, engine=demo_engine, case=again.case, language="zh", now=NOW
        ).panels["changes"]
        assert panel["is_superseded"]
    decide(again, "approve")
    assert state() == "superseded"
    assert "原会员证已失效，请重新领取。" in last_message(again).text


def test_a_certificate_that_shows_the_new_name_already_stays(demo_engine: Engine) -> None:
    walk = stated(demo_engine)
    with demo_engine.database.transaction() as session:
        member = get_member(session, walk.member.id)
        write_fields(session, demo_engine.vault, member, {"name": NEW_NAME["name"]})
        certificate = Certificate(
            member_id=member.id,
            association_id=member.association_id,
            number=f"{MEMBER}-01",
            issued_at=NOW,
            case_id=walk.case.id,
        )
        session.add(certificate)
    decide(walk, "approve")
    with demo_engine.database.read() as session:
        assert session.get_one(Certificate, certificate.id).state == "valid"
    assert "会员证" not in last_message(walk).text
