"""A member's entry is changed by who may, with a reason that is kept."""

from flask import Flask
from sqlalchemy import select

from tests.web.conftest import Visitor, together
from tests.web.registrars import (
    NUMBER,
    admission,
    edit,
    entry_of,
    find_cpa,
    put,
    show_data,
    staff,
)
from web.register import words
from workflows.register import searching
from workflows.shared import register_changes
from workflows.shared.accounts import Account
from workflows.shared.field_names import NAMES
from workflows.shared.private import PRIVATE_FIELDS, read_private
from workflows.shared.register import Member, identity_number
from workflows.shared.register_changes import list_changes, read_changes
from workflows.shared.results import list_results
from workflows.shared.security_events import SecurityEvent


def test_a_manager_changes_an_entry_with_a_reason_that_is_kept(app: Flask) -> None:
    who, engine = staff(app), app.extensions["engine"]
    key, address = entry_of(app)
    page = edit(who, address, name="新名字", address="杭州市新路 8 号", employer="新单位")
    assert page.path == address
    assert "The entry was changed." in page.text
    with engine.database.read() as session:
        member = session.get_one(Member, key)
        account = session.scalars(select(Account).where(Account.member_id == key)).one()
        assert (member.name, account.name, member.employer) == ("新名字", "新名字", "新单位")
        assert read_private(session, engine.vault, member)["address"] == "杭州市新路 8 号"
        (change, *_older) = list_changes(session, member_id=key)
        assert sorted(change.fields) == ["address", "employer", "name"]
        assert change.reason == "档案更正"
        said = read_changes(session, engine.vault, [change])[change.id]
        assert said.after["name"] == "新名字"
    trail = who.open(f"{address}/changes")
    assert "档案更正" in trail.text
    assert "新单位" in trail.text


def test_an_entry_without_a_reason_or_with_a_wrong_number_is_not_saved(app: Flask) -> None:
    who = staff(app)
    _key, address = entry_of(app)
    assert edit(who, address, reason="").status == 422
    wrong = edit(who, address, identity_number="110101199001011234")
    assert wrong.status == 422
    assert "its last character does not fit" in wrong.text
    unknown = edit(who, address, firm_number="NOFIRM")
    assert unknown.status == 422
    assert "There is no firm with this number" in unknown.text


def test_an_identity_number_says_the_same_as_the_rest(app: Flask) -> None:
    who = staff(app)
    _key, address = entry_of(app)
    born = edit(who, address, birth_date="1960-01-02")
    assert born.status == 422
    assert "The identity number says another date of birth." in born.text
    other = edit(who, address, identity_number="11010519491231002X")
    assert other.status == 422
    admitted = admission(who, birth_date="1949-12-30")
    assert admitted.status == 422
    assert "The identity number says another" in admitted.text


def test_the_identity_number_of_another_member_is_refused(app: Flask) -> None:
    who, engine = staff(app), app.extensions["engine"]
    _key, address = entry_of(app)
    other, _address = entry_of(app, "330000100002")
    with engine.database.read() as session:
        identity = identity_number(engine.vault, session.get_one(Member, other))
    page = edit(who, address, identity_number=identity)
    assert page.status == 422
    assert "There is a member with this identity number already." in page.text


def test_what_a_colleague_saved_meanwhile_is_not_overwritten(app: Flask) -> None:
    who, colleague = staff(app), staff(app)
    key, address = entry_of(app)
    show_data(who, address)
    values = who.open(f"{address}/edit").values(f"{address}/edit")
    edit(colleague, address, employer="同事写的单位")
    put(values, {"reason": "我的修改", "employer": "我写的单位", "outcome": "save"})
    page = who.send(f"{address}/edit", values)
    assert page.status == 409
    assert "同事写的单位" in page.text
    with app.extensions["engine"].database.read() as session:
        assert session.get_one(Member, key).employer == "同事写的单位"
    again = page.values(f"{address}/edit")
    assert again["employer"] == "我写的单位"
    again["outcome"] = "save"
    assert who.send(f"{address}/edit", again).path == address


def test_a_version_that_is_over_shows_no_covered_data_to_who_gave_no_reason(app: Flask) -> None:
    who, colleague = staff(app), staff(app, "zj_manage2")
    _key, address = entry_of(app)
    show_data(who, address)
    values = who.open(f"{address}/edit").values(f"{address}/edit")
    cover = who.open(address).values(f"{address}/personal-data/cover")
    assert who.send(f"{address}/personal-data/cover", cover).path == address
    edit(colleague, address, mobile="13912345678")
    put(values, {"reason": "我的修改", "employer": "我写的单位", "outcome": "save"})
    page = who.send(f"{address}/edit", values)
    assert page.status == 409
    assert "13912345678" not in page.text


def test_a_new_mobile_number_is_told_to_the_old_one(app: Flask) -> None:
    who, engine = staff(app), app.extensions["engine"]
    key, address = entry_of(app)
    assert edit(who, address, mobile="13912345678").path == address
    with engine.database.read() as session:
        member = session.get_one(Member, key)
        assert read_private(session, engine.vault, member)["mobile"] == "13912345678"
        events = session.scalars(
            select(SecurityEvent).where(SecurityEvent.what == "mobile_changed")
        ).all()
        assert [each.details["proof"] for each in events] == ["register"]
        assert list_changes(session, member_id=key)[0].fields == ["mobile"]


def test_rows_of_education_are_added_without_saving(app: Flask) -> None:
    who = staff(app)
    _key, address = entry_of(app)
    show_data(who, address)
    page = who.open(f"{address}/edit")
    before = len(page.html.xpath("//*[contains(@name, 'school')]"))
    values = page.values(f"{address}/edit")
    values["action"] = "add_row:education"
    added = who.send(f"{address}/edit", values)
    assert added.status == 200
    assert len(added.html.xpath("//*[contains(@name, 'school')]")) == before + 1


def test_of_a_cpa_only_what_the_platform_does_not_own_is_changed(app: Flask) -> None:
    who, engine = staff(app), app.extensions["engine"]
    key, address = find_cpa(app)
    with engine.database.read() as session:
        name = session.get_one(Member, key).name
    show_data(who, address)
    page = who.open(f"{address}/edit")
    values = page.values(f"{address}/edit")
    assert "It is not in this form." in page.text
    assert {"name", "employer", "identity_number", "admission_date"}.isdisjoint(values)
    saved = edit(who, address, name="伪造", employer="伪造", address="杭州市新路 9 号")
    assert "The entry was changed." in saved.text
    with engine.database.read() as session:
        cpa = session.get_one(Member, key)
        assert (cpa.name, list_changes(session, member_id=key)[0].fields) == (name, ["address"])
    assert "It is not in this form." not in who.open(entry_of(app)[1]).text


def test_what_the_association_changed_is_in_the_bell_of_the_member(
    app: Flask, member: Visitor
) -> None:
    _key, address = entry_of(app)
    edit(staff(app), address, employer="某某公司")
    page = member.open("/messages")
    assert "Your entry in the register was changed" in page.text
    assert "某某公司" not in page.text


def test_of_two_who_save_an_entry_at_once_one_is_told(app: Flask) -> None:
    key, address = entry_of(app)
    sent = []
    for name in ("甲单位", "乙单位"):
        who = staff(app)
        show_data(who, address)
        values = who.open(f"{address}/edit").values(f"{address}/edit")
        put(values, {"reason": "更正", "employer": name, "outcome": "save"})
        sent.append(lambda who=who, values=values: who.send(f"{address}/edit", values))
    pages = together(app, *sent)
    assert sorted(each.status for each in pages) == [200, 409]
    with app.extensions["engine"].database.read() as session:
        assert len(list_changes(session, member_id=key)) == 1


def test_whatever_a_trail_may_say_has_words() -> None:
    assert set(words.SOURCES) == set(register_changes.SOURCES)
    of_members = (*register_changes.MEMBER_COLUMNS, *PRIVATE_FIELDS, "identity_number")
    known = {*NAMES, *words.FIRM_NAMES}
    assert known.issuperset((*of_members, *register_changes.FIRM_COLUMNS))
    assert set(searching.MEMBER_STATES) == set(words.STATES)
    assert set(searching.FIRM_STATES) == set(words.FIRM_STATES)


def test_every_field_is_changed_and_read_on_the_entrys_page(app: Flask) -> None:
    who = staff(app)
    _key, address = entry_of(app)
    typed = {
        "name": "新姓名",
        "nation": "03",
        "sex": "2",
        "birth_date": "1949-12-31",
        "identity_type": "identity_card",
        "identity_number": "11010519491231002X",
        "political_status": "masses",
        "region": "440100",
        "household_region": "330200",
        "mobile": "13912345678",
        "email": "new@example.com",
        "address": "杭州市新路 8 号",
        "certificate_number": "QK-2001-0001",
        "archive_holder": "新存档单位",
        "employer": "新单位",
        "admission_date": "2009-08-07",
    }
    assert "The entry was changed." in edit(who, address, **typed).text
    who.client.set_cookie("huiji_language", "zh")
    page = who.open(address)
    (entry,) = page.html.xpath("//section[@aria-labelledby='entry-title']")
    read = entry.text_content()
    for said in (
        *("新姓名", "回族", "女", "1949-12-31", "居民身份证", "群众"),
        *("广州市", "宁波市", "13912345678", "new@example.com", "杭州市新路 8 号"),
        *("QK-2001-0001", "新存档单位", "新单位", "2009-08-07", "最高学历", "国内资格"),
    ):
        assert said in read
    for said in (NUMBER, "11010519491231002X", "非执业会员", "浙江省注册会计师协会"):
        assert said in page.text


def test_the_results_of_each_year_stand_beside_an_entry(app: Flask) -> None:
    key, address = entry_of(app)
    with app.extensions["engine"].database.read() as session:
        decided = {str(each.year) for each in list_results(session, member_id=key)}
    page = staff(app).open(address)
    (results,) = page.html.xpath("//section[@aria-labelledby='results-title']")
    rows = [" ".join(each.text_content().split()) for each in results.xpath(".//li")]
    assert {each[:4] for each in rows} == decided
    assert len(decided) > 1
    assert all("Inspection passed" in each for each in rows)
