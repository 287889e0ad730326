"""Tables of members and firms: looked through, taken over all at once, taken away."""

from datetime import date
from random import Random
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select, update

from engine.engine import Engine
from engine.errors import NotFound
from tests.workflows.office import IN_GUANGZHOU, MEMBER, OTHER, account, viewer
from tests.workflows.tables import Table, take_away
from workflows.demo.cast import FIRM_NUMBER
from workflows.demo.people import make_identity_number
from workflows.register.transfers import applying, exporting, looking, sending, staging
from workflows.register.transfers.kinds import Wanted
from workflows.shared.accounts import Account, StaffDuty
from workflows.shared.private import write_private
from workflows.shared.register import (
    Firm,
    Member,
    find_member_by_number,
    identity_hash,
    identity_number,
    personal_fields,
)
from workflows.shared.register_changes import RegisterChange, list_changes, read_changes

ZJ, GZ = "浙江省注册会计师协会", "440100"
HEADS = ("会员编号", "姓名", "所属注协", "证件类型", "证件号码", "手机号码", "工作单位")
NEW = "330055500001"


def identity(serial: int, sex: str = "1") -> str:
    """A right identity number of a man or a woman."""
    lots = Random(serial)
    return make_identity_number(lots, birth_date=date(1980, 5, 6), sex=sex, serial=serial)


def newcomer(serial: int, **said: Any) -> tuple[Any, ...]:
    """A row of somebody who is new."""
    row = {
        "会员编号": f"3300555{serial:05}",
        "姓名": f"新会员{serial}",
        "所属注协": ZJ,
        "证件类型": "居民身份证",
        "证件号码": identity(serial),
        "手机号码": f"1540001{serial:04}",
        "工作单位": "演示制造有限公司",
    }
    return tuple({**row, **said}.values())


def fields_of(engine: Engine, number: str) -> dict[str, Any]:
    """What the register says of a member."""
    with engine.database.read() as session:
        member = find_member_by_number(session, number)
        assert member is not None
        return {
            **personal_fields(session, engine.vault, member),
            "identity_number": identity_number(engine.vault, member),
        }


def count(engine: Engine, model: Any) -> int:
    """How many rows a table has."""
    with engine.database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_new_members_stand_in_the_register_with_an_account_and_a_trail(demo_engine: Engine) -> None:
    table = Table(demo_engine, "members").send([HEADS, newcomer(1), newcomer(2)])
    assert table.counts == (2, 0, 0, 0), table.wrong
    assert count(demo_engine, RegisterChange) == 0
    assert table.confirm().found.state == staging.APPLIED
    fields = fields_of(demo_engine, NEW)
    assert (fields["name"], fields["mobile"]) == ("新会员1", "15400010001")
    assert (fields["sex"], fields["birth_date"]) == ("1", "1980-05-06")
    assert fields["identity_number"] == identity(1)
    with demo_engine.database.read() as session:
        member = find_member_by_number(session, NEW)
        assert member is not None
        found = session.scalars(select(Account).where(Account.member_id == member.id)).one()
        assert (found.login, found.password_hash) == (NEW, None)
        (change,) = list_changes(session, member_id=member.id)
        said = read_changes(session, demo_engine.vault, [change])[change.id]
        assert (change.source, change.reason) == ("import", "省注协换届核对")
        assert change.by == account(session, "zj_manage").actor
        assert (said.before["employer"], said.after["employer"]) == (None, "演示制造有限公司")


def test_somebody_is_admitted_by_hand_after_an_import(demo_engine: Engine) -> None:
    Table(demo_engine, "members").send([HEADS, newcomer(1)]).confirm()
    with demo_engine.database.transaction() as session:
        known = find_member_by_number(session, NEW)
        assert known is not None
        values = {
            column.name: getattr(known, column.name)
            for column in Member.__table__.columns
            if column.name not in ("id", "number")
        }
        added = Member(number="330055599999", **values)
        session.add(added)
        session.flush()
        assert added.id != known.id


def test_a_wrong_cell_is_told_in_its_own_words(demo_engine: Engine) -> None:
    table = Table(demo_engine, "members").send([(*HEADS, "性别"), newcomer(1, 性别="女")])
    (wrong,) = table.part("wrong")
    assert (wrong.column, wrong.said) == ("sex", "女")


def test_the_same_table_again_changes_nothing(demo_engine: Engine) -> None:
    rows = [HEADS, newcomer(1), newcomer(2)]
    Table(demo_engine, "members").send(rows).confirm()
    changes = count(demo_engine, RegisterChange)
    again = Table(demo_engine, "members").send(rows)
    assert again.counts == (0, 0, 2, 0)
    with pytest.raises(applying.NothingChanges):
        again.confirm()
    assert count(demo_engine, RegisterChange) == changes


def test_a_changed_member_has_the_new_values_and_both_in_the_trail(demo_engine: Engine) -> None:
    before = fields_of(demo_engine, MEMBER)
    heads = ("会员编号", "姓名", "工作单位", "通讯地址", "民族", "其他国内资格", "入会日期")
    row = (MEMBER, "换了姓名", "新单位", "新地址一号", "回族", "税务师、律师", date(2012, 3, 15))
    table = Table(demo_engine, "members").send([heads, row])
    (change,) = table.part("changed")
    assert change.before["employer"] == before["employer"]
    table.confirm()
    after = fields_of(demo_engine, MEMBER)
    assert (after["employer"], after["address"], after["nation"]) == ("新单位", "新地址一号", "03")
    assert after["domestic_qualifications"] == ["tax_agent", "lawyer"]
    assert after["mobile"] == before["mobile"]
    with demo_engine.database.read() as session:
        member = find_member_by_number(session, MEMBER)
        assert member is not None
        assert member.admission_date == date(2012, 3, 15)
        found = session.scalars(select(Account).where(Account.member_id == member.id)).one()
        assert found.name == "换了姓名"
        changes = list_changes(session, member_id=member.id)
        said = read_changes(session, demo_engine.vault, changes)[changes[0].id]
        assert said.before["address"] == before["address"]
        assert said.after["address"] == "新地址一号"


def test_wrong_rows_are_named_by_line_and_column(demo_engine: Engine) -> None:
    rows = [
        HEADS,
        newcomer(1, 姓名=None),
        newcomer(2, 证件号码="330102198005060011"),
        newcomer(3, 手机号码="123"),
        newcomer(4, 所属注协="无名协会"),
        newcomer(5, 所属注协=GZ),
        newcomer(6),
        newcomer(6),
        newcomer(7, 会员编号="330055500008"),
        newcomer(9, 证件号码=identity(7)),
        newcomer(10, 证件号码=fields_of(demo_engine, OTHER)["identity_number"]),
        newcomer(11, 证件号码=330102198005060011),
        newcomer(12, 证件类型="学生证"),
        newcomer(13, 会员编号="一二三四五"),
        newcomer(14, 工作单位="长" * 101),
        (MEMBER, None, GZ, None, None, None, "新单位"),
        (MEMBER, None, None, None, None, "15499999999", None),
        (IN_GUANGZHOU, None, None, None, None, None, "新单位"),
    ]
    table = Table(demo_engine, "members").send(rows)
    assert table.wrong == [
        (2, "B", "needed_for_new"),
        (3, "E", "identity"),
        (4, "F", "no_mobile"),
        (5, "C", "unknown_office"),
        (6, "C", "not_yours"),
        (8, "A", "twice"),
        (10, "E", "twice"),
        (11, "E", "identity_known"),
        (12, "E", "digits_lost"),
        (13, "D", "no_choice"),
        (14, "A", "no_number"),
        (15, "G", "too_long"),
        (16, "C", "moves_elsewhere"),
        (17, "A", "twice"),
        (18, "A", "not_yours"),
    ]
    assert table.counts == (2, 0, 0, 15)


def test_a_key_to_an_account_is_not_replaced(demo_engine: Engine) -> None:
    table = Table(demo_engine, "members").send(
        [("会员编号", "姓名", "手机号码"), (MEMBER, None, "15499999999")]
    )
    assert table.wrong == [(2, "C", "own_key")]


def test_wrong_rows_are_left_out_only_by_who_says_so(demo_engine: Engine) -> None:
    table = Table(demo_engine, "members").send([HEADS, newcomer(1), newcomer(2, 证件号码="错误")])
    with pytest.raises(applying.WrongRowsLeft):
        table.confirm()
    with pytest.raises(applying.ReasonMissing):
        table.confirm(" ", without_wrong=True)
    table.confirm(without_wrong=True).confirm(without_wrong=True)
    assert table.found.state == staging.APPLIED
    with demo_engine.database.read() as session:
        assert find_member_by_number(session, "330055500002") is None


def test_nothing_is_taken_over_if_one_row_would_do_something_else_now(demo_engine: Engine) -> None:
    rows = [("会员编号", "姓名", "工作单位"), (MEMBER, None, "新单位"), (OTHER, None, "新单位")]
    table = Table(demo_engine, "members").send(rows)
    with demo_engine.database.transaction() as session:
        session.execute(update(Member).where(Member.number == OTHER).values(employer="别处"))
    table.confirm()
    assert table.found.state == staging.REFUSED
    assert table.found.problem["values"]["lines"] == "3"
    assert fields_of(demo_engine, MEMBER)["employer"] != "新单位"
    with demo_engine.database.transaction() as session:
        who = viewer(session, "zj_manage")
        sending.look_again(
            session, demo_engine, import_id=table.id, viewer=who, now=demo_engine.now()
        )
    assert table.work().counts == (0, 2, 0, 0)
    assert table.confirm().found.state == staging.APPLIED


def test_what_was_changed_just_before_the_writing_is_found_out(
    demo_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prepared, then somebody is faster: it is prepared anew, and finds the row moved."""
    rows = [("会员编号", "姓名", "工作单位"), (MEMBER, None, "新单位"), (OTHER, None, "新单位")]
    table = Table(demo_engine, "members").send(rows)
    write = applying._write

    def be_slower(*given: Any) -> None:
        with demo_engine.database.transaction() as session:
            session.execute(update(Member).where(Member.number == OTHER).values(employer="别处"))
        write(*given)

    monkeypatch.setattr(applying, "_write", be_slower)
    table.confirm()
    assert table.found.state == staging.REFUSED
    assert table.found.problem["values"]["lines"] == "3"
    assert fields_of(demo_engine, MEMBER)["employer"] != "新单位"
    assert fields_of(demo_engine, OTHER)["employer"] == "别处"


def test_what_was_changed_elsewhere_just_before_the_writing_stays(
    demo_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [("会员编号", "姓名", "通讯地址"), (MEMBER, None, "新地址"), (OTHER, None, "新地址")]
    table = Table(demo_engine, "members").send(rows)
    write, tries = applying._write, list[int]()

    def be_slower(*given: Any) -> None:
        if not tries:
            with demo_engine.database.transaction() as session:
                other = find_member_by_number(session, OTHER)
                assert other is not None
                write_private(session, demo_engine.vault, other, {"telephone": "0571-12345678"})
        tries.append(1)
        write(*given)

    monkeypatch.setattr(applying, "_write", be_slower)
    table.confirm()
    assert (table.found.state, len(tries)) == (staging.APPLIED, 2)
    fields = fields_of(demo_engine, OTHER)
    assert (fields["address"], fields["telephone"]) == ("新地址", "0571-12345678")


def test_somebody_new_who_came_just_before_the_writing_is_not_entered_twice(
    demo_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Table(demo_engine, "members").send([HEADS, newcomer(1), newcomer(2)])
    write = applying._write

    def be_slower(*given: Any) -> None:
        # The same identity number under another one's name, in the same moment.
        hashed = identity_hash(demo_engine.vault, identity(2))
        with demo_engine.database.transaction() as session:
            session.execute(
                update(Member).where(Member.number == OTHER).values(identity_hash=hashed)
            )
        write(*given)

    monkeypatch.setattr(applying, "_write", be_slower)
    before = count(demo_engine, Member)
    table.confirm()
    assert table.found.state == staging.REFUSED
    assert count(demo_engine, Member) == before


def test_nothing_stays_of_a_writing_that_breaks_off(
    demo_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = count(demo_engine, Member), count(demo_engine, Account)
    table = Table(demo_engine, "members").send([HEADS, newcomer(1), newcomer(2)])

    def break_off(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(applying.KINDS["members"], "follow", break_off)
        table.confirm()
    assert table.found.state == staging.APPLYING
    assert (count(demo_engine, Member), count(demo_engine, Account)) == before
    applying.apply_import(demo_engine, import_id=str(table.id))
    assert table.found.state == staging.APPLIED
    assert count(demo_engine, Member) == before[0] + 2


def test_who_lost_the_duty_meanwhile_takes_nothing_over(demo_engine: Engine) -> None:
    table = Table(demo_engine, "members").send([HEADS, newcomer(1)])
    with demo_engine.database.transaction() as session:
        own = account(session, "zj_manage").id
        for duty in session.scalars(select(StaffDuty).where(StaffDuty.account_id == own)):
            session.delete(duty)
    with demo_engine.database.transaction() as session:
        applying.confirm_import(
            session,
            import_id=table.id,
            account_id=own,
            reason="核对",
            without_wrong=False,
            now=demo_engine.now(),
        )
    assert table.work().found.state == staging.REFUSED
    with demo_engine.database.read() as session:
        assert find_member_by_number(session, NEW) is None


def test_what_somebody_sent_whose_account_was_closed_is_not_taken_over(
    demo_engine: Engine,
) -> None:
    table = Table(demo_engine, "members").send([HEADS, newcomer(1)])
    with demo_engine.database.transaction() as session:
        account(session, "zj_manage").is_active = False
    table.confirm()
    assert table.found.state == staging.REFUSED
    assert table.found.problem["message"] == looking.SenderGone.message
    late = Table(demo_engine, "members").send([HEADS, newcomer(2)])
    assert late.found.state == staging.REFUSED
    with demo_engine.database.read() as session:
        assert find_member_by_number(session, NEW) is None


def test_others_find_no_import_and_send_none(demo_engine: Engine) -> None:
    table = Table(demo_engine, "members").send([HEADS, newcomer(1)])
    with demo_engine.database.read() as session:
        other = viewer(session, "zj_manage2")
        with pytest.raises(staging.ImportNotFound):
            staging.get_import(session, table.id, account_id=other.account_id)
        for login, kind in (("zj_fees", "members"), ("zj_review", "fees"), ("audit", "hours")):
            with pytest.raises(NotFound):
                sending.check_kind(viewer(session, login), kind)


def test_the_same_page_sent_twice_is_one_import(demo_engine: Engine) -> None:
    table = Table(demo_engine, "members").send([HEADS, newcomer(1)])
    table.send([HEADS, newcomer(1), newcomer(2)])
    assert count(demo_engine, staging.RegisterImport) == 1
    assert table.counts == (1, 0, 0, 0)


def test_what_was_taken_away_changes_nothing_when_it_comes_back(demo_engine: Engine) -> None:
    for is_in_full in (True, False):
        book = take_away(demo_engine, "members", is_in_full=is_in_full)
        table = Table(demo_engine, "members").send(book)
        new, changed, unchanged, wrong = table.counts
        assert (new, changed, wrong) == (0, 0, 0), (table.wrong[:3], table.part("changed")[:1])
        assert unchanged > 10
    for is_in_full in (True, False):
        table = Table(demo_engine, "firms").send(
            take_away(demo_engine, "firms", is_in_full=is_in_full)
        )
        new, changed, unchanged, wrong = table.counts
        assert (new, changed, wrong) == (0, 0, 0), (table.wrong[:3], table.part("changed")[:1])
        assert unchanged > 0


def test_personal_data_are_covered_in_what_is_taken_away(demo_engine: Engine) -> None:
    sheet = openpyxl.load_workbook(take_away(demo_engine, "members", is_in_full=False)).worksheets[
        0
    ]
    heads = [cell.value for cell in sheet[1]]
    fields = fields_of(demo_engine, MEMBER)
    row = next(
        dict(zip(heads, row, strict=True))
        for row in sheet.iter_rows(values_only=True)
        if row[0] == MEMBER
    )
    assert row["Name"] == fields["name"]
    assert fields["mobile"] not in row.values()
    assert fields["identity_number"] not in row.values()
    numbers = {row[0] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert IN_GUANGZHOU not in numbers


def test_data_in_full_need_a_reason_and_are_noted(demo_engine: Engine) -> None:
    with demo_engine.database.transaction() as session:
        who = viewer(session, "zj_manage")
        given = {
            "kind": "members",
            "viewer": who,
            "association_id": None,
            "wanted": {},
            "is_in_full": True,
            "address": "",
            "now": demo_engine.now(),
        }
        with pytest.raises(exporting.ReasonNeeded):
            exporting.begin_export(session, reason=" ", **given)
        wanted = exporting.begin_export(session, reason="换届", **given)
        assert wanted == Wanted(who.duties["manage"])
        (noted,) = exporting.list_exports(session, account_id=who.account_id)
        assert (noted.is_in_full, noted.reason) == (True, "换届")


def test_firms_are_new_changed_and_never_moved_by_a_table(demo_engine: Engine) -> None:
    heads = ("事务所编号", "事务所名称", "地方注协", "总所编号", "负责人", "手机号码", "所在地区")
    rows = [
        heads,
        ("33000999", "演示新会计师事务所", ZJ, None, "王五", "15400020001", "浙江省 杭州市"),
        ("33000998", "演示新会计师事务所分所", ZJ, FIRM_NUMBER, "赵六", None, "宁波市"),
        (FIRM_NUMBER, None, None, None, "换了负责人", None, None),
        ("33000997", "无总所分所", ZJ, "99999999", None, None, None),
        (FIRM_NUMBER, None, GZ, None, None, None, None),
    ]
    table = Table(demo_engine, "firms").send(rows)
    assert table.wrong == [(5, "D", "unknown_head_office"), (6, "A", "twice")]
    assert table.counts == (2, 1, 0, 2)
    table.confirm(without_wrong=True)
    assert table.found.state == staging.APPLIED
    with demo_engine.database.read() as session:
        firms = {each.number: each for each in session.scalars(select(Firm))}
        assert firms["33000998"].parent_id == firms[FIRM_NUMBER].id
        assert firms["33000998"].area_code == "330200"
        assert firms[FIRM_NUMBER].head == "换了负责人"
        logins = session.scalars(
            select(Account.login).where(Account.firm_id == firms["33000999"].id)
        )
        assert sorted(logins) == ["33000999", "33000999_cw"]
        assert list_changes(session, firm_id=firms[FIRM_NUMBER].id)[0].source == "import"


def test_an_import_goes_after_its_days_with_its_key_and_its_file(demo_engine: Engine) -> None:
    table = Table(demo_engine, "members").send([HEADS, newcomer(1)])
    assert staging.path_of(demo_engine, table.id).is_file()
    assert b"xl/worksheets" not in staging.path_of(demo_engine, table.id).read_bytes()
    later = demo_engine.now() + staging.KEPT * 2
    with demo_engine.database.transaction() as session:
        staging.sweep_imports(session, demo_engine, later)
    assert count(demo_engine, staging.RegisterImport) == 0
    assert count(demo_engine, staging.ImportPortion) == 0
    assert not staging.path_of(demo_engine, table.id).exists()


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([("姓名", "工作单位"), ("王五", "单位")], looking.ColumnsMissing),
        ([HEADS], looking.NothingToImport),
    ],
)
def test_a_table_that_says_nothing_is_refused_with_a_sentence(
    demo_engine: Engine, rows: list[tuple[str, ...]], problem: type[Exception]
) -> None:
    table = Table(demo_engine, "members").send(rows)
    assert table.found.state == staging.REFUSED
    assert table.found.problem["message"] == problem.message  # type: ignore[attr-defined]
