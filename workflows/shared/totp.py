"""The second step of signing in: codes of an authenticator app (TOTP, RFC 6238).

The app and the server share a secret, sealed here, and derive a code from it every half minute.
For whoever lost the app there are recovery codes: made once, shown once, kept as hashes, each
good once.
"""

import hmac
import secrets
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, UtcDateTime
from engine.engine import Engine
from engine.errors import Rejected
from engine.language import N_
from engine.vault import BY_MASTER, Vault
from workflows.shared.accounts import hash_password, is_password

ISSUER = "会籍 Huiji"
STEP = 30
DRIFT = 1
"""How many steps a telephone's clock may be before or behind ours."""

SECRET_BYTES = 20
RECOVERY_CODES = 10
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Without letters that look like others (Crockford's base 32)."""

SECRET_LETTERS = 11
"""55 bits: nobody guesses one, and people can copy it."""


class CodeRefused(Rejected):
    """The code of the second step is wrong, too old, or served before."""

    message = N_("This code is not right, or was used already. Wait for the next one.")


class AlreadySetUp(Rejected):
    """The account has a second step already."""

    message = N_("The second step is set up already.")


class SecondFactor(Base):
    """An account's shared secret. `last_step`: of the last code that was taken, never again."""

    __tablename__ = "second_factor"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary, info=BY_MASTER)
    last_step: Mapped[int] = mapped_column(BigInteger)
    set_up_at: Mapped[datetime] = mapped_column(UtcDateTime())


class RecoveryCode(Base):
    """A code for the day the app is lost; `number` stands first in it and finds it."""

    __tablename__ = "recovery_code"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(200))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


@dataclass(frozen=True)
class Proof:
    """A code that is right, if nobody else used it meanwhile: `accept` says so.

    `step` of an app's code, or `number` of a recovery code.
    """

    account_id: int
    step: int | None = None
    number: int | None = None


def find_factor(session: Session, account_id: int) -> SecondFactor | None:
    """The second factor of an account, or None."""
    return session.get(SecondFactor, account_id)


def offer_secret(vault: Vault, about: bytes) -> str:
    """A secret to set the app up with: the same one for the same sign-in, kept nowhere.

    `about`: what nobody else knows, such as the hash of a session's token.
    """
    return b32encode(vault.sign("totp", about)[:SECRET_BYTES]).decode()


def describe_secret(secret: str, *, login: str) -> str:
    """What an app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def make_code(secret: str, *, now: datetime) -> str:
    """What the app shows at a moment."""
    return pyotp.TOTP(secret).at(now)


def find_step(secret: str, typed: str, *, now: datetime, after: int = 0) -> int | None:
    """The step of a code that is right now and later than the step `after`, or None."""
    code = "".join(each for each in typed if each.isdigit())
    current = int(now.timestamp()) // STEP
    found = None
    for step in range(current - DRIFT, current + DRIFT + 1):
        # All are compared, so that the time says nothing of the clocks.
        is_right = hmac.compare_digest(pyotp.TOTP(secret).at(step * STEP).encode(), code.encode())
        if is_right and step > after and found is None:
            found = step
    return found


def set_up(
    session: Session, vault: Vault, *, account_id: int, secret: str, step: int, now: datetime
) -> None:
    """Give an account its second factor, proved by the code of a step; raises AlreadySetUp."""
    if session.get(SecondFactor, account_id, with_for_update=True) is not None:
        raise AlreadySetUp
    session.add(
        SecondFactor(
            account_id=account_id,
            secret_sealed=vault.seal_text(secret),
            last_step=step,
            set_up_at=now,
        )
    )
    session.flush()


def remove(session: Session, *, account_id: int) -> bool:
    """Take an account's second factor and its recovery codes away; False when it had none."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    query = delete(SecondFactor).where(SecondFactor.account_id == account_id)
    return session.scalar(query.returning(SecondFactor.account_id)) is not None


def check_code(engine: Engine, *, account_id: int, typed: str, now: datetime) -> Proof:
    """The proof that a code of the app, or a recovery code, is right; raises CodeRefused.

    Opens its own reading: a recovery code's hash is slow. The attempt is counted by the caller,
    before, and the proof accepted in the transaction that it is for.
    """
    with engine.database.read() as session:
        factor = find_factor(session, account_id)
        if factor is None:
            raise CodeRefused
        recovery = _find_recovery_code(session, account_id, typed)
    step = find_step(
        engine.vault.open_text(factor.secret_sealed), typed, now=now, after=factor.last_step
    )
    if step is not None:
        return Proof(account_id, step=step)
    if recovery is not None and is_password(recovery.code_hash, _clean(typed)):
        return Proof(account_id, number=recovery.number)
    raise CodeRefused


def accept(session: Session, proof: Proof, *, now: datetime) -> None:
    """Let a proof serve; raises CodeRefused for whoever comes second with the same code."""
    if proof.step is not None:
        used = session.scalar(
            update(SecondFactor)
            .where(SecondFactor.account_id == proof.account_id)
            .where(SecondFactor.last_step < proof.step)
            .values(last_step=proof.step)
            .returning(SecondFactor.account_id)
        )
    else:
        used = session.scalar(
            update(RecoveryCode)
            .where(RecoveryCode.account_id == proof.account_id)
            .where(RecoveryCode.number == proof.number, RecoveryCode.used_at.is_(None))
            .values(used_at=now)
            .returning(RecoveryCode.account_id)
        )
    if used is None:
        raise CodeRefused


def make_recovery_codes() -> list[str]:
    """Ten new codes, in groups to read; `keep_recovery_codes` takes their hashes."""
    made = []
    for number in range(RECOVERY_CODES):
        letters = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LETTERS))
        code = f"{number}{letters}"
        made.append("-".join(code[begin : begin + 4] for begin in range(0, len(code), 4)))
    return made


def hash_recovery_codes(codes: Sequence[str]) -> list[str]:
    """The codes as they are kept; slow, so outside a transaction."""
    return [hash_password(_clean(each)) for each in codes]


def keep_recovery_codes(session: Session, *, account_id: int, hashes: Sequence[str]) -> None:
    """Keep new codes in place of the old ones, which serve no more."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    session.add_all(
        RecoveryCode(account_id=account_id, number=number, code_hash=each)
        for number, each in enumerate(hashes)
    )
    session.flush()


def count_recovery_codes(session: Session, *, account_id: int) -> int:
    """How many recovery codes an account has left."""
    query = select(func.count()).where(
        RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None)
    )
    return session.scalar(query) or 0


def _find_recovery_code(session: Session, account_id: int, typed: str) -> RecoveryCode | None:
    code = _clean(typed)
    if len(code) != SECRET_LETTERS + 1 or not (code.isascii() and code[0].isdigit()):
        return None
    found = session.get(RecoveryCode, (account_id, int(code[0])))
    return found if found is not None and found.used_at is None else None


def _clean(typed: str) -> str:
    return "".join(each for each in typed.casefold() if each.isalnum())
