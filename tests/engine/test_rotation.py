"""Rotating the masters: everything, wherever it stands, while others write, and then no more."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import LargeBinary, select, update

from engine import rotation
from engine.database import Database
from engine.rotation import count_sealed, rotate_keys
from engine.vault import BY_MASTER, Erased, SubjectKey, Vault, columns_by_master
from web.schema import all_tables
from workflows.shared.associations import Association
from workflows.shared.private import read_private, write_private
from workflows.shared.register import Member, identity_number

OLD, NEW = b"o" * 32, b"n" * 32
BEFORE = Vault([OLD], b"l" * 32, b"t" * 32)
DURING = replace(BEFORE, masters=[NEW, OLD])
AFTER = replace(BEFORE, masters=[NEW])
NOW = datetime(2022, 9, 6, tzinfo=UTC)
PEOPLE = 7

UNSEALED = {
    "account_totp.last_step",
    "case.engine_state",
    "stand_in_photo.picture",
}
"""Bytes that are neither sealed nor hashed."""

HASHES = ("_hash", "digest", "mac", "head", "code", "_secret", "limit_key", "key", "data")
"""How columns end that hold hashes, lots or files that came with the program."""


@pytest.fixture
def filled(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """People sealed with the old master, and portions so small that there are several."""
    monkeypatch.setattr(rotation, "ROWS_AT_A_TIME", 3)
    with database.transaction() as session:
        office = Association(code="1", name="", area="", level="provincial")
        session.add(office)
        session.flush()
        for key in range(1, PEOPLE + 1):
            member = Member(
                number=f"{key}",
                association_id=office.id,
                name="",
                identity_sealed=BEFORE.seal_text(f"number {key}"),
                identity_hash=b"",
            )
            session.add(member)
            session.flush()
            write_private(session, BEFORE, member, {"mobile": f"154{key:08}"})
    return database


def _read(database: Database, vault: Vault) -> list[tuple[str, str]]:
    with database.read() as session:
        members = session.scalars(select(Member).order_by(Member.id)).all()
        return [
            (identity_number(vault, each), read_private(session, vault, each)["mobile"])
            for each in members
        ]


def test_after_a_rotation_the_old_master_can_be_taken_out(filled: Database) -> None:
    said = _read(filled, BEFORE)
    assert len(said) == PEOPLE
    with pytest.raises(Erased):
        _read(filled, AFTER)
    passed = list(rotate_keys(filled, DURING, all_tables()))
    assert sum(each.renewed for each in passed) == 2 * PEOPLE
    assert sum(each.rows for each in passed) == count_sealed(filled, DURING, all_tables())
    assert _read(filled, AFTER) == said
    assert sum(each.renewed for each in rotate_keys(filled, AFTER, all_tables())) == 0


def test_broken_off_it_goes_on_where_it_was(filled: Database) -> None:
    begun = rotate_keys(filled, DURING, all_tables())
    done = sum(next(begun).renewed for _portion in range(2))
    begun.close()
    assert 0 < done < 2 * PEOPLE
    assert _read(filled, DURING) == _read(filled, DURING)
    rest = sum(each.renewed for each in rotate_keys(filled, DURING, all_tables()))
    assert done + rest == 2 * PEOPLE
    assert len(_read(filled, AFTER)) == PEOPLE


def test_what_is_changed_in_between_stays_changed(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = rotation._write

    def overtaken(
        database: Database, sealed: rotation._Sealed, changes: Sequence[dict[str, Any]]
    ) -> None:
        with database.transaction() as session:
            number = DURING.seal_text("number of somebody else")
            session.execute(update(Member).where(Member.id == 1).values(identity_sealed=number))
        write(database, sealed, changes)

    monkeypatch.setattr(rotation, "_write", overtaken)
    list(rotate_keys(filled, DURING, all_tables()))
    assert _read(filled, AFTER)[0][0] == "number of somebody else"


def test_what_no_master_opens_is_counted_and_left_alone(filled: Database) -> None:
    stranger = replace(BEFORE, masters=[b"s" * 32])
    with filled.transaction() as session:
        sealed = stranger.seal_text("number 1")
        session.execute(update(Member).where(Member.id == 1).values(identity_sealed=sealed))
        session.add(SubjectKey(subject="visitor:1", wrapped=stranger.make_key("visitor:1")[1]))
    assert sum(each.lost for each in rotate_keys(filled, DURING, all_tables())) == 2
    with filled.read() as session:
        assert session.get_one(Member, 1).identity_sealed == sealed


def test_every_column_of_bytes_says_what_it_is() -> None:
    columns = [
        column
        for table in all_tables().sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    ]
    unknown = {
        str(each)
        for each in columns
        if "sealed" not in each.info
        and str(each) not in UNSEALED
        and not each.name.endswith(HASHES)
        and each.table.name != SubjectKey.__tablename__
    }
    assert unknown == set(), "a sealed column says by what: info=BY_MASTER or info=BY_SUBJECT"
    named = {str(each) for each in columns if "seal" in each.name}
    assert named <= {str(each) for each in columns if "sealed" in each.info}


def test_a_sealed_column_is_found_by_what_it_says() -> None:
    found = {str(column) for _table, column in columns_by_master(all_tables())}
    assert "member.identity_sealed" in found
    assert all(column.info == BY_MASTER for _table, column in columns_by_master(all_tables()))
