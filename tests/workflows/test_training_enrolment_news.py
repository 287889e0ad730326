"""What firms and offices are told together, and how a sign-up ends with a membership."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engine.actors import SYSTEM, Actor
from engine.engine import Engine
from tests.workflows.enrolling import BEGINS_AT, STAFF, School, make_school
from workflows.shared.accounts import Account, give_duty
from workflows.shared.associations import Association
from workflows.shared.leaving import change_association, change_kind, end_membership
from workflows.shared.messages import Message
from workflows.shared.register import Member
from workflows.training_enrolment.bundling import tell_bundles

BY_FIRM = Actor("firm", 5)


@pytest.fixture
def school(engine: Engine) -> School:
    """An association that offers classes."""
    return make_school(engine)


def account(school: School, login: str, **values: object) -> Account:
    """Somebody who can sign in."""
    with school.transaction() as session:
        made = Account(login=login, name=login, created_at=school.now, **values)
        session.add(made)
    return made


def bundles(school: School) -> list[tuple[str, str]]:
    """Tell what there is to tell, and give all bundles: for whom, and what they say."""
    tell_bundles(school.engine, school.now)
    with school.engine.database.read() as session:
        rows = session.execute(
            select(Message.recipient_kind, Message.text)
            .where(Message.template.startswith("enrolments_of"))
            .order_by(Message.id)
        )
        return [(kind, text) for kind, text in rows]


def test_a_firm_hears_of_all_its_people_in_one_message(school: School) -> None:
    firm = school.firm()
    account(school, "33000001", user_type="firm", firm_id=firm.id)
    account(school, "33000001_cw", user_type="firm", firm_id=firm.id)
    training_class = school.offer(capacity=3)
    people = [
        school.sign_up(training_class, each, by=BY_FIRM, firm=firm)
        for each in school.members(4, firm_id=firm.id)
    ]
    alone = school.sign_up(training_class, school.member(firm_id=firm.id))
    assert bundles(school) == []
    school.decide(people[0])
    school.decide(people[1])
    school.decide(people[2], "refuse", "名额有限")
    school.work()
    ((kind, text),) = bundles(school)
    assert kind == "firm"
    assert "：2人已确认，1人未通过，1人候补转正、待确认。" in text
    assert len(bundles(school)) == 1
    school.cancel(alone)
    assert len([each for each in bundles(school) if each[0] == "firm"]) == 1


@pytest.mark.parametrize(
    ("days", "zh", "en"),
    [
        (1, "时间：2022-10-01，09:00开班。", "When: 2022-10-01, beginning at 09:00."),
        (
            2,
            "时间：2022-10-01至2022-10-02，09:00开班。",
            "When: 2022-10-01 to 2022-10-02, beginning at 09:00.",
        ),
    ],
)
def test_a_message_says_the_days_of_a_class_and_a_single_one_once(
    school: School, days: int, zh: str, en: str
) -> None:
    first = date(2022, 10, 1)
    last = first + timedelta(days=days - 1)
    training_class = school.offer(name="“审计”专题班", start_date=first, end_date=last)
    reader = school.member()
    account(school, reader.number, user_type="cpa", member_id=reader.id)
    school.sign_up(training_class, reader)
    with school.engine.database.read() as session:
        told = session.scalars(select(Message).where(Message.template == "enrolment_reserved"))
        message = told.one()
    assert message.title == "已报名《“审计”专题班》，待确认"
    assert zh in message.text
    assert en in message.text_en


def test_the_office_hears_how_many_gave_their_places_back(school: School) -> None:
    training = account(school, "class_teacher", user_type="staff")
    with school.transaction() as session:
        give_duty(
            session,
            account_id=training.id,
            association_id=school.association_id,
            duty="training",
        )
    training_class = school.offer()
    for each in school.members(2):
        school.cancel(school.sign_up(training_class, each))
    assert bundles(school) == [("staff", "《2022年审计准则培训班》有2人取消报名，名额已释放。")]
    assert len(bundles(school)) == 1


def test_who_leaves_the_profession_leaves_his_classes_and_the_next_has_his_place(
    school: School,
) -> None:
    training_class = school.offer(capacity=1)
    begun = school.offer(start_date=BEGINS_AT.date() - timedelta(days=20))
    leaving, next_one = school.members(2)
    has = school.sign_up(training_class, leaving)
    under_way = school.sign_up(begun, leaving)
    waits = school.sign_up(training_class, next_one)
    school.at(BEGINS_AT - timedelta(days=19))
    with school.transaction() as session:
        left = end_membership(
            session,
            school.engine,
            member=session.get_one(Member, leaving.id),
            state="resigned",
            reason="本人申请退会",
            by=SYSTEM,
            now=school.now,
        )
    assert [each.id for each in left] == [has.case_id]
    assert (school.state(has), school.case(has).ended_in) == ("cancelled", "cancelled")
    with school.engine.database.read() as session:
        said = session.scalars(
            select(Message.text).where(Message.template == "enrolment_cancelled")
        ).all()
    assert said == ["您报名的《2022年审计准则培训班》已由浙江省注册会计师协会取消。"]
    assert school.state(waits) == "reserved"
    assert school.state(under_way) == "reserved"


@pytest.mark.parametrize(
    ("audience", "state"), [(["cpa"], "cancelled"), (["cpa", "non_practising"], "reserved")]
)
def test_a_place_is_kept_if_the_class_is_for_what_somebody_becomes(
    school: School, audience: list[str], state: str
) -> None:
    member = school.member()
    enrolment = school.sign_up(school.offer(audience=audience), member)
    with school.transaction() as session:
        change_kind(
            session,
            school.engine,
            member=session.get_one(Member, member.id),
            kind="non_practising",
            reason="转为非执业会员",
            by=STAFF,
            now=school.now,
        )
    assert school.state(enrolment) == state


def test_a_class_stays_with_its_association_when_somebody_moves(school: School) -> None:
    with school.transaction() as session:
        other = Association(
            code="440000", name="广东省注册会计师协会", area="广东", level="provincial"
        )
        session.add(other)
    member = school.member()
    enrolment = school.sign_up(school.offer(), member)
    with school.transaction() as session:
        moved = change_association(
            session,
            school.engine,
            member=session.get_one(Member, member.id),
            association_id=other.id,
            by=STAFF,
            now=school.now,
        )
    assert moved == []
    assert school.case(enrolment).association_id == school.association_id
    assert school.task(enrolment).association_id == school.association_id
