"""The privacy notice and who agreed to it, when and to which version (PIPL).

Members and firms are asked at the first sign-in after a version was published, visitors where a
public form begins. Staff work with the system for their employer and are not asked.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.actors import Actor
from engine.database import Base, BigId, UtcDateTime
from engine.errors import Conflict, Rejected
from engine.language import N_
from workflows.shared.accounts import STAFF, Account, get_account
from workflows.shared.privacy_texts import TEXT, TEXT_EN
from workflows.shared.security_events import note_event

Place = Literal["sign_in", "reset", "photo"]

SHIPPED = 1
LONGEST = 20_000


class NoticeChanged(Conflict):
    """Somebody agreed to a version that is not the newest any more."""

    message = N_("The privacy notice was changed meanwhile. Please read the new one.")


class NoticeNeedsText(Rejected):
    """A notice without words, or with too many."""

    message = N_("Write the notice in both languages, each at most %(length)s characters.")


class PrivacyNotice(Base):
    """A published version of the notice; the shipped one, version 1, has no row."""

    __tablename__ = "privacy_notice"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime())
    published_by: Mapped[int] = mapped_column(ForeignKey("account.id"))


class Consent(Base):
    """That somebody agreed: the holder of an account, or a visitor's browser."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_account_id", "account_id", "version"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version: Mapped[int]
    place: Mapped[Place] = mapped_column(String(10))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    visit_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    address: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(UtcDateTime())


@dataclass(frozen=True)
class Notice:
    """A version of the notice; `published_at` is None for the shipped one."""

    version: int
    text: str
    text_en: str
    published_at: datetime | None = None


def get_notice(session: Session) -> Notice:
    """The notice that holds now."""
    row = session.scalar(select(PrivacyNotice).order_by(PrivacyNotice.version.desc()).limit(1))
    if row is None:
        return Notice(SHIPPED, TEXT, TEXT_EN)
    return Notice(row.version, row.text, row.text_en, row.published_at)


def is_consent_missing(session: Session, account: Account) -> bool:
    """Whether the holder of an account has yet to agree to the notice that holds now."""
    if account.user_type == STAFF:
        return False
    return (account.consented_version or 0) < get_notice(session).version


def note_consent(
    session: Session,
    *,
    version: int,
    place: Place,
    account_id: int | None = None,
    visit_id: int | None = None,
    address: str,
    now: datetime,
) -> None:
    """Keep that somebody agreed to a version; raises NoticeChanged. Once more is fine."""
    if version != get_notice(session).version:
        raise NoticeChanged
    known = select(Consent.id).where(
        Consent.version == version,
        Consent.place == place,
        Consent.account_id == account_id,
        Consent.visit_id == visit_id,
    )
    if account_id is not None:
        get_account(session, account_id, for_update=True).consented_version = version
    if session.scalar(known.limit(1)) is not None:
        return
    session.add(
        Consent(
            version=version,
            place=place,
            account_id=account_id,
            visit_id=visit_id,
            address=address[:60],
            at=now,
        )
    )
    session.flush()
    if account_id is not None:
        note_event(
            session,
            what="consented",
            account_id=account_id,
            actor=get_account(session, account_id).actor,
            address=address,
            details={"version": version},
            now=now,
        )


def publish_notice(
    session: Session, *, text: str, text_en: str, after: int, by: Actor, now: datetime
) -> Notice:
    """Publish a new version, which everybody is asked to agree to; raises NoticeNeedsText.

    `after`: the version that was changed; raises NoticeChanged if another came after it.
    """
    texts = [each.replace("\r\n", "\n").strip() for each in (text, text_en)]
    if by.id is None or not all(0 < len(each) <= LONGEST for each in texts):
        raise NoticeNeedsText(length=LONGEST)
    current = get_notice(session)
    if current.version != after:
        raise NoticeChanged
    row = PrivacyNotice(
        version=after + 1, text=texts[0], text_en=texts[1], published_at=now, published_by=by.id
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        raise NoticeChanged from None
    return Notice(row.version, row.text, row.text_en, row.published_at)
