"""The second step of the staff's sign-in: codes, recovery codes, clocks, locks, both at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from engine.engine import Engine
from tests.workflows.conftest import NOW, PASSWORD
from workflows.shared import totp
from workflows.shared.accounts import STAFF, find_account
from workflows.shared.half_sign_ins import LIFE, end_expired_halves
from workflows.shared.second_steps import (
    Device,
    HalfSignInOver,
    find_second_step,
    pass_second_step,
    set_up_second_step,
)
from workflows.shared.security_events import list_events
from workflows.shared.sign_in import (
    HalfSignedIn,
    SignedIn,
    SignInLocked,
    end_other_sessions,
    list_sessions,
    sign_in,
)
from workflows.shared.totp import CodeRefused, RecoveryCode, SecondFactor

LOGIN, WITHOUT = "cicpa_help", "zj_review"
DEVICE = Device("192.0.2.7", "test", timedelta(hours=12))
STEP = timedelta(seconds=totp.STEP)


def enter(engine: Engine, login: str = LOGIN, *, required: bool = False) -> SignedIn | HalfSignedIn:
    """Prove the password."""
    return sign_in(
        engine,
        user_type=STAFF,
        login=login,
        password=PASSWORD,
        address="192.0.2.7",
        user_agent="test",
        length=timedelta(hours=12),
        now=NOW,
        staff_need_second_step=required,
    )


def code_of(engine: Engine, login: str = LOGIN, *, after: timedelta = timedelta()) -> str:
    """What the person's app shows."""
    with engine.database.read() as session:
        account = find_account(session, user_type=STAFF, login=login)
        factor = totp.find_factor(session, account.id)
        return totp.make_code(engine.vault.open_text(factor.secret_sealed), now=NOW + after)


def go_on(engine: Engine, token: str, typed: str, *, after: timedelta = timedelta()) -> SignedIn:
    """Take the second step."""
    return pass_second_step(engine, token, typed=typed, device=DEVICE, now=NOW + after)


def sessions_of(engine: Engine, account_id: int) -> int:
    """How often an account is signed in."""
    with engine.database.read() as session:
        return len(list_sessions(session, account_id=account_id, now=NOW))


def test_the_password_alone_opens_no_session(demo_engine: Engine) -> None:
    half = enter(demo_engine)
    assert isinstance(half, HalfSignedIn)
    assert sessions_of(demo_engine, half.account_id) == 0
    opened = go_on(demo_engine, half.token, code_of(demo_engine))
    assert sessions_of(demo_engine, half.account_id) == 1
    assert opened.account_id == half.account_id


def test_who_has_no_second_step_needs_none_unless_all_staff_do(demo_engine: Engine) -> None:
    assert isinstance(enter(demo_engine, WITHOUT), SignedIn)
    assert isinstance(enter(demo_engine, WITHOUT, required=True), HalfSignedIn)


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_may_be_one_step_off(demo_engine: Engine, steps: int) -> None:
    half = enter(demo_engine)
    assert go_on(demo_engine, half.token, code_of(demo_engine, after=steps * STEP))


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_clock_may_not_be_two_steps_off(demo_engine: Engine, steps: int) -> None:
    half = enter(demo_engine)
    with pytest.raises(CodeRefused):
        go_on(demo_engine, half.token, code_of(demo_engine, after=steps * STEP))


def test_a_code_serves_once_and_so_do_older_ones(demo_engine: Engine) -> None:
    code, before = code_of(demo_engine), code_of(demo_engine, after=-STEP)
    go_on(demo_engine, enter(demo_engine).token, code)
    half = enter(demo_engine)
    for typed in (code, before):
        with pytest.raises(CodeRefused):
            go_on(demo_engine, half.token, typed)
    assert go_on(demo_engine, half.token, code_of(demo_engine, after=STEP))


def test_of_two_who_send_one_code_at_once_one_gets_in(demo_engine: Engine) -> None:
    code = code_of(demo_engine)
    halves = [enter(demo_engine) for _ in range(4)]

    def attempt(half: HalfSignedIn) -> bool:
        try:
            go_on(demo_engine, half.token, code)
        except CodeRefused:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(attempt, halves))
    assert sum(outcomes) == 1
    assert sessions_of(demo_engine, halves[0].account_id) == 1


def test_wrong_codes_lock_however_often_the_password_is_proved(demo_engine: Engine) -> None:
    for _ in range(5):
        with pytest.raises(CodeRefused):
            go_on(demo_engine, enter(demo_engine).token, "000000")
    half = enter(demo_engine)
    with pytest.raises(SignInLocked) as locked:
        go_on(demo_engine, half.token, code_of(demo_engine))
    assert locked.value.values == {"minutes": 1}
    later = timedelta(minutes=1)
    assert go_on(demo_engine, half.token, code_of(demo_engine, after=later), after=later)


def test_a_half_open_sign_in_is_not_open_for_long(demo_engine: Engine) -> None:
    half = enter(demo_engine)
    with pytest.raises(HalfSignInOver):
        go_on(demo_engine, half.token, code_of(demo_engine, after=LIFE), after=LIFE)
    with demo_engine.database.transaction() as session:
        end_expired_halves(session, now=NOW + LIFE)
    with demo_engine.database.read() as session, pytest.raises(HalfSignInOver):
        find_second_step(session, demo_engine.vault, half.token, now=NOW)


def test_a_half_open_sign_in_opens_one_session(demo_engine: Engine) -> None:
    half = enter(demo_engine)
    go_on(demo_engine, half.token, code_of(demo_engine))
    with pytest.raises(HalfSignInOver):
        go_on(demo_engine, half.token, code_of(demo_engine, after=STEP))


def test_signing_out_everywhere_ends_what_is_half_open(demo_engine: Engine) -> None:
    half = enter(demo_engine)
    with demo_engine.database.transaction() as session:
        end_other_sessions(session, account_id=half.account_id)
    with pytest.raises(HalfSignInOver):
        go_on(demo_engine, half.token, code_of(demo_engine))


def set_up(engine: Engine) -> tuple[HalfSignedIn, list[str]]:
    """Set the app of somebody up who has none, at the first sign-in."""
    half = enter(engine, WITHOUT, required=True)
    with engine.database.read() as session:
        offered = find_second_step(session, engine.vault, half.token, now=NOW).offered
    code = pyotp.TOTP(offered).at(NOW)
    _opened, codes = set_up_second_step(engine, half.token, typed=code, device=DEVICE, now=NOW)
    return half, codes


def test_who_must_have_one_sets_it_up_before_anything_else(demo_engine: Engine) -> None:
    half = enter(demo_engine, WITHOUT, required=True)
    with pytest.raises(CodeRefused):
        set_up_second_step(demo_engine, half.token, typed="000000", device=DEVICE, now=NOW)
    assert sessions_of(demo_engine, half.account_id) == 0
    done, codes = set_up(demo_engine)
    assert sessions_of(demo_engine, done.account_id) == 1
    assert len(set(codes)) == totp.RECOVERY_CODES
    # The code that set it up serves no second time.
    again = enter(demo_engine, WITHOUT)
    with pytest.raises(CodeRefused):
        go_on(demo_engine, again.token, code_of(demo_engine, WITHOUT))


def test_an_offered_secret_is_kept_nowhere_and_differs_each_time(demo_engine: Engine) -> None:
    offers = set()
    for _ in range(2):
        half = enter(demo_engine, WITHOUT, required=True)
        with demo_engine.database.read() as session:
            step = find_second_step(session, demo_engine.vault, half.token, now=NOW)
            same = find_second_step(session, demo_engine.vault, half.token, now=NOW)
            assert session.get(SecondFactor, half.account_id) is None
        assert step.offered == same.offered
        offers.add(step.offered)
    assert len(offers) == 2


def test_a_recovery_code_serves_once_in_the_place_of_the_app(demo_engine: Engine) -> None:
    _half, codes = set_up(demo_engine)
    typed = codes[3].upper().replace("-", " ")
    again = enter(demo_engine, WITHOUT)
    opened = go_on(demo_engine, again.token, typed)
    with demo_engine.database.read() as session:
        assert totp.count_recovery_codes(session, account_id=opened.account_id) == 9
        events = list_events(session, account_id=opened.account_id, what="recovery_code_used")
        assert [each.details for each in events] == [{"left": 9}]
    with pytest.raises(CodeRefused):
        go_on(demo_engine, enter(demo_engine, WITHOUT).token, typed)


def test_codes_and_secrets_are_kept_as_hashes_and_sealed(demo_engine: Engine) -> None:
    half, codes = set_up(demo_engine)
    with demo_engine.database.read() as session:
        factor = session.get_one(SecondFactor, half.account_id)
        secret = demo_engine.vault.open_text(factor.secret_sealed)
        hashes = session.scalars(select(RecoveryCode.code_hash)).all()
    assert secret.encode() not in factor.secret_sealed
    assert all(each.startswith("$argon2id$") for each in hashes)
    assert not any(code in each for code in codes for each in hashes)


def test_new_recovery_codes_end_the_old_ones(demo_engine: Engine) -> None:
    half, old = set_up(demo_engine)
    new = totp.make_recovery_codes()
    with demo_engine.database.transaction() as session:
        hashes = totp.hash_recovery_codes(new)
        totp.keep_recovery_codes(session, account_id=half.account_id, hashes=hashes)
    with pytest.raises(CodeRefused):
        go_on(demo_engine, enter(demo_engine, WITHOUT).token, old[0])
    assert go_on(demo_engine, enter(demo_engine, WITHOUT).token, new[0])


@pytest.mark.parametrize(
    "typed", ["", "١٢٣٤٥٦", "0" * 12, "9" + "z" * 11, "²" + "a" * 11, "x" * 40]
)
def test_nonsense_is_refused(demo_engine: Engine, typed: str) -> None:
    with pytest.raises(CodeRefused):
        go_on(demo_engine, enter(demo_engine).token, typed)


def test_every_step_is_among_the_events(demo_engine: Engine) -> None:
    half = enter(demo_engine)
    with pytest.raises(CodeRefused):
        go_on(demo_engine, half.token, "000000")
    go_on(demo_engine, half.token, code_of(demo_engine))
    with demo_engine.database.read() as session:
        events = list_events(session, account_id=half.account_id)
    assert [each.what for each in events] == ["signed_in", "second_step_refused"]
    assert {each.address for each in events} == {"192.0.2.7"}
