from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.engine import Engine
from tests.workflows.conftest import NOW
from workflows.shared.accounts import find_account
from workflows.shared.bindings import (
    Binding,
    bind,
    find_binding,
    list_bound,
    note_following,
    openid_of,
    unbind,
)

PHONE, OTHER = "oPhoneOfOneUser0000000000001", "oPhoneOfAnother0000000000002"


def account_id(session: Session, login: str, user_type: str = "member") -> int:
    """The key of a demo account."""
    found = find_account(session, user_type=user_type, login=login)
    assert found is not None
    return found.id


@pytest.fixture
def zhou(demo_engine: Engine) -> int:
    with demo_engine.database.read() as session:
        return account_id(session, "330000100001")


def test_an_account_that_was_bound_knows_its_wechat_user(demo_engine: Engine, zhou: int) -> None:
    vault = demo_engine.vault
    with demo_engine.database.transaction() as session:
        bind(session, vault, account_id=zhou, openid=PHONE, now=NOW)
    with demo_engine.database.read() as session:
        binding = find_binding(session, zhou)
        assert binding is not None
        assert (openid_of(vault, binding), binding.bound_at) == (PHONE, NOW)
        assert binding.is_following
        assert [each.id for each in list_bound(session, vault, PHONE)] == [zhou]
        assert not list_bound(session, vault, OTHER)


def test_the_database_does_not_hold_an_openid_in_clear(demo_engine: Engine, zhou: int) -> None:
    with demo_engine.database.transaction() as session:
        bind(session, demo_engine.vault, account_id=zhou, openid=PHONE, now=NOW)
    with demo_engine.database.read() as session:
        row = session.execute(select(Binding.openid_sealed, Binding.openid_hash)).one()
    assert PHONE.encode() not in row.openid_sealed + row.openid_hash


def test_binding_again_replaces_the_wechat_user(demo_engine: Engine, zhou: int) -> None:
    vault, later = demo_engine.vault, NOW + timedelta(days=1)
    for openid, at in ((PHONE, NOW), (PHONE, NOW), (OTHER, later)):
        with demo_engine.database.transaction() as session:
            bind(session, vault, account_id=zhou, openid=openid, now=at)
    with demo_engine.database.read() as session:
        binding = find_binding(session, zhou)
        assert binding is not None
        assert (openid_of(vault, binding), binding.bound_at) == (OTHER, later)
        assert not list_bound(session, vault, PHONE)


def test_a_wechat_user_may_have_both_accounts_of_a_firm(demo_engine: Engine) -> None:
    logins = ("33000001", "33000001_cw")
    with demo_engine.database.transaction() as session:
        for minutes, login in enumerate(logins):
            bind(
                session,
                demo_engine.vault,
                account_id=account_id(session, login, "firm"),
                openid=PHONE,
                now=NOW + timedelta(minutes=minutes),
            )
    with demo_engine.database.read() as session:
        bound = list_bound(session, demo_engine.vault, PHONE)
        assert [each.login for each in bound] == list(logins)


def test_unbinding_twice_is_harmless(demo_engine: Engine, zhou: int) -> None:
    with demo_engine.database.transaction() as session:
        bind(session, demo_engine.vault, account_id=zhou, openid=PHONE, now=NOW)
    done = []
    for _ in range(2):
        with demo_engine.database.transaction() as session:
            done.append(unbind(session, zhou))
    assert done == [True, False]
    with demo_engine.database.read() as session:
        assert find_binding(session, zhou) is None


def test_who_unfollows_stays_bound_and_is_not_reached(demo_engine: Engine, zhou: int) -> None:
    vault, reached = demo_engine.vault, []
    with demo_engine.database.transaction() as session:
        bind(session, vault, account_id=zhou, openid=PHONE, now=NOW)
    for openid, is_following in ((OTHER, False), (PHONE, False), (PHONE, True)):
        with demo_engine.database.transaction() as session:
            note_following(session, vault, openid=openid, is_following=is_following)
        with demo_engine.database.read() as session:
            binding = find_binding(session, zhou)
            assert binding is not None
            reached.append(binding.is_following)
    assert reached == [True, False, True]


def test_two_phones_that_bind_at_once_leave_one_binding(demo_engine: Engine, zhou: int) -> None:
    def bind_with(openid: str) -> None:
        with demo_engine.database.transaction() as session:
            bind(session, demo_engine.vault, account_id=zhou, openid=openid, now=NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(bind_with, [PHONE, OTHER] * 4))
    with demo_engine.database.read() as session:
        assert len(session.scalars(select(Binding)).all()) == 1
