"""One-time codes, as whoever guesses, waits or has no account meets them."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from engine.engine import Engine
from tests.workflows.conftest import NOW
from workflows.shared.accounts import Account
from workflows.shared.codes import (
    CodeResult,
    CodeTooSoon,
    IssuedCode,
    OneTimeCode,
    TooManyCodes,
    derive_code,
    forget_old_codes,
    issue_code,
    try_code,
)
from workflows.shared.deliveries import Delivery

OWNER = "reset:0192"
LATER = timedelta(seconds=61)


@pytest.fixture
def account_id(engine: Engine) -> int:
    """An account that codes are for."""
    with engine.database.transaction() as session:
        account = Account(user_type="member", login="330000100001", name="张三", created_at=NOW)
        session.add(account)
        session.flush()
        return account.id


def issue(
    engine: Engine,
    account_id: int | None,
    *,
    owner: str = OWNER,
    typed: str = "individual:330000100001",
    now: datetime = NOW,
) -> IssuedCode:
    """Have a code sent by text message; without an account to nobody."""
    to = "13800138000" if account_id is not None else ""
    return issue_code(
        engine,
        purpose="reset",
        owner=owner,
        account_id=account_id,
        channel="sms",
        to=to,
        limit_on=typed,
        now=now,
    )


def sent(engine: Engine, owner: str = OWNER) -> str:
    """The digits that the owner's code has."""
    with engine.database.read() as session:
        key = session.scalars(select(OneTimeCode.id).where(OneTimeCode.owner == owner)).one()
    return derive_code(engine.vault, key)


def wrong(engine: Engine, owner: str = OWNER) -> str:
    """Six digits that are not the code's."""
    return f"{(int(sent(engine, owner)) + 1) % 1_000_000:06}"


def test_the_right_code_serves_once(engine: Engine, account_id: int) -> None:
    issued = issue(engine, account_id)
    assert issued.to_masked == "138****8000"
    assert issued.expires_at - NOW == timedelta(minutes=5)
    assert try_code(engine, owner=OWNER, typed=sent(engine), now=NOW) == "right"
    assert try_code(engine, owner=OWNER, typed=sent(engine), now=NOW) == "wrong"


def test_a_code_may_be_typed_in_wide_digits_with_spaces(engine: Engine, account_id: int) -> None:
    issue(engine, account_id)
    code = sent(engine)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert try_code(engine, owner=OWNER, typed=f" {wide[:3]} {wide[3:]}\n", now=NOW) == "right"


def test_a_code_is_wrong_once_it_expired(engine: Engine, account_id: int) -> None:
    expires_at = issue(engine, account_id).expires_at
    assert try_code(engine, owner=OWNER, typed=sent(engine), now=expires_at) == "wrong"


def test_the_fifth_wrong_code_is_the_last_one(engine: Engine, account_id: int) -> None:
    issue(engine, account_id)
    results = [try_code(engine, owner=OWNER, typed=wrong(engine), now=NOW) for _ in range(5)]
    assert results == ["wrong"] * 4 + ["used_up"]
    assert try_code(engine, owner=OWNER, typed=sent(engine), now=NOW) == "used_up"


def test_the_fifth_guess_may_be_right(engine: Engine, account_id: int) -> None:
    issue(engine, account_id)
    for _ in range(4):
        try_code(engine, owner=OWNER, typed=wrong(engine), now=NOW)
    assert try_code(engine, owner=OWNER, typed=sent(engine), now=NOW) == "right"


def test_a_new_code_does_not_bring_new_guesses(engine: Engine, account_id: int) -> None:
    issue(engine, account_id)
    before = sent(engine)
    for _ in range(3):
        try_code(engine, owner=OWNER, typed=wrong(engine), now=NOW)
    issue(engine, account_id, now=NOW + LATER)
    assert try_code(engine, owner=OWNER, typed=before, now=NOW + LATER) == "wrong"
    assert try_code(engine, owner=OWNER, typed=before, now=NOW + LATER) == "used_up"
    with pytest.raises(TooManyCodes):
        issue(engine, account_id, now=NOW + 2 * LATER)
    issue(engine, account_id, now=NOW + timedelta(days=1) + 2 * LATER)
    tomorrow = NOW + timedelta(days=1) + 2 * LATER
    assert try_code(engine, owner=OWNER, typed=sent(engine), now=tomorrow) == "right"


def test_a_used_code_does_not_count_against_the_next(engine: Engine, account_id: int) -> None:
    issue(engine, account_id)
    for _ in range(4):
        try_code(engine, owner=OWNER, typed=wrong(engine), now=NOW)
    try_code(engine, owner=OWNER, typed=sent(engine), now=NOW)
    issue(engine, account_id, now=NOW + LATER)
    assert try_code(engine, owner=OWNER, typed=wrong(engine), now=NOW + LATER) == "wrong"


@pytest.mark.parametrize("typed", ["", "abcdef", "١٢٣٤٥٦", "0" * 5000, "12345\x00", "😀"])
def test_whatever_is_typed_is_only_wrong(engine: Engine, account_id: int, typed: str) -> None:
    issue(engine, account_id)
    assert try_code(engine, owner=OWNER, typed=typed, now=NOW) == "wrong"


def test_nobodys_code_is_wrong(engine: Engine) -> None:
    assert try_code(engine, owner="reset:none", typed="123456", now=NOW) == "wrong"


@pytest.mark.parametrize("is_known", [True, False])
def test_limits_are_the_same_for_accounts_that_do_not_exist(
    engine: Engine, account_id: int, is_known: bool
) -> None:
    wanted = account_id if is_known else None
    issue(engine, wanted)
    with pytest.raises(CodeTooSoon) as refused:
        issue(engine, wanted, owner="reset:other", now=NOW + timedelta(seconds=18.5))
    assert refused.value.seconds == 42
    for sending in range(1, 5):
        issue(engine, wanted, owner=f"reset:{sending}", now=NOW + sending * LATER)
    with pytest.raises(TooManyCodes):
        issue(engine, wanted, now=NOW + 5 * LATER)
    issue(engine, wanted, owner="reset:tomorrow", now=NOW + timedelta(days=1, seconds=1))


def test_the_limit_is_on_what_was_typed_however_it_was_typed(
    engine: Engine, account_id: int
) -> None:
    issue(engine, account_id, typed="individual:abc1")
    with pytest.raises(CodeTooSoon):
        issue(engine, account_id, owner="reset:b", typed="individual: ＡBC1")
    issue(engine, account_id, owner="reset:c", typed="individual:abc2")


def test_no_code_is_right_for_an_account_that_does_not_exist(engine: Engine) -> None:
    issue(engine, None)
    guesses = [sent(engine)] + [wrong(engine)] * 5
    results = [try_code(engine, owner=OWNER, typed=guess, now=NOW) for guess in guesses]
    assert results == ["wrong"] * 4 + ["used_up"] * 2


def test_what_is_written_for_nobody_looks_like_what_is_written_for_somebody(
    engine: Engine, account_id: int
) -> None:
    issue(engine, account_id, owner="reset:known", typed="a")
    issue(engine, None, owner="reset:unknown", typed="b")
    with engine.database.read() as session:
        known, unknown = session.scalars(select(Delivery).order_by(Delivery.created_at)).all()
    assert (known.state, unknown.state) == ("due", "due")
    assert (known.to_sealed is None, unknown.to_sealed is None) == (False, False)
    assert (known.account_id, unknown.account_id) == (account_id, None)


def test_of_many_guesses_at_once_five_are_looked_at(engine: Engine, account_id: int) -> None:
    issue(engine, account_id)
    code = sent(engine)
    guesses = [f"{number:06}" for number in range(0, 10**6, 5000) if f"{number:06}" != code]
    with ThreadPoolExecutor(20) as threads:
        results = Counter(threads.map(lambda each: _try(engine, each), guesses))
    # The fifth says that it was the last; whoever came later was not looked at.
    assert results == {"wrong": 4, "used_up": len(guesses) - 4}
    assert _try(engine, code) == "used_up"


def test_of_many_who_type_the_right_code_at_once_one_gets_in(
    engine: Engine, account_id: int
) -> None:
    issue(engine, account_id)
    code = sent(engine)
    with ThreadPoolExecutor(20) as threads:
        results = Counter(threads.map(lambda _: _try(engine, code), range(60)))
    assert results["right"] == 1


def test_of_many_who_ask_at_once_one_is_sent_a_code(engine: Engine, account_id: int) -> None:
    def ask(number: int) -> str:
        try:
            issue(engine, account_id, owner=f"reset:{number % 3}")
        except CodeTooSoon:
            return "too soon"
        return "sent"

    with ThreadPoolExecutor(12) as threads:
        results = Counter(threads.map(ask, range(36)))
    assert results == {"sent": 1, "too soon": 35}


def test_nothing_kept_tells_the_code(engine: Engine, account_id: int) -> None:
    issue(engine, account_id)
    with engine.database.read() as session:
        code = session.scalars(select(OneTimeCode)).one()
        delivery = session.scalars(select(Delivery)).one()
    kept = repr({**vars(code), **vars(delivery)})
    assert sent(engine) not in kept
    assert "13800138000" not in kept


def test_codes_are_forgotten_when_their_day_is_over(engine: Engine, account_id: int) -> None:
    expires_at = issue(engine, account_id).expires_at
    with engine.database.transaction() as session:
        forget_old_codes(session, now=expires_at + timedelta(hours=23))
    assert sent(engine)
    with engine.database.transaction() as session:
        forget_old_codes(session, now=expires_at + timedelta(hours=24))
    with engine.database.read() as session:
        assert session.scalars(select(OneTimeCode)).all() == []


def _try(engine: Engine, typed: str) -> CodeResult:
    return try_code(engine, owner=OWNER, typed=typed, now=NOW)
