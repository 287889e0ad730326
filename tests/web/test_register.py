"""The register's pages: looked for, read, changed by who may, and nothing shown to others."""

from collections.abc import Mapping

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from engine.cases import Case
from tests.web.conftest import Page, Visitor, together
from tests.workflows.certifying import Certifying, put_on_file, with_photo_service
from tests.workflows.conftest import NOW
from web.register import words
from workflows.register import searching
from workflows.shared import register_changes
from workflows.shared.access import get_viewer
from workflows.shared.accounts import Account, find_account, give_duty
from workflows.shared.associations import Association
from workflows.shared.fees import FeePayment, find_entry
from workflows.shared.field_names import NAMES
from workflows.shared.messages import Message
from workflows.shared.one_time_links import OneTimeLink
from workflows.shared.private import PRIVATE_FIELDS, read_private
from workflows.shared.register import Firm, Member, find_member_by_number, identity_number
from workflows.shared.register_changes import list_changes, read_changes
from workflows.shared.security_events import SecurityEvent

MANAGER, AUDITOR, CITY = "zj_manage", "audit", "gz_review"
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


def edit(who: Visitor, address: str, /, **typed: str) -> Page:
    """Change an entry."""
    show_data(who, address)
    values = who.open(f"{address}/edit").values(f"{address}/edit")
    put(values, {"reason": "档案更正", **typed, "outcome": "save"})
    return who.send(f"{address}/edit", values)


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


def renew(who: Visitor, address: str, reason: str = "照片已逾十年") -> Page:
    """Have the photo of a member renewed."""
    values = who.open(f"{address}/photo").values()
    values["reason"] = reason
    return who.send(f"{address}/photo", values)


def renewals(app: Flask, key: int) -> list[Case]:
    """The applications for a certificate of a member."""
    with app.extensions["engine"].database.read() as session:
        query = select(Case).where(Case.process_id == "member_certificate", Case.subject_id == key)
        return list(session.scalars(query.order_by(Case.id)))


def test_a_photo_is_renewed_once_with_a_reason_that_the_member_reads(app: Flask) -> None:
    who = staff(app)
    key, address = entry_of(app)
    offered = who.open(address).links()
    assert offered["Have the photo renewed"] == f"{address}/photo"
    refused = renew(who, address, reason="  ")
    assert refused.status == 422
    assert "Say why the photo is to be renewed" in refused.text
    values = who.open(f"{address}/photo").values()
    values["reason"] = "照片已逾十年"
    first, second = (who.send(f"{address}/photo", values) for _twice in range(2))
    assert "The photo is to be renewed." in first.text
    assert "was begun meanwhile" in second.text
    assert [each.state for each in renewals(app, key)] == ["open"]
    with app.extensions["engine"].database.read() as session:
        told = session.scalars(select(Message).where(Message.template == "photo_renewed")).all()
        assert ["照片已逾十年" in each.text for each in told] == [True]
    assert renew(who, address).path == address
    assert [each.state for each in renewals(app, key)] == ["cancelled", "open"]


def test_a_photo_is_renewed_once_by_two_at_once(app: Flask) -> None:
    who, colleague = staff(app), staff(app, "zj_photos")
    key, address = entry_of(app)
    values = [each.open(f"{address}/photo").values() for each in (who, colleague)]
    for each in values:
        each["reason"] = "照片已逾十年"
    together(
        app,
        lambda: who.send(f"{address}/photo", values[0]),
        lambda: colleague.send(f"{address}/photo", values[1]),
    )
    (renewal,) = renewals(app, key)
    assert renewal.state == "open"
    seen = colleague.open(address).html.xpath("//section//a/@href")
    assert f"/cases/{renewal.id}" in seen
    assert colleague.open(f"/cases/{renewal.id}").status == 200


def test_the_photo_on_file_is_seen_for_a_reason(app: Flask) -> None:
    engine = app.extensions["engine"]
    with_photo_service(engine)
    put_on_file(engine, NUMBER)
    Certifying(engine, NUMBER).begin().do("confirm_information", "issue")
    who = staff(app)
    _key, address = entry_of(app)
    assert "The photo on file is of" in who.open(address).text
    assert not who.open(address).html.xpath("//img[contains(@src, '/files/')]")
    show_data(who, address)
    (source,) = who.open(address).html.xpath("//img[contains(@src, '/files/')]/@src")
    with who.client.get(source) as answer:
        assert answer.mimetype == "image/jpeg"
    clerk = staff(app, "zj_fees")
    assert not clerk.open(address).html.xpath("//img[contains(@src, '/files/')]")


def test_who_may_not_renew_a_photo_is_not_offered_it(app: Flask) -> None:
    _key, address = entry_of(app)
    for login in ("zj_review2", "gz_manage", AUDITOR):
        assert staff(app, login).open(f"{address}/photo").status == 404
    assert "Have the photo renewed" not in staff(app, AUDITOR).open(address).links()
    _cpa, of_cpa = find_cpa(app)
    assert staff(app).open(f"{of_cpa}/photo").status == 404


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


def ledger(who: Visitor, address: str, action: str, /, **typed: str) -> Page:
    """Send a form of a ledger."""
    page = who.open(address)
    values = page.values(f"{address}{action}")
    put(values, typed)
    return who.send(f"{address}{action}", values)


def test_a_payment_at_the_counter_is_entered_once(app: Flask) -> None:
    who = staff(app)
    _key, address = entry_of(app, "330000100003")
    books = f"{address}/fees"
    values = who.open(books).values(f"{books}/payments")
    put(values, {"year": "2019", "amount": "500.5", "reason": "柜台刷卡", "voucher": "A-12"})
    assert "The payment was entered." in who.send(f"{books}/payments", values).text
    page = who.send(f"{books}/payments", values)
    assert page.text.count("500.50 yuan") == 2  # the row, and the name of its button
    assert "A-12" in who.open(address).text
    for wrong in ("0", "-3", "abc", "1.234", "NaN"):
        values["amount"] = wrong
        assert who.send(f"{books}/payments", values).status == 422


def test_a_payment_that_was_entered_wrongly_is_taken_back_once(app: Flask) -> None:
    who = staff(app)
    key, address = entry_of(app, "330000100003")
    books = f"{address}/fees"
    entered = ledger(who, books, "/payments", year="2019", amount="500", reason="柜台刷卡")
    (action,) = entered.html.xpath("//form[contains(@action, 'take-back')]/@action")
    back = entered.values(action)
    assert who.send(action, back).status == 422
    back["reason"] = "录错了人"
    taken = who.send(action, back)
    assert "The payment was taken back." in taken.text
    assert "-500.00 yuan" in taken.text
    assert not taken.html.xpath("//form[contains(@action, 'take-back')]")
    assert who.send(action, back).status == 422
    assert "录错了人" in who.open(address).text
    with app.extensions["engine"].database.read() as session:
        entry = find_entry(session, member_id=key, year=2019)
        assert entry is not None
        assert entry.status == "to_pay"
        paid = select(FeePayment.id).where(FeePayment.member_id != key)
        others = session.scalars(paid.limit(1)).all()
    for other in (*others, 999_999):
        assert who.send(f"{books}/payments/{other}/take-back", back).status == 404
    again = ledger(who, books, "/payments", year="2019", amount="300", reason="柜台刷卡")
    assert "300.00 yuan" in again.text


def test_a_year_of_the_fee_ledger_is_corrected(app: Flask) -> None:
    who = staff(app)
    _key, address = entry_of(app, "330000100003")
    books = f"{address}/fees"
    typed = MultiDict(who.open(books).html.xpath(f"//form[@action='{books}']")[0].form_values())
    put(typed, {"year": "2020", "status": "exempt", "reason": "困难减免"})
    page = who.send(books, typed)
    assert "The ledger was changed." in page.text
    assert "困难减免" in page.text
    typed["year"] = "1800"
    assert who.send(books, typed).status == 422


def test_hours_are_entered_and_taken_back(app: Flask) -> None:
    who = staff(app)
    _key, address = entry_of(app)
    books = f"{address}/hours"
    values = MultiDict(who.open(books).html.xpath(f"//form[@action='{books}']")[0].form_values())
    put(values, {"year": "2021", "hours": "7.5", "title": "补录培训", "reason": "线下班"})
    assert "The hours were entered." in who.send(books, values).text
    page = who.send(books, values)
    assert page.text.count("补录培训") == 2  # the row, and the name of its button
    (action,) = page.html.xpath("//form[contains(@action, 'take-back')]/@action")
    back = page.values(action)
    back["reason"] = "录错"
    taken = who.send(action, back)
    assert "-7.50" in taken.text
    assert not taken.html.xpath("//form[contains(@action, 'take-back')]")
    assert who.send(action, back).status == 422


def test_an_exemption_from_hours_is_entered_and_withdrawn(app: Flask) -> None:
    who = staff(app)
    _key, address = entry_of(app)
    books = f"{address}/hours"
    given = ledger(who, books, "/exemptions", year="2018", reason="产假", action="exempt")
    assert "产假" in given.text
    gone = ledger(who, books, "/exemptions", year="2018", reason="误录", action="withdraw")
    assert "The exemption was withdrawn." in gone.text


def test_an_auditor_reads_and_changes_nothing(app: Flask) -> None:
    who = staff(app, AUDITOR)
    _key, address = entry_of(app)
    page = who.open(address)
    assert page.status == 200
    assert not page.html.xpath("//main//form[@method='post']")
    assert who.open(f"{address}/edit").status == 404
    assert who.open(f"{address}/fees").status == 200
    assert who.open("/register/changes").status == 200


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


def test_firms_are_found_by_name_number_and_mobile(app: Flask) -> None:
    who = staff(app)
    made = new_firm(who)
    assert "33009999" in find(who, "浙江新设", "firms").text
    assert "33009999" in find(who, "3300999", "firms").text
    assert find(who, "13700002222", "firms").path == made.path
    assert "No firm fits" in find(who, "无此所", "firms").text


def test_two_who_admit_the_same_person_at_once_admit_one(app: Flask) -> None:
    first, second = staff(app), staff(app)
    pages = together(app, lambda: admission(first), lambda: admission(second))
    assert {each.status for each in pages} <= {200, 422}
    assert 200 in {each.status for each in pages}
    with app.extensions["engine"].database.read() as session:
        found = session.scalars(select(Member).where(Member.number == "330000999999")).all()
        assert len(found) == 1
        assert len(list_changes(session, member_id=found[0].id)) == 1


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


def test_one_payment_sent_twice_at_once_is_one(app: Flask) -> None:
    who = staff(app)
    _key, address = entry_of(app, "330000100003")
    books = f"{address}/fees"
    values = who.open(books).values(f"{books}/payments")
    put(values, {"year": "2018", "amount": "321", "reason": "柜台"})
    pages = together(app, *[lambda: who.send(f"{books}/payments", values)] * 2)
    assert [each.status for each in pages] == [200, 200]
    assert who.open(books).text.count("321.00 yuan") == 2  # the row, and the name of its button


def test_whatever_a_trail_may_say_has_words() -> None:
    assert set(words.SOURCES) == set(register_changes.SOURCES)
    of_members = (*register_changes.MEMBER_COLUMNS, *PRIVATE_FIELDS, "identity_number")
    known = {*NAMES, *words.FIRM_NAMES}
    assert known.issuperset((*of_members, *register_changes.FIRM_COLUMNS))
    assert set(searching.MEMBER_STATES) == set(words.STATES)
    assert set(searching.FIRM_STATES) == set(words.FIRM_STATES)
