"""Half-open sign-ins: the password was right and the second step is still to come.

Such a sign-in is no session: it opens nothing but the page of the second step, and not for long.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, LargeBinary, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, BigId, UtcDateTime
from workflows.shared.accounts import Account

LIFE = timedelta(minutes=15)


class HalfSignIn(Base):
    """Somebody who proved his password on one device. `token_hash`: of the cookie's token."""

    __tablename__ = "half_sign_in"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)


def begin_half(session: Session, *, account_id: int, now: datetime) -> str:
    """Keep that the password was right; answers the token for the browser, kept nowhere."""
    token = secrets.token_urlsafe(32)
    session.add(
        HalfSignIn(
            token_hash=_hash(token),
            account_id=account_id,
            expires_at=now + LIFE,
        )
    )
    session.flush()
    return token


def find_half(session: Session, token: str, *, now: datetime) -> tuple[HalfSignIn, Account] | None:
    """The half-open sign-in of a token with its account, or None."""
    row = session.execute(
        select(HalfSignIn, Account)
        .join(Account, Account.id == HalfSignIn.account_id)
        .where(
            HalfSignIn.token_hash == _hash(token),
            HalfSignIn.expires_at > now,
            Account.is_active,
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def end_halves(session: Session, *, account_id: int) -> None:
    """End an account's half-open sign-ins, on every device."""
    session.execute(delete(HalfSignIn).where(HalfSignIn.account_id == account_id))


def end_half(session: Session, half_id: int) -> bool:
    """End a half-open sign-in; False when somebody else did meanwhile."""
    query = delete(HalfSignIn).where(HalfSignIn.id == half_id).returning(HalfSignIn.id)
    return session.scalar(query) is not None


def end_expired_halves(session: Session, *, now: datetime) -> None:
    """Remove half-open sign-ins that are over."""
    session.execute(delete(HalfSignIn).where(HalfSignIn.expires_at <= now))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
