"""Members are admitted, change what they are, move, leave and come back."""

from flask import Flask
from sqlalchemy import select

from tests.web.conftest import together
from tests.web.registrars import AUDITOR, MANAGER, NUMBER, admission, entry_of, put, staff
from workflows.shared.access import get_viewer
from workflows.shared.accounts import find_account, give_duty
from workflows.shared.one_time_links import OneTimeLink
from workflows.shared.register import Member, find_member_by_number
from workflows.shared.register_changes import list_changes


def test_who_is_admitted_gets_an_account_and_a_link_once(app: Flask) -> None:
    who, engine = staff(app), app.extensions["engine"]
    page = admission(who)
    assert "the activation link is on its way" in page.text
    assert admission(who).path == page.path
    with engine.database.read() as session:
        member = find_member_by_number(session, "330000999999")
        assert member is not None
        account = find_account(session, user_type="member", login="330000999999")
        assert account is not None
        assert account.password_hash is None
        links = session.scalars(select(OneTimeLink).where(OneTimeLink.account_id == account.id))
        assert [(each.purpose, each.channel) for each in links] == [("activation", "sms")]
        assert [each.source for each in list_changes(session, member_id=member.id)] == ["admission"]
    assert "Not activated yet" in page.text
    again = who.send(f"{page.path}/activation", page.values(f"{page.path}/activation"))
    assert again.status == 422
    assert "a moment ago" in again.text


def test_a_number_that_is_taken_is_refused_at_its_field(app: Flask) -> None:
    page = admission(staff(app), number=NUMBER)
    assert page.status == 422
    assert "This number was given to somebody already." in page.text


def test_only_a_manager_admits(app: Flask) -> None:
    assert staff(app, AUDITOR).open("/register/members/new").status == 404
    who = staff(app)
    page = admission(who, office="3")
    assert page.status == 404


def test_a_membership_is_ended_and_goes_on(app: Flask) -> None:
    who, engine = staff(app), app.extensions["engine"]
    key, address = entry_of(app)
    page = who.open(f"{address}/membership")
    values = page.values(f"{address}/end")
    assert who.send(f"{address}/end", values).status == 422
    put(values, {"state": "resigned", "reason": "本人申请退会"})
    ended = who.send(f"{address}/end", values)
    assert "The membership is over" in ended.text
    assert who.send(f"{address}/end", values).path == address
    with engine.database.read() as session:
        assert session.get_one(Member, key).state == "resigned"
        assert [each.source for each in list_changes(session, member_id=key)] == ["ending"]
    back = who.open(f"{address}/membership").values(f"{address}/restore")
    back["reason"] = "误操作"
    assert "The membership goes on." in who.send(f"{address}/restore", back).text


def test_a_member_becomes_a_practising_one_and_signs_in_as_such(app: Flask) -> None:
    who, engine = staff(app), app.extensions["engine"]
    key, address = entry_of(app)
    values = who.open(f"{address}/membership").values(f"{address}/kind")
    values["reason"] = "批准注册"
    assert "The type of membership was changed." in who.send(f"{address}/kind", values).text
    with engine.database.read() as session:
        assert session.get_one(Member, key).kind == "cpa"
        assert find_account(session, user_type="cpa", login=NUMBER) is not None


def test_a_member_is_moved_to_an_association_that_the_manager_looks_after(app: Flask) -> None:
    engine = app.extensions["engine"]
    key, address = entry_of(app)
    with engine.database.transaction() as session:
        account = find_account(session, user_type="staff", login=MANAGER)
        assert account is not None
        give_duty(session, account_id=account.id, association_id=3, duty="manage")
        assert get_viewer(session, account).has("manage", 3)
    who = staff(app)
    values = who.open(f"{address}/membership").values(f"{address}/move")
    put(values, {"office": "2", "reason": "工作调动"})
    assert who.send(f"{address}/move", values).status == 404
    values["office"] = "3"
    assert "The member was moved" in who.send(f"{address}/move", values).text
    with engine.database.read() as session:
        assert session.get_one(Member, key).association_id == 3
        (change,) = list_changes(session, member_id=key)
        assert change.source == "move"
    assert "工作调动" in who.open("/register/changes").text


def test_two_who_admit_the_same_person_at_once_admit_one(app: Flask) -> None:
    first, second = staff(app), staff(app)
    pages = together(app, lambda: admission(first), lambda: admission(second))
    assert {each.status for each in pages} <= {200, 422}
    assert 200 in {each.status for each in pages}
    with app.extensions["engine"].database.read() as session:
        found = session.scalars(select(Member).where(Member.number == "330000999999")).all()
        assert len(found) == 1
        assert len(list_changes(session, member_id=found[0].id)) == 1
