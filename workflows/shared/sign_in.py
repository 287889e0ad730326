"""Signing in and out: attempts counted before the check, sessions kept by the server.

The answer to a wrong sign-in is the same, and takes the same time, whatever was wrong. Staff with
a second factor come half-way here; `second_steps` opens their session.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import (
    ForeignKey,
    LargeBinary,
    Select,
    String,
    bindparam,
    delete,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.actors import Actor
from engine.attempts import count_attempt, forget_attempts
from engine.database import Base, BigId, UtcDateTime
from engine.engine import Engine
from engine.errors import Rejected
from engine.language import N_
from engine.vault import Vault
from workflows.shared.accounts import (
    STAFF,
    Account,
    find_account,
    hash_password,
    is_outdated,
    is_password,
)
from workflows.shared.half_sign_ins import HalfSignIn, begin_half, end_halves
from workflows.shared.privacy import is_consent_missing
from workflows.shared.security_events import note_event
from workflows.shared.totp import find_factor

FREE_ATTEMPTS = 5
WINDOW = timedelta(hours=24)
FIRST_LOCK = timedelta(minutes=1)
LONGEST_LOCK = timedelta(hours=1)
ADDRESS_ATTEMPTS = 100
ADDRESS_WINDOW = timedelta(minutes=10)
SEEN_EVERY = timedelta(minutes=1)
"""How exactly a session's last use is noted: not at every request."""


class SignInRefused(Rejected):
    """Account, user type or password is wrong; it is never said which."""

    message = N_("The user type, account or password is wrong.")


class SignInLocked(Rejected):
    """Too many failures: the next attempt counts only after a while."""

    message = N_("Too many attempts. Please try again in %(minutes)s minutes.")


class WebSession(Base):
    """Somebody who is signed in on one device. `token_hash`: SHA-256 of the cookie's token.

    `confirmed_at`: when this person last proved on this device who it is. `must_consent`: the
    privacy notice is to be agreed to before anything else.
    """

    __tablename__ = "web_session"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    csrf_secret: Mapped[bytes] = mapped_column(LargeBinary(32))
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    address: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    must_consent: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class SignInLock(Base):
    """Until when attempts on what was typed are refused; kept for unknown accounts too."""

    __tablename__ = "sign_in_lock"

    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    until_at: Mapped[datetime] = mapped_column(UtcDateTime())


@dataclass(frozen=True)
class SignedIn:
    """A new session; `token` is for the cookie and kept nowhere."""

    token: str
    session_id: int
    account_id: int
    must_change_password: bool


@dataclass(frozen=True)
class HalfSignedIn:
    """The password was right, and no session is open: the second step is to come."""

    token: str
    account_id: int


def sign_in(
    engine: Engine,
    *,
    user_type: str,
    login: str,
    password: str,
    address: str,
    user_agent: str,
    length: timedelta,
    now: datetime,
    staff_need_second_step: bool = False,
) -> SignedIn | HalfSignedIn:
    """Open a session, or half of one; raises SignInRefused or SignInLocked.

    Opens its own transactions: no password is hashed while one is open. `staff_need_second_step`:
    also those who have none set up yet.
    """
    typed = {"user_type": user_type, "login": login}
    try:
        account = prove_owner(engine, **typed, password=password, address=address, now=now)
    except SignInRefused:
        note_failure(engine, "sign_in_refused", **typed, address=address, now=now)
        raise
    except SignInLocked:
        note_failure(engine, "sign_in_locked", **typed, address=address, now=now)
        raise
    known = account.password_hash
    renewed = hash_password(password) if known is not None and is_outdated(known) else known
    with engine.database.transaction() as session:
        # Whoever changed the password meanwhile ended every session: this one is not opened.
        query = update(Account).where(Account.id == account.id, Account.password_hash == known)
        is_known = query.values(password_hash=renewed).returning(Account.id)
        if session.scalar(is_known) is None:
            raise SignInRefused
        forget_failures(session, engine.vault, **typed)
        if account.user_type == STAFF and (
            staff_need_second_step or find_factor(session, account.id) is not None
        ):
            return HalfSignedIn(begin_half(session, account_id=account.id, now=now), account.id)
        return open_session(
            session,
            account=account,
            address=address,
            user_agent=user_agent,
            length=length,
            now=now,
        )


def open_session(
    session: Session,
    *,
    account: Account,
    address: str,
    user_agent: str,
    length: timedelta,
    now: datetime,
) -> SignedIn:
    """Open a session for whoever has proved everything that is asked for."""
    token = secrets.token_urlsafe(32)
    opened = WebSession(
        token_hash=_hash(token),
        account_id=account.id,
        csrf_secret=secrets.token_bytes(32),
        user_agent=user_agent[:300],
        address=address[:60],
        created_at=now,
        seen_at=now,
        expires_at=now + length,
        confirmed_at=now,
        must_consent=is_consent_missing(session, account),
    )
    session.add(opened)
    session.execute(update(Account).where(Account.id == account.id).values(last_sign_in_at=now))
    note_event(
        session,
        what="signed_in",
        account_id=account.id,
        actor=account.actor,
        address=address,
        now=now,
    )
    return SignedIn(token, opened.id, account.id, account.must_change_password)


def note_failure(
    engine: Engine, what: str, *, user_type: str, login: str, address: str, now: datetime
) -> None:
    """Note a sign-in that failed, at the account if there is one; the same work if not."""
    typed = engine.vault.lookup(_typed(user_type, login)).hex()[:16]
    with engine.database.transaction() as session:
        account = find_account(session, user_type=user_type, login=login)
        note_event(
            session,
            what=what,
            account_id=account.id if account is not None else None,
            actor=Actor("visitor"),
            address=address,
            details={"typed": typed},
            now=now,
        )


def prove_owner(
    engine: Engine, *, user_type: str, login: str, password: str, address: str, now: datetime
) -> Account:
    """The account whose password this is; raises SignInRefused or SignInLocked.

    The attempt is counted, in a transaction of its own, before anything is checked. Whoever
    accepts the proof calls `forget_failures` in the transaction that it was for.
    """
    _count(engine, _key(engine.vault, user_type, login), address=address, now=now)
    with engine.database.read() as session:
        account = find_account(session, user_type=user_type, login=login)
    known = account.password_hash if account is not None and account.is_active else None
    is_right = is_password(known or _nobodys_hash(), password)
    if account is None or known is None or not is_right:
        raise SignInRefused
    return account


def forget_failures(session: Session, vault: Vault, *, user_type: str, login: str) -> None:
    """Count attempts from the beginning again: the owner has proved himself."""
    forget_tries(session, _key(vault, user_type, login))


def forget_tries(session: Session, key: str) -> None:
    """Count the tries of a key from the beginning again."""
    forget_attempts(session, key)
    session.execute(delete(SignInLock).where(SignInLock.key == key))


def find_session(
    session: Session, token: str, *, idle: timedelta, now: datetime
) -> tuple[WebSession, Account] | None:
    """The live session of a cookie's token with its account, or None."""
    row = session.execute(_live_session(), {"token_hash": _hash(token)}).one_or_none()
    if row is None:
        return None
    found, account = row
    is_over = found.expires_at <= now or found.seen_at + idle <= now
    return None if is_over else (found, account)


@cache
def _live_session() -> Select[WebSession, Account]:
    """The query of `find_session`, made once: every request asks it."""
    return (
        select(WebSession, Account)
        .join(Account, Account.id == WebSession.account_id)
        .where(WebSession.token_hash == bindparam("token_hash"), Account.is_active)
    )


def is_to_be_noted(found: WebSession, *, now: datetime) -> bool:
    """Whether a session's last use is old enough to be written again."""
    return found.seen_at + SEEN_EVERY <= now


def note_use(session: Session, *, session_id: int, now: datetime) -> None:
    """Write that a session was used, unless another request just did."""
    query = update(WebSession).where(
        WebSession.id == session_id, WebSession.seen_at <= now - SEEN_EVERY
    )
    session.execute(query.values(seen_at=now))


def get_token_hash(session: Session, session_id: int) -> bytes:
    """What only this session has: the hash of its token, new whenever its person is asked."""
    return session.get_one(WebSession, session_id).token_hash


def renew_session(session: Session, *, session_id: int, now: datetime) -> str:
    """Give a session a new token, because its person has proved himself again."""
    token = secrets.token_urlsafe(32)
    query = update(WebSession).where(WebSession.id == session_id)
    session.execute(query.values(token_hash=_hash(token), confirmed_at=now))
    return token


def list_sessions(session: Session, *, account_id: int, now: datetime) -> Sequence[WebSession]:
    """Where an account is signed in, the last used first."""
    return session.scalars(
        select(WebSession)
        .where(WebSession.account_id == account_id, WebSession.expires_at > now)
        .order_by(WebSession.seen_at.desc())
    ).all()


def end_session(session: Session, *, session_id: int, account_id: int) -> None:
    """Sign an account out on one device; another account's session stays."""
    session.execute(
        delete(WebSession).where(WebSession.id == session_id, WebSession.account_id == account_id)
    )


def end_other_sessions(session: Session, *, account_id: int, keep_id: int | None = None) -> None:
    """Sign an account out everywhere, but for one session if it is named."""
    end_halves(session, account_id=account_id)
    query = delete(WebSession).where(WebSession.account_id == account_id)
    if keep_id is not None:
        query = query.where(WebSession.id != keep_id)
    session.execute(query)


def end_sessions_of(session: Session, *, account_id: int | None) -> None:
    """Sign an account out everywhere; None: everybody."""
    if account_id is not None:
        end_other_sessions(session, account_id=account_id)
        return
    session.execute(delete(HalfSignIn))
    session.execute(delete(WebSession))


def end_expired_sessions(session: Session, *, now: datetime) -> None:
    """Remove sessions that are over."""
    session.execute(delete(WebSession).where(WebSession.expires_at <= now))


def forget_old_locks(session: Session, *, now: datetime) -> None:
    """Remove locks that nobody is kept out by any more."""
    session.execute(delete(SignInLock).where(SignInLock.until_at <= now))


def _count(engine: Engine, key: str, *, address: str, now: datetime) -> None:
    """Count the attempt in a transaction of its own; raises SignInLocked."""
    from_address = count_attempt(
        engine.database, f"sign-in-address:{address}"[:160], window=ADDRESS_WINDOW, now=now
    )
    if from_address > ADDRESS_ATTEMPTS:
        raise SignInLocked(minutes=_minutes(ADDRESS_WINDOW))
    count_try(engine, key, now=now)


def count_try(engine: Engine, key: str, *, now: datetime) -> None:
    """Count one try at a secret, in a transaction of its own; raises SignInLocked.

    Beyond the free ones each failure locks for longer than the one before.
    """
    with engine.database.read() as session:
        until = session.scalar(select(SignInLock.until_at).where(SignInLock.key == key))
    if until is not None and until > now:
        raise SignInLocked(minutes=_minutes(until - now))
    count = count_attempt(engine.database, key, window=WINDOW, now=now)
    if count >= FREE_ATTEMPTS and not _lock(engine, key, count, now=now):
        # Of many at once the one that locks is still looked at; every other one has to wait.
        raise SignInLocked(minutes=_minutes(FIRST_LOCK))


def _lock(engine: Engine, key: str, count: int, *, now: datetime) -> bool:
    """Lock a key after its next try; False when another try did so meanwhile."""
    lock = min(FIRST_LOCK * 2 ** min(count - FREE_ATTEMPTS, 10), LONGEST_LOCK)
    insert = sqlite.insert if engine.database.is_sqlite else postgresql.insert
    statement = insert(SignInLock).values(key=key, until_at=now + lock)
    statement = statement.on_conflict_do_update(
        index_elements=[SignInLock.key],
        set_={"until_at": statement.excluded.until_at},
        where=SignInLock.until_at <= now,
    )
    with engine.database.transaction() as session:
        return session.scalar(statement.returning(SignInLock.key)) is not None


def _key(vault: Vault, user_type: str, login: str) -> str:
    return "sign-in:" + vault.lookup(_typed(user_type, login)).hex()


def _typed(user_type: str, login: str) -> str:
    return f"{user_type}:{login.strip().casefold()}"


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _minutes(wait: timedelta) -> int:
    return max(1, -int(-wait.total_seconds() // 60))


@cache
def _nobodys_hash() -> str:
    """What a password is compared with where there is no account: as slow, never right."""
    return hash_password(secrets.token_urlsafe(32))
