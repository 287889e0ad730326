"""Visits: browsers of people who are not signed in, each with the one case that it owns.

The browser that started a case owns it through the token in its cookie. A visit is over when
nothing was done in it for half an hour, and after two hours whatever is done in it: what it left
behind is deleted, except what others have work with or what came to its end.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import LargeBinary, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.actors import Actor
from engine.database import Base, BigId, UtcDateTime
from engine.errors import HuijiError
from engine.language import N_
from engine.vault import BY_MASTER

IDLE = timedelta(minutes=30)
"""Password policy: a case that nobody went on with for so long is over."""

LONGEST = timedelta(hours=2)
"""A visit does not live longer than this, however often something is posted in it."""

TOKEN_BYTES = 32
PASSING = frozenset({"resetting", "reset_given_up", "reset_refused"})
"""Statuses of cases that go with their visit. In every other one a case is somebody's work, or
came to what it was for, and stays."""


class VisitOver(HuijiError):
    """The browser has no visit, or nothing was done in it for too long."""

    message = N_("This took too long, or was begun in another browser. Please begin again.")


class Visit(Base):
    """One browser of somebody who is not signed in. `token_hash`: SHA-256 of the cookie's token.

    Its key is never given to another visit, not even when it is gone: what was the case of one
    must not become the case of another. `openid_sealed`: of the WeChat user who reads.
    """

    __tablename__ = "visit"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    csrf_secret: Mapped[bytes] = mapped_column(LargeBinary(32))
    case_id: Mapped[UUID | None] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(String(60))
    is_phone: Mapped[bool]
    openid_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=BY_MASTER)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime())
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)

    @property
    def actor(self) -> Actor:
        """The visit as the one who acts."""
        return Actor("visitor", self.id)

    def is_over(self, now: datetime) -> bool:
        """Whether it was given up, was left for too long, or took too long."""
        return self.seen_at <= now - IDLE or self.started_at <= now - LONGEST


@dataclass(frozen=True)
class OpenedVisit:
    """A visit with the token for its cookie, which is kept nowhere."""

    visit: Visit
    token: str


def open_visit(
    session: Session,
    *,
    address: str,
    is_phone: bool,
    openid_sealed: bytes | None = None,
    now: datetime,
) -> OpenedVisit:
    """Begin the visit of a browser."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    visit = Visit(
        token_hash=hash_token(token),
        csrf_secret=secrets.token_bytes(32),
        case_id=None,
        address=address[:60],
        is_phone=is_phone,
        openid_sealed=openid_sealed,
        started_at=now,
        seen_at=now,
    )
    session.add(visit)
    session.flush()
    return OpenedVisit(visit, token)


def find_visit(session: Session, token: str, *, now: datetime) -> Visit | None:
    """The living visit of a cookie's token, or None."""
    query = select(Visit).where(
        Visit.token_hash == hash_token(token),
        Visit.seen_at > now - IDLE,
        Visit.started_at > now - LONGEST,
    )
    return session.scalar(query)


def note_step(session: Session, *, visit_id: int, now: datetime) -> None:
    """Something was done in a visit: it lives on."""
    session.execute(update(Visit).where(Visit.id == visit_id).values(seen_at=now))


def end_visit(session: Session, *, visit_id: int, now: datetime) -> None:
    """Give a visit up: its cookie is worth nothing, and what it left is deleted with the next."""
    query = update(Visit).where(Visit.id == visit_id)
    session.execute(
        query.values(
            token_hash=hash_token(secrets.token_urlsafe(TOKEN_BYTES)),
            seen_at=now - IDLE,
        )
    )


def hand_over_visit(
    session: Session,
    *,
    visit_id: int,
    address: str,
    is_phone: bool,
    openid_sealed: bytes | None = None,
    now: datetime,
) -> OpenedVisit:
    """Let another browser have a visit with its case; the one before has it no more."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    visit = session.get_one(Visit, visit_id, with_for_update=True, populate_existing=True)
    visit.token_hash = hash_token(token)
    visit.csrf_secret = secrets.token_bytes(32)
    visit.address, visit.is_phone = address[:60], is_phone
    visit.openid_sealed = openid_sealed or visit.openid_sealed
    visit.seen_at = now
    session.flush()
    return OpenedVisit(visit, token)


def hash_token(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()
