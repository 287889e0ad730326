"""Tables of members, firms, fees and hours: looked through, taken over, taken away."""

from random import Random

from sqlalchemy import select

from engine.engine import Engine
from tests.workflows.office import MEMBER
from tests.workflows.tables import Table
from workflows.demo.people import make_identity_number
from workflows.register.transfers import staging
from workflows.shared.accounts import Account
from workflows.shared.register import Member, find_member_by_number, personal_fields
from workflows.shared.register_changes import list_changes, read_changes

ZJ = "浙江省注册会计师协会"
HEADS = ("会员编号", "姓名", "所属注协", "证件类型", "证件号码", "手机号码", "工作单位")


def identity(serial: int, sex: str = "1") -> str:
    """A right identity number of a man or a woman."""
    from datetime import date

    lots = Random(serial)  # noqa: S311  no secret
    return make_identity_number(lots, birth_date=date(1980, 5, 6), sex=sex, serial=serial)


def newcomer(serial: int) -> tuple[str, ...]:
    """A row of somebody who is new."""
    return (
        f"3300555{serial:05}",
        f"新会员{serial}",
        ZJ,
        "居民身份证",
        identity(serial),
        f"1540001{serial:04}",
        "演示制造有限公司",
    )


def test_new_members_stand_in_the_register_with_an_account_and_a_trail(demo_engine: Engine) -> None:
    table = Table(demo_engine, "members").send([HEADS, newcomer(1), newcomer(2)])
    assert table.found.state == staging.READY, table.found.problem
    assert table.counts == (2, 0, 0, 0), table.part("wrong")
    table.confirm()
    assert table.found.state == staging.APPLIED, table.found.problem
    with demo_engine.database.read() as session:
        member = find_member_by_number(session, "330055500001")
        assert member is not None
        fields = personal_fields(session, demo_engine.vault, member)
        assert (fields["name"], fields["mobile"]) == ("新会员1", "15400010001")
        assert (fields["sex"], fields["birth_date"]) == ("1", "1980-05-06")
        account = session.scalars(select(Account).where(Account.member_id == member.id)).one()
        assert (account.login, account.password_hash) == ("330055500001", None)
        changes = list_changes(session, member_id=member.id)
        said = read_changes(session, demo_engine.vault, changes)[changes[0].id]
        assert (changes[0].source, changes[0].reason) == ("import", "省注协换届核对")
        assert said.after["employer"] == "演示制造有限公司"


def test_the_same_table_again_changes_nothing(demo_engine: Engine) -> None:
    rows = [HEADS, newcomer(1), newcomer(2)]
    Table(demo_engine, "members").send(rows).confirm()
    again = Table(demo_engine, "members").send(rows)
    assert again.counts == (0, 0, 2, 0)


def test_a_changed_member_has_the_new_values_and_both_in_the_trail(demo_engine: Engine) -> None:
    table = Table(demo_engine, "members").send(
        [
            ("会员编号", "姓名", "工作单位", "通讯地址"),
            (MEMBER, _name(demo_engine, MEMBER), "新单位", "新地址一号"),
        ]
    )
    assert table.counts == (0, 1, 0, 0), table.wrong
    change = table.part("changed")[0]
    assert set(change.after) == {"employer", "address"}
    table.confirm()
    with demo_engine.database.read() as session:
        member = find_member_by_number(session, MEMBER)
        assert member is not None
        fields = personal_fields(session, demo_engine.vault, member)
        assert (fields["employer"], fields["address"]) == ("新单位", "新地址一号")
        assert fields["mobile"]
        changes = list_changes(session, member_id=member.id)
        said = read_changes(session, demo_engine.vault, changes)[changes[0].id]
        assert said.before["employer"] == change.before["employer"]
        assert said.after == {"employer": "新单位", "address": "新地址一号"}


def _name(engine: Engine, number: str) -> str:
    with engine.database.read() as session:
        return session.scalars(select(Member.name).where(Member.number == number)).one()
