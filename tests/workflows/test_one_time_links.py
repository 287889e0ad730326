"""One-time links: derived, signed, used once, over when they are old."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from engine.actors import SYSTEM
from engine.engine import Engine
from engine.jobs import Worker
from tests.workflows.conftest import NOW, PASSWORD
from workflows.shared.accounts import (
    Account,
    PasswordTooPlain,
    PasswordTooShort,
    find_account,
    is_password,
)
from workflows.shared.deliveries import Delivery
from workflows.shared.messages import list_messages
from workflows.shared.one_time_links import (
    KEPT,
    LinkExpired,
    LinkNotValid,
    LinkUsed,
    NowhereToSend,
    OneTimeLink,
    add_link,
    derive_link,
    derive_token,
    expire_links,
    find_live_link,
    forget_old_links,
    issue_link,
    open_link,
    set_password,
    use_link,
)
from workflows.shared.reach import find_reach
from workflows.shared.register import get_member, identity_number
from workflows.shared.security_events import list_events
from workflows.shared.sign_in import SignInLocked, SignInRefused, list_sessions, sign_in

MEMBER = "330000100001"
NEW = "a lantern over the river"
DAY = timedelta(days=1)


def account_of(engine: Engine, login: str = MEMBER) -> Account:
    with engine.database.read() as session:
        found = find_account(session, user_type="member", login=login)
        assert found is not None
        return found


def issue(engine: Engine, *, after: timedelta = timedelta(), login: str = MEMBER) -> str:
    """A new link's token."""
    account_id = account_of(engine, login).id
    with engine.database.transaction() as session:
        link = add_link(
            session,
            purpose="reset",
            channel="sms",
            account_id=account_id,
            by=SYSTEM,
            now=NOW + after,
        )
        return derive_token(engine.vault, link.id)


def enter(engine: Engine, password: str = PASSWORD) -> None:
    sign_in(
        engine,
        user_type="member",
        login=MEMBER,
        password=password,
        address="192.0.2.7",
        user_agent="test",
        length=DAY,
        now=NOW,
    )


def look(engine: Engine, token: str, *, after: timedelta = timedelta()) -> OneTimeLink:
    with engine.database.read() as session:
        return open_link(session, engine.vault, token, now=NOW + after)


def reset(engine: Engine, token: str, password: str = NEW) -> Account:
    return set_password(engine, token=token, password=password, address="192.0.2.7", now=NOW)


def test_a_link_sets_the_password_once_and_ends_every_session(demo_engine: Engine) -> None:
    enter(demo_engine)
    token = issue(demo_engine)
    reset(demo_engine, token)
    account = account_of(demo_engine)
    assert is_password(account.password_hash or "", NEW)
    assert not account.must_change_password
    with demo_engine.database.read() as session:
        assert list_sessions(session, account_id=account.id, now=NOW) == []
        (event, *_earlier) = list_events(session, account_id=account.id)
    assert (event.what, event.address) == ("password_reset", "192.0.2.7")
    with pytest.raises(LinkUsed):
        reset(demo_engine, token, "another password")
    assert is_password(account_of(demo_engine).password_hash or "", NEW)


def test_the_owner_is_told_and_earlier_failures_are_forgotten(demo_engine: Engine) -> None:
    for _ in range(6):
        with pytest.raises((SignInRefused, SignInLocked)):
            enter(demo_engine, "wrong password")
    with pytest.raises(SignInLocked):
        enter(demo_engine)
    account = reset(demo_engine, issue(demo_engine))
    enter(demo_engine, NEW)
    with demo_engine.database.read() as session:
        (message,) = list_messages(session, member_id=account.member_id, limit=1)
    assert (message.template, MEMBER in message.text) == ("password_reset", True)


def test_a_link_is_sent_to_what_is_on_file_and_noted(demo_engine: Engine) -> None:
    account = account_of(demo_engine)
    with demo_engine.database.transaction() as session:
        link = issue_link(
            session,
            demo_engine,
            account_id=account.id,
            purpose="reset",
            channel="sms",
            by=SYSTEM,
            now=NOW,
        )
        reach = find_reach(session, demo_engine.vault, account)
        delivery = session.scalars(select(Delivery).where(Delivery.link_id == link.id)).one()
        (event,) = list_events(session, account_id=account.id, what="link_issued")
        token = derive_token(demo_engine.vault, link.id)
    assert demo_engine.vault.open_text(delivery.to_sealed or b"") == reach.mobile
    assert event.details == {"link": str(link.id), "purpose": "reset", "channel": "sms"}
    assert look(demo_engine, token).id == link.id


def test_a_link_needs_something_on_file(demo_engine: Engine) -> None:
    account = account_of(demo_engine)
    with demo_engine.database.transaction() as session, pytest.raises(NowhereToSend):
        issue_link(
            session,
            demo_engine,
            account_id=account.id,
            purpose="reset",
            channel="official_account",
            by=SYSTEM,
            now=NOW,
        )


def test_the_name_and_the_identity_number_are_no_passwords(demo_engine: Engine) -> None:
    token, account = issue(demo_engine), account_of(demo_engine)
    with demo_engine.database.read() as session:
        member = get_member(session, account.member_id or 0)
        number = identity_number(demo_engine.vault, member)
    for password in (f"{member.name}{member.name}{member.name}-9z", f"{number}z", number.lower()):
        with pytest.raises(PasswordTooPlain):
            reset(demo_engine, token, password)


def test_neither_link_nor_password_is_kept_anywhere(
    demo_engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    account = account_of(demo_engine)
    with demo_engine.database.transaction() as session:
        link = issue_link(
            session,
            demo_engine,
            account_id=account.id,
            purpose="reset",
            channel="sms",
            by=SYSTEM,
            now=NOW,
        )
    Worker(demo_engine).run_due()
    token = derive_token(demo_engine.vault, link.id)
    signature = token[22:]
    with pytest.raises(PasswordTooShort):
        reset(demo_engine, token, "qwzx-7731")
    reset(demo_engine, token)
    with demo_engine.database.read() as session:
        kept = "".join(
            repr(tuple(row))
            for table in Account.metadata.sorted_tables
            for row in session.execute(select(table))
        )
    for secret in (signature, NEW, "qwzx-7731"):
        assert secret not in kept + caplog.text


def test_looking_at_a_link_uses_nothing_up(demo_engine: Engine) -> None:
    token = issue(demo_engine)
    for _ in range(3):
        assert look(demo_engine, token).used_at is None
    reset(demo_engine, token)


def test_a_link_is_over_when_it_is_old(demo_engine: Engine) -> None:
    token = issue(demo_engine, after=-DAY)
    with pytest.raises(LinkExpired):
        look(demo_engine, token)
    with pytest.raises(LinkExpired):
        reset(demo_engine, token)


def test_a_newer_link_takes_the_place_of_the_one_before(demo_engine: Engine) -> None:
    first, second = issue(demo_engine), issue(demo_engine)
    with pytest.raises(LinkExpired):
        look(demo_engine, first)
    other = issue(demo_engine, login="330000100003")
    assert look(demo_engine, second).id != look(demo_engine, other).id


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1],
        lambda token: token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1],
        lambda token: ("A" if token[0] != "A" else "B") + token[1:],
        lambda token: token + "=",
        lambda token: f" {token}",
        lambda token: token + "AAAA",
        lambda _token: "",
        lambda _token: "密码",
        lambda _token: "!" * 43,
    ],
)
def test_a_token_that_was_tampered_with_is_none(
    demo_engine: Engine, change: Callable[[str], str]
) -> None:
    token = issue(demo_engine)
    with pytest.raises(LinkNotValid) as refused:
        look(demo_engine, change(token))
    assert type(refused.value) is LinkNotValid


def test_a_signed_token_of_no_link_is_none(demo_engine: Engine) -> None:
    with pytest.raises(LinkNotValid):
        look(demo_engine, derive_token(demo_engine.vault, uuid4()))


@pytest.mark.parametrize(
    ("password", "error"), [("short", PasswordTooShort), (f"x{MEMBER}x", PasswordTooPlain)]
)
def test_a_password_that_is_refused_leaves_the_link(
    demo_engine: Engine, password: str, error: type[Exception]
) -> None:
    token = issue(demo_engine)
    with pytest.raises(error):
        reset(demo_engine, token, password)
    reset(demo_engine, token)


def test_an_account_that_was_closed_is_not_opened_by_a_link(demo_engine: Engine) -> None:
    token = issue(demo_engine)
    with demo_engine.database.transaction() as session:
        session.execute(update(Account).where(Account.login == MEMBER).values(is_active=False))
    with pytest.raises(LinkNotValid):
        reset(demo_engine, token)


def test_of_many_at_once_one_sets_the_password(demo_engine: Engine) -> None:
    token = issue(demo_engine)
    passwords = [f"password number {each}" for each in range(6)]

    def attempt(password: str) -> str | None:
        try:
            reset(demo_engine, token, password)
        except LinkUsed:
            return None
        return password

    with ThreadPoolExecutor(6) as threads:
        (won,) = filter(None, threads.map(attempt, passwords))
    assert is_password(account_of(demo_engine).password_hash or "", won)


def test_a_link_that_was_withdrawn_serves_no_more(demo_engine: Engine) -> None:
    token, account = issue(demo_engine), account_of(demo_engine)
    with demo_engine.database.transaction() as session:
        assert find_live_link(session, account_id=account.id, now=NOW) is not None
        expire_links(session, account_id=account.id, now=NOW)
        assert find_live_link(session, account_id=account.id, now=NOW) is None
        with pytest.raises(LinkExpired):
            use_link(session, demo_engine.vault, token, now=NOW)


def test_a_link_for_an_application_sets_no_password(demo_engine: Engine) -> None:
    with demo_engine.database.transaction() as session:
        link = add_link(session, purpose="receipt", channel="sms", by=SYSTEM, now=NOW)
    with pytest.raises(LinkNotValid):
        reset(demo_engine, derive_token(demo_engine.vault, link.id))


def test_old_links_are_forgotten(demo_engine: Engine) -> None:
    token = issue(demo_engine)
    with demo_engine.database.transaction() as session:
        forget_old_links(session, now=NOW + DAY + KEPT - timedelta(seconds=1))
        assert open_link(session, demo_engine.vault, token, now=NOW)
        forget_old_links(session, now=NOW + DAY + KEPT)
        session.expire_all()
        with pytest.raises(LinkNotValid):
            open_link(session, demo_engine.vault, token, now=NOW)


def test_the_address_is_short_enough_for_a_text_message(demo_engine: Engine) -> None:
    address = derive_link(demo_engine.vault, uuid4(), "https://huiji.example.cn/")
    assert address.startswith("https://huiji.example.cn/l/")
    assert len(address) <= 70
