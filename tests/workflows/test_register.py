from datetime import date

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.engine import Engine
from tests.workflows.conftest import Cast
from workflows.shared.bulk import table_of
from workflows.shared.private import read_private
from workflows.shared.register import (
    Member,
    apply_fields,
    find_member_by_identity,
    hold_member,
    identity_number,
    personal_fields,
)

MEMBER = "330000100001"


def test_an_identity_number_is_found_by_exact_match_and_kept_sealed(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    vault = demo_engine.vault
    member, _season = cast(MEMBER)
    number = identity_number(vault, member)
    assert number.encode() not in member.identity_sealed
    assert number.encode() not in member.identity_hash
    found = find_member_by_identity(seeded, vault, f" {number.lower()} ")
    assert found is not None
    assert found.id == member.id
    assert find_member_by_identity(seeded, vault, number[:-1]) is None


def test_the_personal_fields_show_the_identity_number_masked(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, _season = cast(MEMBER)
    fields = personal_fields(seeded, demo_engine.vault, member)
    assert fields["identity_number"] == identity_number(demo_engine.vault, member)[:7] + "*****"
    assert member.birth_date is not None
    assert fields["birth_date"] == member.birth_date.isoformat()


def test_an_application_changes_the_free_fields_and_no_others(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, _season = cast(MEMBER)
    vault = demo_engine.vault
    before = read_private(seeded, vault, member)
    kept = (member.name, member.birth_date, member.certificate_number)
    apply_fields(
        seeded,
        vault,
        member,
        {
            "name": "别人",
            "birth_date": "1900-01-01",
            "certificate_number": "1",
            "mobile": "15499999999",
            "email": "other@example.com",
            "nation": "02",
            "address": "演示路9号",
            "postal_code": None,
            "employer": None,
            "work_started_date": "2010-07-01",
            "qualified_date": None,
            "domestic_qualifications": None,
            "unknown": "x",
        },
    )
    seeded.flush()
    seeded.refresh(member)
    assert kept == (member.name, member.birth_date, member.certificate_number)
    after = {**before, "address": "演示路9号", "postal_code": ""}
    assert read_private(seeded, vault, member) == after
    assert (member.employer, member.work_started_date) == ("", date(2010, 7, 1))
    assert (member.qualified_date, member.domestic_qualifications) == (None, [])


def test_who_is_held_is_read_as_he_is_by_then(seeded: Session, cast: Cast) -> None:
    member, _season = cast(MEMBER)
    member.department = "审计部"
    # Another transaction that held him first: this one has read him before.
    elsewhere = update(table_of(Member)).where(table_of(Member).c.id == member.id)
    seeded.connection().execute(elsewhere.values(employer="后来的单位"))
    hold_member(seeded, member.id)
    assert member.employer == "后来的单位"
    assert member.department == "审计部"
