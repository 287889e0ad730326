"""Private fields of the register: sealed, opened for who asks, found by exact match only."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.engine import Engine
from tests.workflows.conftest import Cast
from workflows.shared.accounts import find_account
from workflows.shared.private import (
    PRIVATE_FIELDS,
    read_private,
    read_private_of_many,
    write_private,
)
from workflows.shared.reach import Reach, find_reach
from workflows.shared.register import (
    Firm,
    Member,
    find_members_by_email,
    find_members_by_mobile,
)

MEMBER = "330000100001"


def test_private_fields_are_sealed_in_the_row_and_read_through_the_vault(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, _season = cast(MEMBER)
    private = read_private(seeded, demo_engine.vault, member)
    assert set(private) == set(PRIVATE_FIELDS)
    assert private["mobile"].startswith("154")
    row = seeded.execute(select(Member.__table__).where(Member.id == member.id)).one()
    said = repr(tuple(row))
    assert not [value for value in (private["mobile"], private["email"]) if value in said]
    assert private["mobile"].encode() not in (member.private_sealed or b"")


def test_what_is_not_named_stays(seeded: Session, demo_engine: Engine, cast: Cast) -> None:
    member, _season = cast(MEMBER)
    before = read_private(seeded, demo_engine.vault, member)
    write_private(seeded, demo_engine.vault, member, {"mobile": "+852 5123 4567"})
    seeded.flush()
    assert read_private(seeded, demo_engine.vault, member) == {
        **before,
        "mobile": "+852 5123 4567",
    }
    with pytest.raises(ValueError, match="name"):
        write_private(seeded, demo_engine.vault, member, {"name": "别人"})


def test_writing_the_same_again_changes_nothing(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, _season = cast(MEMBER)
    sealed = member.private_sealed
    write_private(
        seeded, demo_engine.vault, member, read_private(seeded, demo_engine.vault, member)
    )
    assert member.private_sealed == sealed


def test_a_mobile_number_and_an_address_are_found_whole_and_only_whole(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    vault = demo_engine.vault
    member, _season = cast(MEMBER)
    write_private(seeded, vault, member, {"mobile": "154 0000 9999", "email": "Li@example.com"})
    seeded.flush()
    for mobile in ("15400009999", "+86 154-0000-9999"):
        assert [each.id for each in find_members_by_mobile(seeded, vault, mobile)] == [member.id]
    assert list(find_members_by_mobile(seeded, vault, "1540000999")) == []
    assert [each.id for each in find_members_by_email(seeded, vault, " li@EXAMPLE.com")] == [
        member.id
    ]


def test_nobody_is_found_by_what_he_has_not(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, _season = cast(MEMBER)
    write_private(seeded, demo_engine.vault, member, {"mobile": "", "email": ""})
    seeded.flush()
    assert (member.mobile_hash, member.email_hash) == (None, None)
    assert list(find_members_by_mobile(seeded, demo_engine.vault, "")) == []


def test_many_are_read_at_once(seeded: Session, demo_engine: Engine) -> None:
    vault = demo_engine.vault
    members = seeded.scalars(select(Member).limit(20)).all()
    found = read_private_of_many(seeded, vault, Member, [each.id for each in members])
    assert found == {each.id: read_private(seeded, vault, each) for each in members}
    assert read_private_of_many(seeded, vault, Member, []) == {}


def test_a_firm_is_reached_by_what_is_sealed_in_its_row(
    seeded: Session, demo_engine: Engine
) -> None:
    account = find_account(seeded, user_type="firm", login="33000001")
    assert account is not None
    assert find_reach(seeded, demo_engine.vault, account) == Reach(mobile="15499990001")
    assert seeded.get_one(Firm, account.firm_id).private_sealed is not None


def test_nothing_private_is_read_once_the_key_is_gone(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, _season = cast(MEMBER)
    account = find_account(seeded, user_type="member", login=MEMBER)
    assert account is not None
    assert find_reach(seeded, demo_engine.vault, account).mobile
    assert demo_engine.vault.erase(seeded, member.vault_subject) is True
    assert demo_engine.vault.erase(seeded, member.vault_subject) is False
    assert set(read_private(seeded, demo_engine.vault, member).values()) == {""}
    assert find_reach(seeded, demo_engine.vault, account) == Reach()
