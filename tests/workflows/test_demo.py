from collections import Counter
from datetime import UTC, datetime
from time import process_time

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.actors import SYSTEM
from engine.cases import Case
from engine.engine import Engine
from engine.incidents import Incident
from engine.releases import make_release
from engine.shipped import gather_unit
from engine.tasks import Task
from engine.trail import Event
from forms.identity import find_identity_problem
from tests.workflows.conftest import NOW, PASSWORD, ROOT
from workflows import demo
from workflows.channels.phones import list_phones
from workflows.shared.accounts import Account, find_account, is_password
from workflows.shared.associations import Association, ids_below, list_contacts
from workflows.shared.bindings import find_binding
from workflows.shared.fees import fee_state
from workflows.shared.hours_asked import assess_hours
from workflows.shared.private import read_private_of_many
from workflows.shared.reach import find_reach
from workflows.shared.register import Member, find_member_by_number, identity_number
from workflows.shared.seasons import Season, find_season


def test_the_demo_is_there_in_less_than_three_seconds(session: Session, engine: Engine) -> None:
    started = process_time()
    demo.seed(session, engine, password=PASSWORD, now=NOW)
    assert process_time() - started < 3
    assert demo.is_seeded(session)


def test_guangdong_has_its_twenty_municipal_associations(seeded: Session) -> None:
    guangdong = seeded.scalars(select(Association).where(Association.code == "440000")).one()
    assert len(ids_below(seeded, [guangdong.id])) == 21
    assert guangdong.address == "广州市东风中路481号粤财大厦17、18楼"


def test_contacts_are_found_by_the_start_of_an_area(seeded: Session) -> None:
    assert [each.telephone for each in list_contacts(seeded, area="东莞")] == [
        "0769-22990059 22995509"
    ]
    assert [each.area for each in list_contacts(seeded, area="zhu")] == ["珠海"]
    assert list_contacts(seeded, area="%") == []


@pytest.mark.parametrize("month", [1, 6, 7, 12])
def test_every_association_has_a_season_that_is_open_today(
    session: Session, engine: Engine, month: int
) -> None:
    now = datetime(2023, month, 15, tzinfo=UTC)
    demo.seed(session, engine, password=PASSWORD, now=now)
    for association_id in session.scalars(select(Association.id)):
        season = find_season(session, association_id=association_id, day=now.date())
        assert season is not None
        assert season.is_open(now.date())
        assert season.year == 2022


def test_the_members_are_invented_and_their_numbers_right(
    seeded: Session, demo_engine: Engine
) -> None:
    members = seeded.scalars(select(Member)).all()
    assert len(members) > 300
    keys = [member.id for member in members]
    private = read_private_of_many(seeded, demo_engine.vault, Member, keys).values()
    assert all(each["mobile"].startswith("154") for each in private)
    assert all(each["email"].endswith("@example.com") for each in private)
    numbers = [identity_number(demo_engine.vault, member) for member in members]
    assert len(set(numbers)) == len(numbers)
    for member, number in zip(members, numbers, strict=True):
        problem = find_identity_problem(number, identity_type="identity_card", today=NOW.date())
        assert problem is None
        assert int(number[16]) % 2 == int(member.sex) % 2


def test_the_ledgers_show_every_state_of_a_fee(seeded: Session) -> None:
    seasons = {each.association_id: each for each in seeded.scalars(select(Season))}
    states = Counter(
        fee_state(seeded, member=member, season=seasons[member.association_id]).status
        for member in seeded.scalars(select(Member).where(Member.kind == "non_practising"))
    )
    assert set(states) == {"exempt", "to_pay", "pending", "confirmed"}


def test_each_named_member_is_in_the_situation_that_is_said_of_him(
    demo_engine: Engine, seeded: Session
) -> None:
    said = {
        "330000100001": (0, "confirmed", 10000),
        "330000100002": (0, "exempt", 0),
        "330000100003": (0, "to_pay", 10000),
        "330000100004": (0, "to_pay", 20000),
        "330000100005": (0, "pending", 10000),
        "330000100006": (2000, "confirmed", 10000),
        "330000100007": (4000, "to_pay", 10000),
        "330000100008": (4000, "confirmed", 10000),
        "330000100009": (0, "confirmed", 10000),
        "440100100001": (0, "confirmed", 10000),
        "440300100001": (0, "exempt", 0),
    }
    for number, (missing, status, amount) in said.items():
        member = find_member_by_number(seeded, number)
        assert member is not None
        season = find_season(seeded, association_id=member.association_id, day=NOW.date())
        assert season is not None
        fee = fee_state(seeded, member=member, season=season)
        hours = assess_hours(seeded, demo_engine, member=member, season=season)
        assert (number, hours.missing, fee.status, fee.amount) == (number, missing, status, amount)


def test_all_accounts_have_the_password_that_was_given(seeded: Session) -> None:
    for each in demo.list_accounts(today=NOW.date()):
        account = find_account(seeded, user_type=each.user_type, login=each.login)
        assert account is not None, each.login
        assert account.password_hash is not None
    assert is_password(account.password_hash, PASSWORD)
    hashes = seeded.scalar(select(func.count(Account.password_hash.distinct())))
    assert hashes == 1


def test_the_demo_comes_out_the_same_each_time(session: Session, engine: Engine) -> None:
    people = select(Member.number, Member.name, Member.birth_date).order_by(Member.number)
    with session.begin_nested() as first:
        demo.seed(session, engine, password=PASSWORD, now=NOW)
        before = session.execute(people).all()
        first.rollback()
    demo.seed(session, engine, password=PASSWORD, now=NOW)
    assert session.execute(people).all() == before


def test_the_demo_has_applications_in_every_part_of_the_process(demo_engine: Engine) -> None:
    with demo_engine.database.transaction() as session:
        made = demo.add_cases(session, demo_engine, now=NOW)
    with demo_engine.database.read() as session:
        cases = session.scalars(select(Case)).all()
        tasks = session.scalars(select(Task).where(Task.lane == "association")).all()
        assert session.scalars(select(Incident)).all() == []
    assert len(cases) == made
    assert {case.status for case in cases} == {
        "draft",
        "awaiting_hours",
        "awaiting_fee_confirmation",
        "in_review",
        "in_second_review",
        "awaiting_agreement",
        "returned",
        "passed",
        "not_passed",
    }
    assert {task.kind for task in tasks if task.state == "open"} == {
        "inspection",
        "fee",
        "second_review",
        "second_agreement",
    }
    assert any(task.assigned_to for task in tasks if task.state == "open")
    assert any(task.due_at is not None and task.due_at < NOW for task in tasks)
    assert max(task.round for task in tasks) == 2


@pytest.mark.parametrize("day", [(2022, 1, 1), (2022, 7, 1), (2022, 7, 4), (2024, 2, 29)])
def test_the_demo_begins_on_any_day(
    session: Session, engine: Engine, day: tuple[int, int, int]
) -> None:
    now = datetime(*day, 3, tzinfo=UTC)
    demo.seed(session, engine, password=PASSWORD, now=now)
    make_release(
        session,
        process_id="inspection",
        documents=gather_unit("inspection", ROOT),
        checks=engine.checks,
        reason="as shipped",
        by=SYSTEM,
        now=now,
    )
    assert demo.add_cases(session, engine, now=now) > 10
    assert all(at <= now for at in session.scalars(select(Event.at)))


def test_somebody_stands_for_each_way_in_which_people_are_reached(
    session: Session, engine: Engine
) -> None:
    made = demo.seed(session, engine, password=PASSWORD, now=NOW)
    listed = demo.add_phones(session, engine, made.accounts, password=PASSWORD, now=NOW)
    found = {}
    for each in listed:
        account = find_account(session, user_type=each.user_type, login=each.login)
        assert account is not None
        found[each.login] = (
            find_binding(session, account.id) is not None,
            find_reach(session, engine.vault, account).mobile,
        )
    assert found["330000100008"][0]
    assert found["33000001"] == (True, "15499990001")
    assert found["33000001_cw"] == (False, "15499990001")
    assert found["330000000341"] == (False, "010-88250337")
    assert found["330000000342"] == found["33000003"] == (False, "")
    assert [each.is_following for each in list_phones(session)] == [True, False, True, False]
    kinds = [each.user_type for each in listed]
    assert kinds == sorted(kinds, key=["member", "cpa", "firm", "staff"].index)
