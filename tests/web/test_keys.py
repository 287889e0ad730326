"""What an administrator says at a terminal to rotate the master keys."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import web.cli
from engine.database import Database
from engine.vault import Vault
from web.schema import all_tables
from workflows.shared.associations import Association
from workflows.shared.private import read_private, write_private
from workflows.shared.register import Member, identity_number

OLD, NEW = b"o" * 32, b"n" * 32
PEOPLE = 3


def say(url: str, var: Path, *masters: bytes) -> Result:
    """Say `huiji keys rotate` to an installation with these masters, the current one first."""
    var.mkdir(exist_ok=True)
    known = {"lookup": b"l" * 32, "trail": b"t" * 32, "cookie": b"c" * 32}
    made = {name: b64encode(key).decode() for name, key in known.items()}
    made["master"] = ",".join(b64encode(key).decode() for key in masters)
    (var / "secrets.json").write_text(json.dumps(made))
    given = {"HUIJI_VAR": str(var), "HUIJI_DATABASE_URL": url}
    return CliRunner().invoke(web.cli.main, ["keys", "rotate"], env=given)


@pytest.fixture
def people(database: Database) -> Database:
    """Members sealed with the old master."""
    vault = Vault([OLD], b"l" * 32, b"t" * 32)
    with database.transaction() as session:
        office = Association(code="1", name="", area="", level="provincial")
        session.add(office)
        session.flush()
        for key in range(PEOPLE):
            member = Member(
                number=f"{key}",
                association_id=office.id,
                name="",
                identity_sealed=vault.seal_text(f"number {key}"),
                identity_hash=b"",
            )
            session.add(member)
            session.flush()
            write_private(session, vault, member, {"mobile": "15400000001"})
    return database


def test_it_says_when_the_old_key_is_needed_no_more(
    people: Database, database_url: str, tmp_path: Path
) -> None:
    assert all_tables().tables
    first = say(database_url, tmp_path / "var", NEW, OLD)
    assert first.exit_code == 0, first.output
    assert f"{2 * PEOPLE} values, {2 * PEOPLE} of them sealed anew." in first.output
    assert "take them out of HUIJI_SECRET_MASTER" in first.output
    again = say(database_url, tmp_path / "var", NEW)
    assert f"{2 * PEOPLE} values, 0 of them sealed anew." in again.output
    vault = Vault([NEW], b"l" * 32, b"t" * 32)
    with people.read() as session:
        member = session.get_one(Member, 1)
        assert identity_number(vault, member) == "number 0"
        assert read_private(session, vault, member)["mobile"] == "15400000001"


def test_it_says_which_values_no_key_opens(
    people: Database, database_url: str, tmp_path: Path
) -> None:
    said = say(database_url, tmp_path / "var", NEW)
    assert said.exit_code == 1
    assert f"{2 * PEOPLE} values are sealed with a key that is not in" in said.output
    with people.read() as session:
        vault = Vault([OLD], b"l" * 32, b"t" * 32)
        assert identity_number(vault, session.get_one(Member, 1)) == "number 0"
