from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import thread_time

import pytest

from engine.engine import Engine
from tests.workflows.conftest import NOW, PASSWORD
from workflows.shared.accounts import (
    Account,
    PasswordHasChanged,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooPlain,
    PasswordTooShort,
    change_password,
    check_new_password,
    find_account,
    hash_password,
)
from workflows.shared.sign_in import (
    SignedIn,
    SignInLocked,
    SignInRefused,
    end_other_sessions,
    end_session,
    end_sessions_of,
    find_session,
    list_sessions,
    note_use,
    sign_in,
)

MEMBER = "330000100001"
IDLE = timedelta(hours=2)


def enter(
    engine: Engine,
    *,
    login: str = MEMBER,
    password: str = PASSWORD,
    user_type: str = "member",
    after: timedelta = timedelta(),
) -> SignedIn:
    """Sign in from the test's own address."""
    return sign_in(
        engine,
        user_type=user_type,
        login=login,
        password=password,
        address="192.0.2.7",
        user_agent="test",
        length=timedelta(hours=12),
        now=NOW + after,
    )


def test_the_right_password_opens_a_session(demo_engine: Engine) -> None:
    opened = enter(demo_engine)
    with demo_engine.database.read() as session:
        found = find_session(session, opened.token, idle=IDLE, now=NOW)
        assert found is not None
        web_session, account = found
        assert (account.login, web_session.id) == (MEMBER, opened.session_id)
        assert opened.token.encode() not in web_session.token_hash
        assert find_session(session, "another", idle=IDLE, now=NOW) is None


@pytest.mark.parametrize("after", [timedelta(hours=2), timedelta(hours=12)])
def test_a_session_ends_when_it_was_not_used_or_is_old(
    demo_engine: Engine, after: timedelta
) -> None:
    opened = enter(demo_engine)
    with demo_engine.database.read() as session:
        assert find_session(session, opened.token, idle=IDLE, now=NOW + after) is None


@pytest.mark.parametrize(
    ("user_type", "login", "password"),
    [
        ("member", MEMBER, "wrong password"),
        ("member", "000000000000", PASSWORD),
        ("staff", MEMBER, PASSWORD),
    ],
)
def test_the_answer_is_the_same_whatever_was_wrong(
    demo_engine: Engine, user_type: str, login: str, password: str
) -> None:
    with pytest.raises(SignInRefused) as refused:
        enter(demo_engine, user_type=user_type, login=login, password=password)
    assert str(refused.value) == "The user type, account or password is wrong."


def test_an_unknown_account_takes_as_long_as_a_known_one(demo_engine: Engine) -> None:
    def took(login: str) -> float:
        # The processor's time: what else the machine does is not counted.
        started = thread_time()
        with pytest.raises(SignInRefused):
            enter(demo_engine, login=login, password="wrong password")
        return thread_time() - started

    took(MEMBER)
    known, unknown = (min(took(each) for _try in range(4)) for each in (MEMBER, "9" * 12))
    # Hashing takes tens of milliseconds, looking up less than one.
    assert unknown > known / 2


@pytest.mark.parametrize("login", [MEMBER, "000000000000"])
def test_failures_lock_longer_and_longer_whether_the_account_exists_or_not(
    demo_engine: Engine, login: str
) -> None:
    for _ in range(5):
        with pytest.raises(SignInRefused):
            enter(demo_engine, login=login, password="wrong password")
    with pytest.raises(SignInLocked) as locked:
        enter(demo_engine, login=login)
    assert locked.value.values == {"minutes": 1}
    later = timedelta(minutes=1)
    with pytest.raises(SignInRefused):
        enter(demo_engine, login=login, password="wrong password", after=later)
    with pytest.raises(SignInLocked) as locked:
        enter(demo_engine, login=login, after=later)
    assert locked.value.values == {"minutes": 2}


@pytest.mark.parametrize("login", [MEMBER, "000000000000"])
def test_of_many_guesses_at_once_five_are_looked_at_and_one_after_each_lock(
    demo_engine: Engine, login: str
) -> None:
    def guess(number: int, *, after: timedelta = timedelta()) -> type[Exception]:
        try:
            enter(demo_engine, login=login, password=f"guess number {number}", after=after)
        except (SignInRefused, SignInLocked) as error:
            return type(error)
        raise AssertionError("no guess is right")

    with ThreadPoolExecutor(20) as threads:
        at_first = Counter(threads.map(guess, range(60)))
        later = timedelta(hours=1)
        after = Counter(threads.map(lambda each: guess(each, after=later), range(30)))
    assert at_first == {SignInRefused: 5, SignInLocked: 55}
    assert after == {SignInRefused: 1, SignInLocked: 29}


def test_a_success_forgets_the_failures(demo_engine: Engine) -> None:
    for _ in range(4):
        with pytest.raises(SignInRefused):
            enter(demo_engine, password="wrong password")
    enter(demo_engine)
    for _ in range(4):
        with pytest.raises(SignInRefused):
            enter(demo_engine, password="wrong password")
    enter(demo_engine)


def test_of_two_requests_at_once_one_notes_the_use(demo_engine: Engine) -> None:
    opened = enter(demo_engine)
    for after in (timedelta(minutes=1), timedelta(minutes=1, seconds=30)):
        with demo_engine.database.transaction() as session:
            note_use(session, session_id=opened.session_id, now=NOW + after)
    with demo_engine.database.read() as session:
        (row,) = list_sessions(session, account_id=opened.account_id, now=NOW)
    assert row.seen_at == NOW + timedelta(minutes=1)


def test_sessions_are_listed_and_ended(demo_engine: Engine) -> None:
    here, there, elsewhere = enter(demo_engine), enter(demo_engine), enter(demo_engine)
    other = enter(demo_engine, user_type="staff", login="zj_review")
    with demo_engine.database.transaction() as session:
        end_session(session, session_id=other.session_id, account_id=here.account_id)
        end_session(session, session_id=there.session_id, account_id=here.account_id)
        left = list_sessions(session, account_id=here.account_id, now=NOW)
        assert {each.id for each in left} == {here.session_id, elsewhere.session_id}
        end_other_sessions(session, account_id=here.account_id, keep_id=here.session_id)
        left = list_sessions(session, account_id=here.account_id, now=NOW)
        assert [each.id for each in left] == [here.session_id]
        assert len(list_sessions(session, account_id=other.account_id, now=NOW)) == 1


def test_an_administrator_signs_one_or_everybody_out(demo_engine: Engine) -> None:
    here, there = enter(demo_engine), enter(demo_engine, user_type="staff", login="zj_review")
    with demo_engine.database.transaction() as session:
        end_sessions_of(session, account_id=here.account_id)
        assert list_sessions(session, account_id=here.account_id, now=NOW) == []
        assert len(list_sessions(session, account_id=there.account_id, now=NOW)) == 1
        end_sessions_of(session, account_id=None)
        assert list_sessions(session, account_id=there.account_id, now=NOW) == []


OWN = Account(user_type="member", login=MEMBER, name="欧阳晓燕")
"""Made up: the rules ask nothing of the database, so they serve decoys too."""


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("short", PasswordTooShort),
        ("九个字的密码不够长", PasswordTooShort),
        ("long enough " * 20, PasswordTooLong),
        (f"x{MEMBER}x", PasswordTooPlain),
        ("我是欧阳晓燕没有别人了", PasswordTooPlain),
        ("my 11010119900307123x it is", PasswordTooPlain),
        ("1101011990", PasswordTooPlain),
        ("aaaaaaaaaaaa", PasswordTooCommon),
        ("1234567890", PasswordTooCommon),
        ("１２３４５６７８９０", PasswordTooCommon),
        ("Passw0rd2022", PasswordTooCommon),
        ("kuaijishi123", PasswordTooCommon),
    ],
)
def test_a_new_password_is_neither_short_nor_common_nor_ones_own(
    password: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        check_new_password(password, account=OWN, identity_number="11010119900307123X")


@pytest.mark.parametrize(
    "password", ["another horse battery", "雨天总想喝一碗热汤面", "orchid ü Lamp 7"]
)
def test_a_long_password_of_any_characters_is_one(password: str) -> None:
    check_new_password(password, account=OWN, identity_number="11010119900307123X")


def test_a_password_is_changed_by_whoever_was_first(demo_engine: Engine) -> None:
    with demo_engine.database.transaction() as session:
        account = find_account(session, user_type="member", login=MEMBER)
        assert account is not None
        first, second = map(hash_password, ("another horse battery", "one more horse battery"))
        known = account.password_hash
        change_password(session, account_id=account.id, known=known, hashed=first)
        with pytest.raises(PasswordHasChanged):
            change_password(session, account_id=account.id, known=known, hashed=second)
    with pytest.raises(SignInRefused):
        enter(demo_engine)
    enter(demo_engine, password="another horse battery")
