"""People and firms are looked for in the register, and what identifies them is in no address."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.web.registrars import NUMBER, entry_of, find, new_firm, staff
from workflows.shared.private import read_private
from workflows.shared.register import Member, find_member_by_number, identity_number


def test_members_are_found_by_the_beginning_of_a_name_or_number(app: Flask) -> None:
    who = staff(app)
    by_number = find(who, NUMBER[:10])
    assert NUMBER in by_number.text
    with app.extensions["engine"].database.read() as session:
        member = find_member_by_number(session, NUMBER)
        assert member is not None
        name, other = (
            member.name,
            session.scalars(select(Member.name).where(Member.number == "440100100001")).one(),
        )
    by_name = find(who, name[:1])
    assert by_name.path == "/register/members"
    assert name in by_name.text
    assert "Nobody fits these filters" in find(who, other + "某").text


def test_what_identifies_a_person_is_typed_whole_and_stands_in_no_address(app: Flask) -> None:
    who, engine = staff(app), app.extensions["engine"]
    key, address = entry_of(app)
    with engine.database.read() as session:
        member = session.get_one(Member, key)
        identity = identity_number(engine.vault, member)
        private = read_private(session, engine.vault, member)
    assert find(who, identity).path == address
    assert find(who, f" {identity[:6]} {identity[6:]} ".lower()).path == address
    assert find(who, private["mobile"]).path == address
    assert find(who, private["email"].upper()).path == address
    missed = find(who, identity[:-1] + ("0" if identity[-1] != "0" else "1"))
    assert missed.path == "/register/members/find"
    assert "Nobody of your associations has exactly this" in missed.text
    assert identity[:-1] not in missed.text


@pytest.mark.parametrize("typed", ["1380000111", "1101051949123100", "138-0000-111", "38000011"])
@pytest.mark.parametrize("books", ["members", "firms"])
def test_a_number_that_was_mistyped_stands_in_no_address(
    app: Flask, books: str, typed: str
) -> None:
    who = staff(app)
    values = who.open(f"/register/{books}").values(f"/register/{books}/find")
    values["q"] = typed
    missed = who.send(f"/register/{books}/find", values)
    assert (missed.status, missed.path) == (200, f"/register/{books}/find")
    assert typed not in missed.text
    values["q"] = NUMBER[:10] if books == "members" else "33000001"
    assert who.send(f"/register/{books}/find", values).path != f"/register/{books}/find"


def test_searching_for_numbers_is_limited(app: Flask) -> None:
    who = staff(app)
    values = who.open("/register/members").values("/register/members/find")
    values["q"] = "13800000000"
    for _each in range(60):
        assert who.send("/register/members/find", values).status == 200
    assert who.send("/register/members/find", values).status == 429


def test_firms_are_found_by_name_number_and_mobile(app: Flask) -> None:
    who = staff(app)
    made = new_firm(who)
    assert "33009999" in find(who, "浙江新设", "firms").text
    assert "33009999" in find(who, "3300999", "firms").text
    assert find(who, "13700002222", "firms").path == made.path
    assert "No firm fits" in find(who, "无此所", "firms").text
