"""Finding members and firms: in order, by beginnings, whole, and in few statements."""

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.engine import Engine
from workflows.register.searching import (
    FirmFilters,
    MemberFilters,
    find_members_exactly,
    is_personal,
    list_firms,
    list_members,
)
from workflows.shared.access import Viewer
from workflows.shared.register import Firm, Member, identity_number

ZHEJIANG = 24


def viewer(*associations: int) -> Viewer:
    """A reviewer of some associations."""
    duties = {"review": frozenset(associations)}
    return Viewer(9, "staff", "员工", Actor("staff", 9), duties=duties)


def walk(session: Session, who: Viewer, filters: MemberFilters) -> list[str]:
    """The numbers of all members, a page of three at a time."""
    page = list_members(session, who, filters, limit=3)
    found = [each.number for each in page.rows]
    while page.next is not None:
        page = list_members(session, who, filters, after=page.next, limit=3)
        found += [each.number for each in page.rows]
    return found


@pytest.mark.parametrize("count", [24, 101, 2000])
def test_members_are_listed_by_number_whatever_the_number_of_associations(
    seeded: Session, count: int
) -> None:
    numbers = sorted(
        seeded.scalars(select(Member.number).where(Member.association_id.in_([2, 3, 4]))).all()
    )[:40]
    found = walk(seeded, viewer(2, 3, 4, *range(1000, 1000 + count - 3)), MemberFilters())
    assert found[: len(numbers)] == numbers
    assert found == sorted(set(found))


def test_filters_leave_those_that_they_name(seeded: Session) -> None:
    who = viewer(ZHEJIANG)
    cpas = walk(seeded, who, MemberFilters(kind="cpa"))
    assert cpas
    assert set(cpas) == set(
        seeded.scalars(
            select(Member.number).where(Member.kind == "cpa", Member.association_id == ZHEJIANG)
        )
    )
    assert walk(seeded, who, MemberFilters(state="dead")) == []
    firm = seeded.scalars(select(Firm).where(Firm.association_id == ZHEJIANG)).first()
    assert firm is not None
    at_firm = walk(seeded, who, MemberFilters(firm=firm.number))
    assert at_firm
    assert at_firm == walk(seeded, who, MemberFilters(firm=firm.name[:4], text=at_firm[0][:6]))
    assert walk(seeded, who, MemberFilters(firm="没有这家所")) == []


def test_an_association_of_somebody_else_leaves_nobody(seeded: Session) -> None:
    assert walk(seeded, viewer(ZHEJIANG), MemberFilters(association_id=3)) == []
    assert walk(seeded, viewer(), MemberFilters()) == []


def test_a_text_is_a_name_or_a_number_and_never_a_pattern(seeded: Session) -> None:
    who = viewer(ZHEJIANG)
    member = seeded.scalars(
        select(Member).where(Member.association_id == ZHEJIANG).order_by(Member.number)
    ).first()
    assert member is not None
    member.name = "Ann_x%李"
    seeded.flush()
    assert walk(seeded, who, MemberFilters(text="Ann_x%")) == [member.number]
    for pattern in ("A%", "Ann__", "%", "_", "ann"):
        assert member.number not in walk(seeded, who, MemberFilters(text=pattern))
    assert walk(seeded, who, MemberFilters(text=member.number)) == [member.number]


def test_an_identity_number_is_found_however_it_is_typed_and_only_at_ones_own(
    seeded: Session, demo_engine: Engine
) -> None:
    vault = demo_engine.vault
    member = seeded.scalars(select(Member).where(Member.association_id == ZHEJIANG)).first()
    assert member is not None
    number = identity_number(vault, member)
    for typed in (number, number.lower(), f" {number[:6]} {number[6:14]}-{number[14:]}"):
        assert find_members_exactly(seeded, vault, viewer(ZHEJIANG), typed) == [member]
    assert find_members_exactly(seeded, vault, viewer(3), number) == []
    assert find_members_exactly(seeded, vault, viewer(ZHEJIANG), number[:-1]) == []
    assert find_members_exactly(seeded, vault, viewer(ZHEJIANG), "张三") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("11010519491231002X", True),
        ("110105 19491231 002x", True),
        ("13800001111", True),
        ("+8613800001111", True),
        ("a@b.cn", True),
        ("E12345678", True),
        ("330000100001", False),
        ("3300", False),
        ("张三", False),
        ("", False),
    ],
)
def test_what_identifies_a_person_is_known_as_such(text: str, *, expected: bool) -> None:
    assert is_personal(text) is expected


def test_firms_are_listed_with_their_filters(seeded: Session) -> None:
    who = viewer(ZHEJIANG)
    everything = list_firms(seeded, who, FirmFilters()).rows
    assert [each.number for each in everything] == sorted(each.number for each in everything)
    heads = list_firms(seeded, who, FirmFilters(office="head_office")).rows
    branches = list_firms(seeded, who, FirmFilters(office="branch")).rows
    assert {each.id for each in heads} | {each.id for each in branches} == {
        each.id for each in everything
    }
    assert list_firms(seeded, who, FirmFilters(state="closed")).rows == []


def test_a_search_takes_few_statements_however_much_it_finds(demo_engine: Engine) -> None:
    said: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(demo_engine.database.sql, "before_cursor_execute", note)
    with demo_engine.database.read() as session:
        for filters in (
            MemberFilters(),
            MemberFilters(text="王"),
            MemberFilters(text="3300", kind="cpa", state="active"),
        ):
            said.clear()
            list_members(session, viewer(*range(1, 25)), filters)
            assert len(said) <= 2, said
    event.remove(demo_engine.database.sql, "before_cursor_execute", note)
