"""Who keeps the register, and how each of its forms is filled in and sent."""

from collections.abc import Mapping

from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from tests.web.conftest import Page, Visitor
from workflows.shared.associations import Association
from workflows.shared.register import Member, find_member_by_number

MANAGER, AUDITOR = "zj_manage", "audit"
NUMBER = "330000100001"


def staff(app: Flask, login: str = MANAGER) -> Visitor:
    """Somebody of an association's staff, signed in."""
    return Visitor(app).enter(login, "staff")


def entry_of(app: Flask, number: str = NUMBER) -> tuple[int, str]:
    """The key of a member and the address of his entry."""
    with app.extensions["engine"].database.read() as session:
        member = find_member_by_number(session, number)
        assert member is not None
        return member.id, f"/register/members/{member.id}"


def put(values: MultiDict[str, str], typed: Mapping[str, str]) -> None:
    """Type into fields, in the place of what stands there."""
    for name, value in typed.items():
        values.setlist(name, [value])


def find(who: Visitor, text: str, where: str = "members", **filters: str) -> Page:
    """Look for somebody."""
    values = who.open(f"/register/{where}").values(f"/register/{where}/find")
    values["q"] = text
    put(values, filters)
    return who.send(f"/register/{where}/find", values)


def show_data(who: Visitor, address: str, *, reason: str = "核对证件") -> Page:
    """Say why one needs to see a member's data."""
    values = who.open(f"{address}/personal-data").values()
    values["reason"] = reason
    return who.send(f"{address}/personal-data", values)


def edit(who: Visitor, address: str, /, **typed: str) -> Page:
    """Change an entry."""
    show_data(who, address)
    values = who.open(f"{address}/edit").values(f"{address}/edit")
    put(values, {"reason": "档案更正", **typed, "outcome": "save"})
    return who.send(f"{address}/edit", values)


def find_cpa(app: Flask) -> tuple[int, str]:
    """A CPA of the association and the address of his entry."""
    with app.extensions["engine"].database.read() as session:
        found = session.scalars(
            select(Member)
            .join(Association, Association.id == Member.association_id)
            .where(Member.kind == "cpa", Association.code == "330000")
            .order_by(Member.id)
            .limit(1)
        ).one()
        return found.id, f"/register/members/{found.id}"


def admission(who: Visitor, **typed: str) -> Page:
    """Admit somebody."""
    values = who.open("/register/members/new").values("/register/members/new")
    put(
        values,
        {
            "number": "330000999999",
            "kind": "non_practising",
            "admission_date": "2022-09-01",
            "name": "新会员",
            "sex": "2",
            "identity_type": "identity_card",
            "identity_number": "11010519491231002X",
            "mobile": "13700001111",
            "reason": "浙注协〔2022〕8号",
            "outcome": "save",
            **typed,
        },
    )
    return who.send("/register/members/new", values)


def new_firm(who: Visitor, **typed: str) -> Page:
    """Admit a firm."""
    values = who.open("/register/firms/new").values("/register/firms/new")
    put(
        values,
        {
            "number": "33009999",
            "name": "浙江新设会计师事务所",
            "head": "马天",
            "approval_number": "浙财会〔2022〕1号",
            "area_code": "330100",
            "mobile": "13700002222",
            "reason": "浙财会〔2022〕1号",
            "outcome": "save",
            **typed,
        },
    )
    return who.send("/register/firms/new", values)
