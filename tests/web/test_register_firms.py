"""Firms are admitted, changed, closed and opened again."""

from flask import Flask
from sqlalchemy import select

from tests.web.registrars import AUDITOR, new_firm, put, show_data, staff
from workflows.shared.accounts import Account
from workflows.shared.one_time_links import OneTimeLink
from workflows.shared.register import Firm, Member
from workflows.shared.security_events import SecurityEvent


def test_a_new_firm_gets_its_accounts_and_an_activation_link(app: Flask) -> None:
    who, engine = staff(app), app.extensions["engine"]
    page = new_firm(who)
    assert "the activation link is on its way" in page.text
    assert new_firm(who).path == page.path
    with engine.database.read() as session:
        firm = session.scalars(select(Firm).where(Firm.number == "33009999")).one()
        logins = session.scalars(
            select(Account.login).where(Account.firm_id == firm.id).order_by(Account.login)
        ).all()
        assert logins == ["33009999", "33009999_cw"]
        link = session.scalars(select(OneTimeLink)).one()
        assert link.purpose == "activation"


def test_a_branch_names_its_head_office(app: Flask) -> None:
    who = staff(app)
    head = new_firm(who)
    refused = new_firm(who, number="33009998", name="分所", parent_number="NONE")
    assert refused.status == 422
    assert "There is no head office with this number." in refused.text
    branch = new_firm(who, number="33009998", name="宁波分所", parent_number="33009999")
    assert "浙江新设会计师事务所" in branch.text
    assert "宁波分所" in who.open(head.path).text
    values = who.open(f"{head.path}/state").values(f"{head.path}/close")
    values["reason"] = "注销"
    assert "still has branches" in who.send(f"{head.path}/close", values).text


def test_a_firm_is_closed_only_when_nobody_practises_there(app: Flask) -> None:
    who, engine = staff(app), app.extensions["engine"]
    with engine.database.read() as session:
        member = session.scalars(select(Member).where(Member.firm_id.is_not(None))).first()
        assert member is not None
        firm_id = member.firm_id
    address = f"/register/firms/{firm_id}"
    values = who.open(f"{address}/state").values(f"{address}/close")
    values["reason"] = "注销"
    refused = who.send(f"{address}/close", values)
    assert refused.status == 422
    assert "Somebody still practises at this firm." in refused.text
    made = new_firm(who)
    values = who.open(f"{made.path}/state").values(f"{made.path}/close")
    values["reason"] = "注销"
    assert "The firm is closed" in who.send(f"{made.path}/close", values).text
    with engine.database.read() as session:
        accounts = session.scalars(select(Account).where(Account.login.startswith("33009999")))
        assert {each.is_active for each in accounts} == {False}
    values = who.open(f"{made.path}/state").values(f"{made.path}/reopen")
    values["reason"] = "恢复"
    assert "The firm is open again." in who.send(f"{made.path}/reopen", values).text


def test_a_firm_is_changed_with_a_reason(app: Flask) -> None:
    who, engine = staff(app), app.extensions["engine"]
    made = new_firm(who)
    show_data(who, made.path)
    values = who.open(f"{made.path}/edit").values(f"{made.path}/edit")
    put(values, {"name": "浙江改名会计师事务所", "reason": "更名批复", "outcome": "save"})
    page = who.send(f"{made.path}/edit", values)
    assert "浙江改名会计师事务所" in page.text
    assert who.send(f"{made.path}/edit", values).status == 409
    with engine.database.read() as session:
        firm = session.scalars(select(Firm).where(Firm.number == "33009999")).one()
        names = session.scalars(select(Account.name).where(Account.firm_id == firm.id)).all()
        assert set(names) == {"浙江改名会计师事务所"}
    trail = who.open(f"{made.path}/changes")
    assert "更名批复" in trail.text


def test_how_a_firm_is_reached_is_covered_until_a_reason_was_given(app: Flask) -> None:
    who = staff(app)
    address = new_firm(who).path
    for page in (who.open(address), who.open(f"{address}/changes")):
        assert "13700002222" not in page.text
        assert "The contact data are covered." in page.text
    asked = who.open(f"{address}/edit")
    assert asked.path == f"{address}/personal-data"
    assert show_data(who, address, reason=" ").status == 422
    shown = show_data(who, address, reason="电话核实")
    assert shown.path == address
    assert "13700002222" in shown.text
    assert "13700002222" in who.open(f"{address}/changes").text
    assert who.open(f"{address}/edit").values(f"{address}/edit")["mobile"] == "13700002222"
    assert "13700002222" not in staff(app, "zj_manage2").open(address).text
    with app.extensions["engine"].database.read() as session:
        (event,) = session.scalars(select(SecurityEvent).where(SecurityEvent.what == "data_seen"))
        account = session.get_one(Account, event.account_id)
        assert (account.login, event.details["reason"]) == ("33009999", "电话核实")
    covering = f"{address}/personal-data/cover"
    assert "13700002222" not in who.send(covering, shown.values(covering)).text


def test_who_may_not_see_how_a_firm_is_reached_is_not_asked(app: Flask) -> None:
    address = new_firm(staff(app)).path
    assert "Show contact data" not in staff(app, AUDITOR).open(address).links()
    for login in (AUDITOR, "gz_manage", "zj_fees"):
        assert staff(app, login).open(f"{address}/personal-data").status in (403, 404)
