"""注册会计师行业统一监管平台: its calls change a CPA's data once, in the order of its versions."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from engine.engine import Engine
from tests.workflows.conftest import NOW
from workflows.shared.messages import Message, list_messages
from workflows.shared.register import CPA, Member, find_member_by_number, identity_number
from workflows.shared.register_changes import PLATFORM, list_changes
from workflows.shared.supervision import SERVICE, SupervisionPlatform, owned_fields
from workflows.supervision_platform.reading import (
    NotUnderstood,
    Update,
    WrongFields,
    read_update,
)
from workflows.supervision_platform.signing import (
    SIGNATURE,
    TIMESTAMP,
    InvalidCall,
    check_call,
    sign_call,
)
from workflows.supervision_platform.updates import (
    NobodyKnown,
    NotOwned,
    PlatformUpdate,
    VersionUsed,
    take_update,
)

NON_PRACTISING = "330000100001"
KEY, OLD_KEY = b"k" * 32, b"o" * 32
PLATFORM_OF_TESTS = SupervisionPlatform("https://platform.example.org/", (KEY, OLD_KEY))
TODAY = NOW.date()


@pytest.fixture
def joined(demo_engine: Engine) -> Engine:
    """An engine of an installation that is joined to the platform."""
    demo_engine.services[SERVICE] = PLATFORM_OF_TESTS
    return demo_engine


def find_cpa(engine: Engine) -> Member:
    with engine.database.read() as session:
        query = select(Member).where(Member.kind == CPA).order_by(Member.id).limit(1)
        return session.scalars(query).one()


def take(engine: Engine, version: int, *, number: str = "", **fields: Any) -> tuple[str, list[str]]:
    """Have an update taken over."""
    update = Update(number or find_cpa(engine).number, version, fields)
    with engine.database.transaction() as session:
        outcome, changed = take_update(session, engine, update=update, now=NOW)
        return outcome, list(changed)


def messages(engine: Engine) -> list[Message]:
    with engine.database.read() as session:
        found = list_messages(session, member_id=find_cpa(engine).id)
        return [each for each in found if each.template == "platform_updated"]


def read(**fields: Any) -> Mapping[str, Any]:
    """The fields of a body."""
    body = orjson.dumps({"member_number": "1", "version": 1, "fields": fields})
    return read_update(body, today=TODAY).fields


def wrong(**fields: Any) -> set[str]:
    """The fields of a body that are refused."""
    with pytest.raises(WrongFields) as refused:
        read(**fields)
    return set(refused.value.errors)


def test_an_update_changes_the_register_and_the_cpa_is_told_what_but_not_how(
    joined: Engine,
) -> None:
    outcome = take(joined, 7, employer="演示会计师事务所（杭州）", position="合伙人")
    assert outcome == ("applied", ["employer", "position"])
    cpa = find_cpa(joined)
    assert (cpa.employer, cpa.position) == ("演示会计师事务所（杭州）", "合伙人")
    with joined.database.read() as session:
        (change,) = list_changes(session, member_id=cpa.id)
        assert (change.source, change.reason, change.by.kind) == (PLATFORM, "#7", "system")
    (message,) = messages(joined)
    assert "工作单位、职务" in message.text
    assert "Employer, Position" in message.text_en
    assert "合伙人" not in message.text
    assert "$" not in message.text + message.text_en


def test_a_replayed_call_does_nothing(joined: Engine) -> None:
    take(joined, 7, employer="甲公司")
    assert take(joined, 7, employer="甲公司") == ("known", [])
    take(joined, 8, employer="乙公司")
    assert take(joined, 7, employer="甲公司") == ("known", [])
    assert find_cpa(joined).employer == "乙公司"
    assert len(messages(joined)) == 2


def test_what_comes_late_changes_only_what_nothing_newer_said(joined: Engine) -> None:
    take(joined, 9, employer="新公司")
    assert take(joined, 8, employer="旧公司", position="经理") == ("applied", ["position"])
    assert take(joined, 6, employer="更旧的公司") == ("nothing_new", [])
    cpa = find_cpa(joined)
    assert (cpa.employer, cpa.position) == ("新公司", "经理")
    assert len(messages(joined)) == 2


def test_a_version_says_one_thing_only(joined: Engine) -> None:
    take(joined, 7, employer="甲公司")
    with pytest.raises(VersionUsed):
        take(joined, 7, employer="乙公司")
    assert find_cpa(joined).employer == "甲公司"


def test_the_same_call_many_times_at_once_is_taken_once(joined: Engine) -> None:
    with ThreadPoolExecutor(4) as threads:
        deeds = [threads.submit(take, joined, 7, employer="甲公司") for _time in range(4)]
        outcomes = sorted(each.result()[0] for each in deeds)
    assert outcomes == ["applied", "known", "known", "known"]
    assert len(messages(joined)) == 1
    with joined.database.read() as session:
        assert len(session.scalars(select(PlatformUpdate)).all()) == 1


def test_nothing_is_taken_of_people_whom_the_platform_does_not_keep(joined: Engine) -> None:
    with pytest.raises(NotOwned):
        take(joined, 1, number=NON_PRACTISING, employer="甲公司")
    with pytest.raises(NobodyKnown):
        take(joined, 1, number="999999999999", employer="甲公司")
    joined.services.clear()
    assert owned_fields(joined, find_cpa(joined)) == frozenset()
    with pytest.raises(NotOwned):
        take(joined, 1, employer="甲公司")


def test_a_document_that_is_somebody_elses_or_contradicts_the_rest_changes_nothing(
    joined: Engine,
) -> None:
    with joined.database.read() as session:
        other = find_member_by_number(session, NON_PRACTISING)
        assert other is not None
        taken = identity_number(joined.vault, other)
    before = find_cpa(joined)
    with pytest.raises(WrongFields):
        take(joined, 1, identity_type="identity_card", identity_number=taken, employer="甲公司")
    sex = "2" if before.sex == "1" else "1"
    with pytest.raises(WrongFields):
        take(joined, 1, sex=sex)
    after = find_cpa(joined)
    assert (after.identity_hash, after.employer, after.sex) == (
        before.identity_hash,
        before.employer,
        before.sex,
    )
    # What was refused took no version: said rightly it is taken.
    number = {"identity_type": "passport", "identity_number": "E87654321"}
    assert take(joined, 1, **number)[0] == "applied"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mobile", "13800138000"),
        ("email", "a@example.org"),
        ("address", "某处"),
        ("name", ""),
        ("name", "甲" * 51),
        ("name", "甲\n乙"),
        ("name", 7),
        ("sex", "3"),
        ("nation", ["01"]),
        ("birth_date", "2022-13-01"),
        ("birth_date", "2999-01-01"),
        ("identity_number", "E12345678"),
        ("identity_type", "passport"),
        ("domestic_qualifications", "tax_agent"),
        ("domestic_qualifications", ["wizard"]),
        ("education", [{"school": "中山大学"}]),
        ("education", [{"school": "中山大学", "education_level": "wizard"}]),
        ("education", [{"school": "中山大学", "education_level": "bachelor", "x": "y"}]),
        ("education", "none"),
        ("employment", "king"),
    ],
)
def test_a_value_that_the_register_cannot_take_is_named(field: str, value: Any) -> None:
    assert wrong(**{field: value, "employer": "甲公司"}) == {field}


def test_right_values_are_read_as_the_register_keeps_them() -> None:
    education = [{"school": " 中山大学 ", "education_level": "bachelor", "major": None}]
    fields = read(
        employer=None,
        qualified_date="2010-12-01",
        identity_type="passport",
        identity_number="e 1234-5678",
        education=education,
        international_qualifications=["cma", "acca", "acca"],
    )
    assert fields == {
        "employer": "",
        "qualified_date": "2010-12-01",
        "identity_type": "passport",
        "identity_number": "E12345678",
        "education": [{"school": "中山大学", "education_level": "bachelor", "major": None}],
        "international_qualifications": ["acca", "cma"],
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"member_number": 1, "version": 1, "fields": {"name": "x"}}',
        b'{"member_number": "1", "version": "1", "fields": {"name": "x"}}',
        b'{"member_number": "1", "version": true, "fields": {"name": "x"}}',
        b'{"member_number": "1", "version": 0, "fields": {"name": "x"}}',
        b'{"member_number": "1", "version": 9007199254740993, "fields": {"name": "x"}}',
        b'{"member_number": "1", "version": 1, "fields": {}}',
        b'{"member_number": "1234567890123", "version": 1, "fields": {"name": "x"}}',
        b'{"member_number": "3300\\u0000", "version": 1, "fields": {"name": "x"}}',
        b"[" * 10000,
    ],
)
def test_what_is_no_update_is_refused(body: bytes) -> None:
    with pytest.raises(NotUnderstood):
        read_update(body, today=TODAY)


def test_a_call_is_the_platforms_by_any_of_its_keys_for_five_minutes() -> None:
    old = SupervisionPlatform("", (OLD_KEY,))
    for signer in (PLATFORM_OF_TESTS, old):
        headers = sign_call(signer, b"{}", now=NOW)
        check_call(PLATFORM_OF_TESTS, headers, b"{}", now=NOW + timedelta(minutes=4))
        for moved in (timedelta(minutes=6), timedelta(minutes=-6)):
            with pytest.raises(InvalidCall):
                check_call(PLATFORM_OF_TESTS, headers, b"{}", now=NOW + moved)


@pytest.mark.parametrize(
    "changed",
    [
        {SIGNATURE: ""},
        {SIGNATURE: "0" * 64},
        {SIGNATURE: "é"},
        {TIMESTAMP: ""},
        {TIMESTAMP: "now"},
        {TIMESTAMP: "9" * 40},
    ],
)
def test_a_forged_call_is_refused(changed: dict[str, str]) -> None:
    headers = sign_call(PLATFORM_OF_TESTS, b"{}", now=NOW)
    with pytest.raises(InvalidCall):
        check_call(PLATFORM_OF_TESTS, {**headers, **changed}, b"{}", now=NOW)


def test_a_changed_body_or_another_key_is_noticed() -> None:
    stranger = SupervisionPlatform("", (b"s" * 32,))
    headers = sign_call(PLATFORM_OF_TESTS, b"{}", now=NOW)
    with pytest.raises(InvalidCall):
        check_call(PLATFORM_OF_TESTS, headers, b"{ }", now=NOW)
    headers = sign_call(stranger, b"{}", now=NOW)
    with pytest.raises(InvalidCall):
        check_call(PLATFORM_OF_TESTS, headers, b"{}", now=NOW)
