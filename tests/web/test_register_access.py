"""Who sees how much of the register, and for which reason."""

from flask import Flask
from sqlalchemy import select

from tests.web.conftest import Visitor
from tests.web.registrars import AUDITOR, NUMBER, entry_of, find, show_data, staff
from tests.workflows.conftest import NOW
from workflows.shared.accounts import Account, give_duty
from workflows.shared.associations import Association
from workflows.shared.private import read_private
from workflows.shared.register import Member, identity_number
from workflows.shared.security_events import SecurityEvent


def test_nobody_finds_members_of_other_regions(app: Flask) -> None:
    who, engine = staff(app), app.extensions["engine"]
    key, address = entry_of(app, "440100100001")
    with engine.database.read() as session:
        identity = identity_number(engine.vault, session.get_one(Member, key))
    assert "Nobody of your associations" in find(who, identity).text
    assert "Nobody fits these filters" in find(who, "4401001").text
    assert who.open(address).status == 404
    for page in ("edit", "membership", "changes", "fees", "hours", "personal-data"):
        assert who.open(f"{address}/{page}").status == 404
    filters = who.open("/register/members?office=3")
    assert "440100" not in filters.text


def test_members_and_firms_have_no_register(app: Flask, member: Visitor) -> None:
    assert member.open("/register/members").status == 404
    assert "/register" not in " ".join(member.open("/").links().values())


def test_an_entry_is_covered_until_a_reason_was_given(app: Flask) -> None:
    who, engine = staff(app), app.extensions["engine"]
    key, address = entry_of(app)
    with engine.database.read() as session:
        member = session.get_one(Member, key)
        identity = identity_number(engine.vault, member)
        mobile = read_private(session, engine.vault, member)["mobile"]
    page = who.open(address)
    assert identity not in page.text
    assert mobile not in page.text
    refused = show_data(who, address, reason=" ")
    assert refused.status == 422
    shown = show_data(who, address)
    assert shown.path == address
    assert identity in shown.text
    assert mobile in shown.text
    with engine.database.read() as session:
        (event,) = session.scalars(select(SecurityEvent).where(SecurityEvent.what == "data_seen"))
        assert event.details["reason"] == "核对证件"
    covered = who.send(
        f"{address}/personal-data/cover", shown.values(f"{address}/personal-data/cover")
    )
    assert mobile not in covered.text


def test_on_the_way_to_the_form_the_page_that_asks_for_a_reason_says_so(app: Flask) -> None:
    who = staff(app)
    _key, address = entry_of(app)
    asked, words = who.open(f"{address}/edit"), "The form in which you change the entry follows."
    assert asked.path == f"{address}/personal-data"
    assert words in asked.text
    assert words not in who.open(f"{address}/personal-data").text
    values = asked.values()
    values["reason"] = "档案更正"
    assert who.send(asked.form().get("action"), values).path == f"{address}/edit"


def test_who_helps_callers_sees_no_more_than_that_somebody_is_a_member(app: Flask) -> None:
    engine = app.extensions["engine"]
    key, address = entry_of(app)
    helper = add_helper(app)
    page = helper.open(address)
    assert page.status == 200
    with engine.database.read() as session:
        member = session.get_one(Member, key)
        assert member.employer not in page.text
        assert member.certificate_number not in page.text
    listed = find(helper, NUMBER)
    assert member.employer not in listed.text
    for below in ("changes", "fees", "hours", "edit", "personal-data"):
        assert helper.open(f"{address}/{below}").status == 404


def add_helper(app: Flask) -> Visitor:
    """Somebody whose only duty is to help callers."""
    engine = app.extensions["engine"]
    with engine.database.transaction() as session:
        zhejiang = session.scalars(
            select(Association.id).where(Association.code == association_code(app))
        ).one()
        account = Account(user_type="staff", login="desk_only", name="接线员", created_at=NOW)
        session.add(account)
        session.flush()
        give_duty(session, account_id=account.id, association_id=zhejiang, duty="help_desk")
    return staff(app, "desk_only")


def association_code(app: Flask) -> str:
    """The code of the association of the member."""
    key, _address = entry_of(app)
    with app.extensions["engine"].database.read() as session:
        member = session.get_one(Member, key)
        return session.get_one(Association, member.association_id).code


def test_an_auditor_reads_and_changes_nothing(app: Flask) -> None:
    who = staff(app, AUDITOR)
    _key, address = entry_of(app)
    page = who.open(address)
    assert page.status == 200
    assert not page.html.xpath("//main//form[@method='post']")
    assert who.open(f"{address}/edit").status == 404
    assert who.open(f"{address}/fees").status == 200
    assert who.open("/register/changes").status == 200
