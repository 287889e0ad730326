"""The register's trail: what differs is kept, sealed, and goes with the person's key."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import SYSTEM, Actor
from engine.engine import Engine
from tests.workflows.conftest import NOW, Cast
from workflows.personal_data.erasing import erase_member
from workflows.shared.accounts import Account
from workflows.shared.private import write_private
from workflows.shared.register import Firm, identity_number
from workflows.shared.register_changes import (
    EDIT,
    IMPORT,
    RegisterChange,
    change_columns,
    list_changes,
    list_changes_of_offices,
    read_changes,
    record_change,
    recording,
    register_fields,
)
from workflows.shared.register_writing import IdentityTaken, check_identity_free, write_fields

NUMBER = "330000100001"
BY = Actor("staff", 1)


def test_what_a_block_changes_is_noted_and_nothing_else(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, _season = cast(NUMBER)
    vault = demo_engine.vault
    with recording(seeded, vault, member, source=EDIT, reason=" 更正 ", by=BY, now=NOW):
        member.employer = "新单位"
        write_private(seeded, vault, member, {"address": "新地址"})
    with recording(seeded, vault, member, source=EDIT, by=BY, now=NOW):
        member.employer = "新单位"
    (change,) = list_changes(seeded, member_id=member.id)
    assert sorted(change.fields) == ["address", "employer"]
    assert (change.reason, change.by, change.at) == ("更正", BY, NOW)
    assert "新地址".encode() not in change.said
    said = read_changes(seeded, vault, [change])[change.id]
    assert said.after == {"address": "新地址", "employer": "新单位"}
    assert said.before["employer"] not in ("", "新单位", None)


def test_what_a_broken_block_changes_is_not_noted(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, _season = cast(NUMBER)

    def break_off() -> None:
        with recording(seeded, demo_engine.vault, member, source=EDIT, by=BY, now=NOW):
            member.employer = "新单位"
            raise LookupError

    with pytest.raises(LookupError):
        break_off()
    assert list_changes(seeded, member_id=member.id) == []


def test_empty_is_the_same_as_absent_and_dates_are_their_texts(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, _season = cast(NUMBER)
    same = record_change(
        seeded,
        demo_engine.vault,
        member=member,
        before={"admission_date": date(2020, 1, 2), "department": None, "education": []},
        after={"admission_date": "2020-01-02", "department": "", "position": None},
        source=EDIT,
        by=BY,
        now=NOW,
    )
    assert same is None


def test_a_source_that_nobody_knows_is_a_mistake(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, _season = cast(NUMBER)
    with pytest.raises(ValueError, match="no source is called rumour"):
        record_change(
            seeded,
            demo_engine.vault,
            member=member,
            before={},
            after={"name": "某"},
            source="rumour",
            by=BY,
            now=NOW,
        )


def test_changes_are_listed_newest_first_a_page_at_a_time(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, _season = cast(NUMBER)
    firm = seeded.scalars(select(Firm)).first()
    assert firm is not None
    for employer in ("甲", "乙", "丙"):
        with recording(seeded, demo_engine.vault, member, source=EDIT, by=BY, now=NOW):
            member.employer = employer
    with recording(seeded, demo_engine.vault, firm, source=EDIT, by=SYSTEM, now=NOW):
        firm.head = "新负责人"
    newest, *_rest = list_changes(seeded, member_id=member.id, limit=2)
    older = list_changes(seeded, member_id=member.id, before_id=newest.id)
    assert len(older) == 2
    of_office = list_changes_of_offices(seeded, association_ids={member.association_id})
    assert [each.firm_id for each in of_office] == [firm.id, None, None, None]
    assert list_changes_of_offices(seeded, association_ids=set()) == []


def test_a_bulk_writer_makes_the_same_rows(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, _season = cast(NUMBER)
    vault = demo_engine.vault
    vault.seal(seeded, member.vault_subject, b"")
    key = vault._find_key(seeded, member.vault_subject)
    assert key is not None
    columns = change_columns(
        key,
        member_id=member.id,
        association_id=member.association_id,
        before={"employer": "甲"},
        after={"employer": "乙"},
        source=IMPORT,
        by=BY,
        now=NOW,
    )
    assert columns is not None
    seeded.add(RegisterChange(**columns))
    seeded.flush()
    (change,) = list_changes(seeded, member_id=member.id)
    assert read_changes(seeded, vault, [change])[change.id].after == {"employer": "乙"}


def test_of_somebody_who_was_erased_only_that_something_was_changed_is_left(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, _season = cast(NUMBER)
    vault = demo_engine.vault
    with recording(seeded, vault, member, source=EDIT, reason="本人来电", by=BY, now=NOW):
        member.employer = "新单位"
    member.state = "resigned"
    erase_member(seeded, demo_engine, member_id=member.id, by=BY, now=NOW)
    seeded.expire_all()
    (change,) = list_changes(seeded, member_id=member.id)
    assert (change.fields, change.reason) == (["employer"], "")
    said = read_changes(seeded, vault, [change])[change.id]
    assert (said.before, said.after) == ({}, {})


def test_values_are_written_wherever_they_belong(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, _season = cast(NUMBER)
    vault = demo_engine.vault
    write_fields(
        seeded,
        vault,
        member,
        {
            "name": "新名字",
            "identity_number": "11010519491231002x",
            "birth_date": "1949-12-31",
            "mobile": "13700001111",
            "education": None,
            "department": None,
        },
    )
    fields = register_fields(seeded, vault, member)
    assert identity_number(vault, member) == "11010519491231002X"
    assert (fields["birth_date"], fields["mobile"]) == ("1949-12-31", "13700001111")
    assert (fields["education"], fields["department"]) == ([], "")
    account = seeded.scalars(select(Account).where(Account.member_id == member.id)).one()
    assert account.name == "新名字"
    with pytest.raises(ValueError, match="no fields of the register: password"):
        write_fields(seeded, vault, member, {"password": "x"})


def test_an_identity_number_is_one_members_as_long_as_he_is_one(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, _season = cast(NUMBER)
    vault = demo_engine.vault
    number = identity_number(vault, member).lower()
    with pytest.raises(IdentityTaken):
        check_identity_free(seeded, vault, number=number)
    check_identity_free(seeded, vault, number=number, member_id=member.id)
    member.state = "resigned"
    seeded.flush()
    check_identity_free(seeded, vault, number=number)
