"""The second step of a sign-in that is half open: a code, or setting the codes up first.

Tries are counted before a code is looked at, and lock like those of passwords.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.errors import HuijiError
from engine.language import N_
from engine.vault import Vault
from workflows.shared import totp
from workflows.shared.accounts import Account, get_account
from workflows.shared.half_sign_ins import HalfSignIn, end_half, find_half
from workflows.shared.security_events import note_event
from workflows.shared.sign_in import SignedIn, SignInLocked, count_try, forget_tries, open_session


class HalfSignInOver(HuijiError):
    """The half-open sign-in is too old, done, or none of ours: begin again."""

    message = N_("Please sign in again: the second step took too long.")


@dataclass(frozen=True)
class SecondStep:
    """What the page of the second step shows. `offered`: a secret to set up, where none is."""

    login: str
    offered: str = ""


@dataclass(frozen=True)
class Device:
    """Where a session is opened, and for how long."""

    address: str
    user_agent: str
    length: timedelta


def find_second_step(session: Session, vault: Vault, token: str, *, now: datetime) -> SecondStep:
    """The second step of a half-open sign-in; raises HalfSignInOver."""
    half, account = _get_half(session, token, now=now)
    if totp.find_factor(session, account.id) is not None:
        return SecondStep(account.login)
    return SecondStep(account.login, offered=totp.offer_secret(vault, half.token_hash))


def pass_second_step(
    engine: Engine, token: str, *, typed: str, device: Device, now: datetime
) -> SignedIn:
    """Open the session; raises HalfSignInOver, CodeRefused, SignInLocked.

    A session opens for one who has the app or a recovery code, and once for each half.
    """
    with engine.database.read() as session:
        half, account = _get_half(session, token, now=now)
    proof = prove_second_step(engine, account, typed=typed, address=device.address, now=now)
    with engine.database.transaction() as session:
        _end_half(session, half)
        accept_second_step(session, proof, account, address=device.address, now=now)
        return _open_session(session, account, device=device, now=now)


def set_up_second_step(
    engine: Engine, token: str, *, typed: str, device: Device, now: datetime
) -> tuple[SignedIn, list[str]]:
    """Set the codes up and open the session; answers it with the recovery codes, said once.

    Raises HalfSignInOver, CodeRefused, SignInLocked, AlreadySetUp.
    """
    with engine.database.read() as session:
        half, account = _get_half(session, token, now=now)
    secret = totp.offer_secret(engine.vault, half.token_hash)
    step = prove_offer(engine, account, secret=secret, typed=typed, now=now)
    codes = totp.make_recovery_codes()
    hashes = totp.hash_recovery_codes(codes)
    with engine.database.transaction() as session:
        _end_half(session, half)
        keep_factor(
            session,
            engine.vault,
            account=account,
            secret=secret,
            step=step,
            hashes=hashes,
            address=device.address,
            now=now,
        )
        return _open_session(session, account, device=device, now=now), codes


def prove_second_step(
    engine: Engine, account: Account, *, typed: str, address: str, now: datetime
) -> totp.Proof:
    """The proof that somebody has the account's second factor; raises CodeRefused, SignInLocked."""
    try:
        count_try(engine, _key(account.id), now=now)
        return totp.check_code(engine, account_id=account.id, typed=typed, now=now)
    except (totp.CodeRefused, SignInLocked):
        with engine.database.transaction() as session:
            note_event(
                session,
                what="second_step_refused",
                account_id=account.id,
                actor=account.actor,
                address=address,
                now=now,
            )
        raise


def accept_second_step(
    session: Session, proof: totp.Proof, account: Account, *, address: str, now: datetime
) -> None:
    """Let the proof serve, and forget earlier failures; raises CodeRefused."""
    totp.accept(session, proof, now=now)
    forget_tries(session, _key(account.id))
    if proof.number is not None:
        note_event(
            session,
            what="recovery_code_used",
            account_id=account.id,
            actor=account.actor,
            address=address,
            details={"left": totp.count_recovery_codes(session, account_id=account.id)},
            now=now,
        )


def prove_offer(engine: Engine, account: Account, *, secret: str, typed: str, now: datetime) -> int:
    """The step of the first code of a new secret; raises CodeRefused, SignInLocked."""
    count_try(engine, _key(account.id), now=now)
    step = totp.find_step(secret, typed, now=now)
    if step is None:
        raise totp.CodeRefused
    return step


def keep_factor(
    session: Session,
    vault: Vault,
    *,
    account: Account,
    secret: str,
    step: int,
    hashes: list[str],
    address: str,
    now: datetime,
) -> None:
    """Give an account its second step and recovery codes; raises AlreadySetUp."""
    # Two at once wait for each other here: there is no row yet to wait for.
    get_account(session, account.id, for_update=True)
    totp.set_up(session, vault, account_id=account.id, secret=secret, step=step, now=now)
    totp.keep_recovery_codes(session, account_id=account.id, hashes=hashes)
    forget_tries(session, _key(account.id))
    note_event(
        session,
        what="second_step_set_up",
        account_id=account.id,
        actor=account.actor,
        address=address,
        now=now,
    )


def _get_half(session: Session, token: str, *, now: datetime) -> tuple[HalfSignIn, Account]:
    found = find_half(session, token, now=now)
    if found is None:
        raise HalfSignInOver
    return found


def _end_half(session: Session, half: HalfSignIn) -> None:
    if not end_half(session, half.id):
        raise HalfSignInOver


def _open_session(session: Session, account: Account, *, device: Device, now: datetime) -> SignedIn:
    return open_session(
        session,
        account=account,
        address=device.address,
        user_agent=device.user_agent,
        length=device.length,
        now=now,
    )


def _key(account_id: int) -> str:
    return f"second-step:{account_id}"
