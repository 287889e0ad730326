"""What stood in clear before private fields were sealed is sealed by the migration, and found."""

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.orm import Session

from engine.database import Database
from engine.vault import Vault
from tests.databases import PostgresqlCopies
from web.schema import MIGRATIONS, is_current, migrate
from workflows.shared.private import read_private
from workflows.shared.register import Firm, Member, find_members_by_mobile

VAULT = Vault([b"m" * 32], b"l" * 32, b"t" * 32)
PEOPLE = 2345
"""More than are sealed at once."""

ASSOCIATION = """
INSERT INTO association (id, code, name, name_en, area, area_en, level, region_code, address,
    telephone) VALUES (1, '440000', '演示', '', '', '', 'provincial', '', '', '')
"""
FIRM = """
INSERT INTO firm (id, number, name, association_id, approval_number, head, mobile, area_code, state)
VALUES (1, '1', '演示', 1, '', '', '15400000007', '', 'active')
"""
MEMBER = """
INSERT INTO member (id, number, kind, association_id, state, name, nation, sex, identity_type,
    identity_sealed, identity_hash, certificate_number, political_status, region, household_region,
    mobile, email, address, postal_code, telephone, emergency_contact, employment, employer,
    employer_kind, department, position, professional_title, employer_telephone, archive_holder,
    education, domestic_qualifications, domestic_other, international_qualifications,
    international_other, gave_birth_years)
VALUES (:id, :number, 'non_practising', 1, 'active', '演示', '01', '1', 'identity_card',
    :number_bytes, :number_bytes, '', '', '', '', :mobile, :email, :address, '', '', '', '', '',
    '', '', '', '', '', '', '[]', '[]', '', '[]', '', '[]')
"""
ENTRY = """
INSERT INTO fee_entry (member_id, year, status, amount, exempt_reason, updated_at)
VALUES (1, 2021, 'open', 100, '', '2022-01-01 00:00:00')
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def before(
    request: pytest.FixtureRequest, tmp_path: object, postgresql_copies: PostgresqlCopies
) -> Iterator[Database]:
    """A database as it was before, with people in it."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path}/before.sqlite3")
        yield from _filled(database)
        return
    with postgresql_copies.copy() as url:
        # The copy has today's tables; what was before begins with none.
        database = Database(url)
        with database.sql.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        yield from _filled(database)


def _filled(database: Database) -> Iterator[Database]:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database"] = database
    command.upgrade(config, "0002")
    with database.transaction() as session:
        session.execute(text(ASSOCIATION))
        session.execute(text(FIRM))
        rows = [
            {
                "id": key,
                "number": f"{key:012}",
                "number_bytes": b"%d" % key,
                "mobile": f"154{key:08}" if key != 3 else "",
                "email": "",
                "address": f"演示路{key}号",
            }
            for key in range(1, PEOPLE + 1)
        ]
        session.execute(text(MEMBER), rows)
        session.execute(text(ENTRY))
        # One has a key already, with which his applications are sealed.
        VAULT.seal(session, "member:2", b"before")
    yield database
    database.close()


def _count_keys(session: Session) -> int:
    return session.execute(text("SELECT count(*) FROM subject_key")).scalar_one()


def test_people_of_before_are_sealed_and_lose_nothing(before: Database) -> None:
    migrate(before, VAULT)
    assert is_current(before)
    with before.read() as session:
        assert _count_keys(session) == PEOPLE + 1
        for key in (1, 2, PEOPLE):
            private = read_private(session, VAULT, session.get_one(Member, key))
            assert private["mobile"] == f"154{key:08}"
            assert private["address"] == f"演示路{key}号"
            assert private["nation"] == "01"
            found = find_members_by_mobile(session, VAULT, f"154{key:08}")
            assert [each.id for each in found] == [key]
        assert session.get_one(Member, 3).mobile_hash is None
        assert read_private(session, VAULT, session.get_one(Firm, 1))["mobile"] == "15400000007"
        assert session.execute(text("SELECT count(*) FROM fee_entry")).scalar_one() == 1
        names = session.execute(text("SELECT * FROM member LIMIT 1")).keys()
        assert not {"mobile", "email", "address", "nation"} & set(names)


def test_without_the_vault_everything_stays_as_it_was(before: Database) -> None:
    with pytest.raises(RuntimeError, match="vault"):
        migrate(before)
    with before.read() as session:
        query = text("SELECT count(*) FROM member WHERE mobile LIKE '154%'")
        assert session.execute(query).scalar_one() == PEOPLE - 1
        assert _count_keys(session) == 1
    migrate(before, VAULT)
    assert is_current(before)
