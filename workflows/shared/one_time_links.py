"""One-time links: a way in for somebody who has no password, sent by text message or mail.

A link is its row's key and a keyed hash of it: it is derived whenever it is sent and stored
nowhere. Looking at it changes nothing; it serves once, and not for ever.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, delete, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.actors import Actor, ActorKind
from engine.database import Base, UtcDateTime, new_id
from engine.engine import Engine
from engine.errors import Rejected
from engine.language import N_
from engine.vault import Vault
from workflows.shared.accounts import Account, get_account, hash_password
from workflows.shared.bindings import find_binding, openid_of
from workflows.shared.channels import EMAIL, OFFICIAL_ACCOUNT, SMS
from workflows.shared.deliveries import deliver_link
from workflows.shared.new_passwords import check_password_of, replace_password
from workflows.shared.reach import find_reach
from workflows.shared.security_events import note_event

Purpose = Literal["reset", "activation", "receipt"]
"""`reset`: set a new password; `activation`: the same for an account that others reset;
`receipt`: go on with an application that was made without an account."""

LIVES = {
    "reset": timedelta(hours=24),
    "activation": timedelta(days=30),
    "receipt": timedelta(days=15),
}
KEPT = timedelta(days=90)
"""How long a link that is over is remembered, to say what became of it."""

SIGNATURE = 16
PASSWORD_PURPOSES = frozenset({"reset", "activation"})


class LinkNotValid(Rejected):
    """The link is none of ours, or what it was for is gone."""

    message = N_("This link is not valid. Check that you copied all of it, or ask for a new one.")


class LinkUsed(LinkNotValid):
    """The link served already."""

    message = N_("This link was used already. Ask for a new one if it was not you.")


class LinkExpired(LinkNotValid):
    """The link is too old, or another one was sent after it."""

    message = N_("This link has expired, or a newer one was sent. Please use the newest one.")


class NowhereToSend(Rejected):
    """Nothing is on file for the channel that the link was to take."""

    message = N_("Nothing is on file for this account by which the link could be sent so.")


class OneTimeLink(Base):
    """A link for the holder of an account, or for who made a case; `used_at`: it is over.

    A link that a newer one took the place of expires in that moment.
    """

    __tablename__ = "one_time_link"
    __table_args__ = (
        Index(
            "ix_one_time_link_account",
            "account_id",
            sqlite_where=text("used_at IS NULL"),
            postgresql_where=text("used_at IS NULL"),
        ),
        Index("ix_one_time_link_case", "case_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"))
    purpose: Mapped[Purpose] = mapped_column(String(10))
    channel: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    issued_by_kind: Mapped[ActorKind] = mapped_column(String(10))
    issued_by_id: Mapped[int | None]


def add_link(
    session: Session,
    *,
    purpose: Purpose,
    channel: str,
    by: Actor,
    now: datetime,
    account_id: int | None = None,
    case_id: UUID | None = None,
    lives: timedelta | None = None,
) -> OneTimeLink:
    """Make a link; earlier ones of the same account or case for the same purpose expire."""
    expire_links(session, purposes=(purpose,), account_id=account_id, case_id=case_id, now=now)
    link = OneTimeLink(
        id=new_id(),
        account_id=account_id,
        case_id=case_id,
        purpose=purpose,
        channel=channel,
        created_at=now,
        expires_at=now + (lives or LIVES[purpose]),
        issued_by_kind=by.kind,
        issued_by_id=by.id,
    )
    session.add(link)
    session.flush()
    return link


def issue_link(
    session: Session,
    engine: Engine,
    *,
    account_id: int,
    purpose: Purpose,
    channel: str,
    by: Actor,
    now: datetime,
    lives: timedelta | None = None,
    address: str = "",
) -> OneTimeLink:
    """Have a link sent to what is on file for an account; raises NowhereToSend.

    `address`: where who issues it sits, empty for jobs.
    """
    account = get_account(session, account_id)
    to = find_destination(session, engine.vault, account, channel)
    if not to:
        raise NowhereToSend
    link = add_link(
        session,
        purpose=purpose,
        channel=channel,
        account_id=account_id,
        by=by,
        now=now,
        lives=lives,
    )
    deliver_link(session, engine, link, to=to, channel=channel, now=now)
    note_event(
        session,
        what="link_issued",
        account_id=account_id,
        actor=by,
        address=address,
        details={"link": str(link.id), "purpose": purpose, "channel": channel},
        now=now,
    )
    return link


def find_destination(session: Session, vault: Vault, account: Account, channel: str) -> str:
    """Where a channel reaches the holder of an account; empty where it does not."""
    if channel == OFFICIAL_ACCOUNT:
        binding = find_binding(session, account.id)
        return openid_of(vault, binding) if binding is not None and binding.is_following else ""
    reach = find_reach(session, vault, account)
    return {SMS: reach.mobile, EMAIL: reach.email}[channel]


def derive_token(vault: Vault, link_id: UUID) -> str:
    """What stands in the address of a link."""
    signed = link_id.bytes + vault.sign("one-time-link", link_id.bytes)[:SIGNATURE]
    return urlsafe_b64encode(signed).decode().rstrip("=")


def derive_link(vault: Vault, link_id: UUID, base_url: str) -> str:
    """The address that is sent."""
    return f"{base_url.rstrip('/')}/l/{derive_token(vault, link_id)}"


def open_link(session: Session, vault: Vault, token: str, *, now: datetime) -> OneTimeLink:
    """The live link of a token, to look at; raises LinkNotValid, LinkUsed, LinkExpired."""
    link = session.get(OneTimeLink, _read_token(vault, token))
    if link is None:
        raise LinkNotValid
    if link.used_at is not None:
        raise LinkUsed
    if link.expires_at <= now:
        raise LinkExpired
    if link.account_id is not None and not get_account(session, link.account_id).is_active:
        raise LinkNotValid
    return link


def use_link(session: Session, vault: Vault, token: str, *, now: datetime) -> OneTimeLink:
    """Let a link serve; of two at once one succeeds. Raises as `open_link`."""
    link = open_link(session, vault, token, now=now)
    used = session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.id == link.id, OneTimeLink.used_at.is_(None))
        .values(used_at=now)
        .returning(OneTimeLink.id)
    )
    if used.one_or_none() is None:
        raise LinkUsed
    return link


def expire_links(
    session: Session,
    *,
    purposes: tuple[Purpose, ...] = ("reset", "activation"),
    account_id: int | None = None,
    case_id: UUID | None = None,
    now: datetime,
) -> None:
    """Let the live links of an account, or of a case, serve no more."""
    query = update(OneTimeLink).where(
        OneTimeLink.purpose.in_(purposes),
        OneTimeLink.used_at.is_(None),
        OneTimeLink.expires_at > now,
        OneTimeLink.account_id == account_id,
        OneTimeLink.case_id == case_id,
    )
    session.execute(query.values(expires_at=now))


def set_password(
    engine: Engine, *, token: str, password: str, address: str, now: datetime
) -> Account:
    """Set the password of a link's account; raises as `open_link` and `check_new_password`.

    Opens its own transactions: no password is hashed while one is open. Every session of the
    account ends, and so do its other links.
    """
    with engine.database.read() as session:
        account = _account_of(session, open_link(session, engine.vault, token, now=now))
        check_password_of(session, engine.vault, account=account, password=password)
    hashed = hash_password(password)
    with engine.database.transaction() as session:
        link = use_link(session, engine.vault, token, now=now)
        replace_password(session, engine, account=account, hashed=hashed, now=now)
        expire_links(session, account_id=account.id, now=now)
        note_event(
            session,
            what="password_reset",
            account_id=account.id,
            actor=account.actor,
            address=address,
            details={"link": str(link.id), "purpose": link.purpose},
            now=now,
        )
    return account


def forget_old_links(session: Session, *, now: datetime) -> None:
    """Remove links that were over long ago."""
    session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at <= now - KEPT))


def find_live_link(session: Session, *, account_id: int, now: datetime) -> OneTimeLink | None:
    """The newest link by which an account's password could be set now, or None."""
    query = select(OneTimeLink).where(
        OneTimeLink.account_id == account_id,
        OneTimeLink.purpose.in_(PASSWORD_PURPOSES),
        OneTimeLink.used_at.is_(None),
        OneTimeLink.expires_at > now,
    )
    return session.scalar(query.order_by(OneTimeLink.id.desc()).limit(1))


def _account_of(session: Session, link: OneTimeLink) -> Account:
    if link.purpose not in PASSWORD_PURPOSES or link.account_id is None:
        raise LinkNotValid
    return get_account(session, link.account_id)


def _read_token(vault: Vault, token: str) -> UUID:
    try:
        said = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except ValueError:
        raise LinkNotValid from None
    if len(said) != 16 + SIGNATURE:
        raise LinkNotValid
    link_id = UUID(bytes=said[:16])
    if not hmac.compare_digest(derive_token(vault, link_id).encode(), token.encode()):
        raise LinkNotValid
    return link_id
