"""Tables of fees and hours: what they enter, what they leave alone, what waits for it."""

from typing import Any

import pytest
from sqlalchemy import select

from engine.engine import Engine
from tests.workflows.office import IN_GUANGZHOU, MEMBER
from tests.workflows.tables import Table, take_away
from workflows.register.transfers import staging
from workflows.shared.fees import FeeEntry
from workflows.shared.hours import HoursEntry
from workflows.shared.register import Member
from workflows.shared.register_changes import RegisterChange, read_changes

FEES = ("会员编号", "姓名", "年度", "缴费状态", "金额（元）", "免缴原因")
HOURS = ("会员编号", "年度", "取得日期", "学时", "课程", "来源", "记录编号")


def member_id(engine: Engine, number: str = MEMBER) -> int:
    """The key of a member."""
    with engine.database.read() as session:
        return session.scalars(select(Member.id).where(Member.number == number)).one()


def fee(engine: Engine, year: int) -> tuple[str, int, str] | None:
    """What the ledger says of a year."""
    with engine.database.read() as session:
        found = session.scalar(
            select(FeeEntry).where(FeeEntry.member_id == member_id(engine), FeeEntry.year == year)
        )
        return None if found is None else (found.status, found.amount, found.exempt_reason)


def hours(engine: Engine, key: str) -> list[tuple[str, int]]:
    """The entries under a key, in order."""
    with engine.database.read() as session:
        found = session.scalars(
            select(HoursEntry)
            .where(HoursEntry.external_key.startswith(f"xlsx:{MEMBER}:{key}"))
            .order_by(HoursEntry.id)
        )
        return [(each.external_key.rpartition(":")[2], each.hours) for each in found]


def last_change(engine: Engine) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The last change of the trail: from where, before, after."""
    with engine.database.read() as session:
        change = session.scalars(
            select(RegisterChange).order_by(RegisterChange.id.desc()).limit(1)
        ).one()
        said = read_changes(session, engine.vault, [change])[change.id]
        return change.source, dict(said.before), dict(said.after)


def test_years_of_fees_are_entered_and_changed_once(demo_engine: Engine) -> None:
    rows = [
        FEES,
        (MEMBER, None, 2001, "待缴费", 100, None),
        (MEMBER, None, "2002年", "免会费", None, "疾病"),
    ]
    assert Table(demo_engine, "fees", "zj_fees").send(rows).confirm().counts == (2, 0, 0, 0)
    assert fee(demo_engine, 2001) == ("to_pay", 10000, "")
    assert fee(demo_engine, 2002) == ("exempt", 0, "疾病")
    assert Table(demo_engine, "fees").send(rows).counts == (0, 0, 2, 0)
    paid = Table(demo_engine, "fees").send([FEES, (MEMBER, None, 2001, "已缴费", "100.00", None)])
    assert paid.confirm().counts == (0, 1, 0, 0)
    assert fee(demo_engine, 2001) == ("confirmed", 10000, "")
    source, before, after = last_change(demo_engine)
    assert source == "import"
    assert before["fee.2001"]["status"] == "to_pay"
    assert after["fee.2001"]["status"] == "confirmed"


def test_a_settled_year_is_not_opened_by_a_table(demo_engine: Engine) -> None:
    rows = [FEES, (MEMBER, None, 2001, "已缴费", 100, None)]
    Table(demo_engine, "fees").send(rows).confirm()
    again = Table(demo_engine, "fees").send([FEES, (MEMBER, None, 2001, "待缴费", 100, None)])
    assert again.wrong == [(2, "D", "settled")]


def test_wrong_fees_are_named_by_line_and_column(demo_engine: Engine) -> None:
    table = Table(demo_engine, "fees").send(
        [
            FEES,
            (MEMBER, None, 2001, "待缴费", None, None),
            (MEMBER, None, 2002, "免会费", None, None),
            (MEMBER, None, 2003, "待确认", 100, None),
            (MEMBER, "别人", 2004, "待缴费", 100, None),
            ("330099999999", None, 2005, "待缴费", 100, None),
            (IN_GUANGZHOU, None, 2006, "待缴费", 100, None),
            (MEMBER, None, "去年", "待缴费", 100, None),
            (MEMBER, None, 2007, "待缴费", "100.001", None),
            (MEMBER, None, 2001, "待缴费", 100, None),
        ]
    )
    assert table.wrong == [
        (2, "E", "amount_needed"),
        (3, "F", "reason_needed"),
        (4, "D", "only_pending"),
        (5, "B", "other_name"),
        (6, "A", "unknown_member"),
        (7, "A", "not_yours"),
        (8, "C", "no_year"),
        (9, "E", "no_amount"),
        (10, "C", "year_twice"),
    ]


def test_hours_are_entered_once_and_corrected_by_their_opposite(demo_engine: Engine) -> None:
    row = (MEMBER, 2021, "2021-05-10", 8, "企业会计准则", "培训中心", "K1")
    assert Table(demo_engine, "hours", "zj_training").send([HOURS, row]).confirm().counts[0] == 1
    assert hours(demo_engine, "K1") == [("K1", 800)]
    assert Table(demo_engine, "hours").send([HOURS, row]).counts == (0, 0, 1, 0)
    other = (MEMBER, 2021, "2021-05-10", 7.5, None, None, "K1")
    changed = Table(demo_engine, "hours").send([HOURS, other])
    assert changed.counts == (0, 1, 0, 0)
    changed.confirm()
    assert hours(demo_engine, "K1") == [("K1", 800), ("K1/2", -800), ("K1/3", 750)]
    assert Table(demo_engine, "hours").send([HOURS, other]).counts == (0, 0, 1, 0)


def test_hours_without_a_number_are_known_by_what_they_say(demo_engine: Engine) -> None:
    rows = [HOURS, (MEMBER, 2021, "2021-05-11", 4, "税法", "网校", None)]
    assert Table(demo_engine, "hours").send(rows).confirm().counts == (1, 0, 0, 0)
    assert Table(demo_engine, "hours").send(rows).counts == (0, 0, 1, 0)


def test_hours_of_another_source_are_left_alone(demo_engine: Engine) -> None:
    with demo_engine.database.read() as session:
        entry = session.scalars(
            select(HoursEntry).where(HoursEntry.member_id == member_id(demo_engine)).limit(1)
        ).one()
    said = [MEMBER, entry.year, entry.earned_date, entry.hours / 100 + 1, None, None]
    table = Table(demo_engine, "hours").send(
        [
            HOURS,
            (*said, entry.external_key),
            (MEMBER, 2021, "2099-01-01", 4, "税法", None, "K2"),
            (MEMBER, 2021, "2021-01-01", 0, "税法", None, "K3"),
            (MEMBER, 2021, "2021-01-01", 4, "税法", None, f"xlsx:{IN_GUANGZHOU}:1"),
            (MEMBER, 2021, "昨天", 4, "税法", None, "K4"),
        ]
    )
    assert table.wrong == [
        (2, "G", "entered_elsewhere"),
        (3, "C", "future"),
        (4, "D", "hours_needed"),
        (5, "G", "entry_of_other"),
        (6, "C", "no_date"),
    ]


@pytest.mark.parametrize("kind", ["fees", "hours"])
def test_a_ledger_that_was_taken_away_changes_nothing(demo_engine: Engine, kind: str) -> None:
    row = (MEMBER, 2021, "2021-05-10", 8, "企业会计准则", "培训中心", "K1")
    for hours_said in (8, 7):
        rows = [HOURS, (*row[:3], hours_said, *row[4:])]
        Table(demo_engine, "hours").send(rows).confirm()
    table = Table(demo_engine, kind).send(take_away(demo_engine, kind, is_in_full=False))
    new, changed, unchanged, wrong = table.counts
    assert (new, changed, wrong) == (0, 0, 0), table.wrong[:5]
    assert unchanged > 0
    assert table.found.state == staging.READY
