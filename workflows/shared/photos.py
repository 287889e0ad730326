"""Photos for certificates, and the one comparison that each person has.

A photo is a file of one of its member's cases. The comparison with the public-security photo
database is paid for: it is counted here, once for each person, whatever becomes of the case.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, BigId, UtcDateTime
from engine.errors import Conflict
from engine.language import N_
from workflows.shared.register import hold_member

Source = Literal["upload", "on_site", "register"]
"""Where a photo is from: its member, the association's review, the photo service's records."""

ComparisonState = Literal["asked", "away", "matched", "mismatched"]
ANSWERED: tuple[ComparisonState, ...] = ("matched", "mismatched")

_IS_CURRENT = text("ended_at IS NULL")


class ComparedAlready(Conflict):
    """The one comparison was used."""

    message = N_(
        "The one comparison of your photo has been used. Your association reviews it on site."
    )


class Photo(Base):
    """A photo that may be printed; one at a time is current. `result`: matched, or accepted.

    `taken_at`: when it became the photo. `compared_at`: when it was compared, or seen on site.
    """

    __tablename__ = "photo"
    __table_args__ = (
        Index(
            "uq_photo_current",
            "member_id",
            unique=True,
            sqlite_where=_IS_CURRENT,
            postgresql_where=_IS_CURRENT,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    # No foreign key: whoever is erased loses his files first.
    file_id: Mapped[UUID]
    source: Mapped[Source] = mapped_column(String(10))
    result: Mapped[str] = mapped_column(String(10))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime())
    compared_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class PhotoComparison(Base):
    """A person's one comparison: the key is the person's, so there is never a second row.

    `state`: asked while an answer may still come, away while the service surely did not compare,
    then what it answered. `key` is the service's: asked again with it, it answers the same.
    """

    __tablename__ = "photo_comparison"

    member_id: Mapped[int] = mapped_column(
        ForeignKey("member.id"), primary_key=True, autoincrement=False
    )
    file_id: Mapped[UUID | None]
    key: Mapped[str] = mapped_column(String(80))
    state: Mapped[ComparisonState] = mapped_column(String(10))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime())
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    @property
    def is_used(self) -> bool:
        """Whether the person's attempt is gone."""
        return self.state in ANSWERED


def find_photo(session: Session, member_id: int) -> Photo | None:
    """The photo that is printed of a member, or None."""
    return session.scalar(
        select(Photo).where(Photo.member_id == member_id, Photo.ended_at.is_(None))
    )


def keep_photo(
    session: Session, *, member_id: int, file_id: UUID, source: Source, result: str, now: datetime
) -> Photo:
    """Let a file be a member's photo from now on; the one before ends. Again changes nothing."""
    hold_member(session, member_id)
    before = find_photo(session, member_id)
    if before is not None:
        if before.file_id == file_id:
            return before
        before.ended_at = now
        session.flush()
    photo = Photo(
        member_id=member_id,
        file_id=file_id,
        source=source,
        result=result,
        taken_at=now,
        compared_at=None if source == "register" else now,
    )
    session.add(photo)
    session.flush()
    return photo


def find_comparison(session: Session, member_id: int) -> PhotoComparison | None:
    """A person's comparison, used or about to be; None when nothing was ever asked."""
    return session.get(PhotoComparison, member_id)


def has_used_comparison(session: Session, member_id: int) -> bool:
    """Whether a person's one comparison has been used."""
    found = find_comparison(session, member_id)
    return found is not None and found.is_used


def begin_comparison(
    session: Session, *, member_id: int, file_id: UUID, key: str, now: datetime
) -> PhotoComparison:
    """Count a comparison before it is asked for; raises ComparedAlready for a second one.

    While an answer to the first photo may still come, another one cannot take its place: the
    row of the first is given back, to be asked again.
    """
    hold_member(session, member_id)
    found = session.get(PhotoComparison, member_id, populate_existing=True)
    if found is None:
        found = PhotoComparison(
            member_id=member_id, file_id=file_id, key=key, state="asked", asked_at=now
        )
        session.add(found)
    elif found.file_id == file_id:
        found.state = found.state if found.is_used else "asked"
    elif found.is_used:
        raise ComparedAlready
    elif found.state == "away":
        found.file_id, found.key, found.state, found.asked_at = file_id, key, "asked", now
    session.flush()
    return found


def end_comparison(
    session: Session, *, member_id: int, key: str, state: ComparisonState, now: datetime
) -> PhotoComparison:
    """Note what became of a comparison; an answer stays, whatever is said later."""
    hold_member(session, member_id)
    found = session.get_one(PhotoComparison, member_id, populate_existing=True)
    if found.key == key and not found.is_used:
        found.state = state
        found.answered_at = now if state in ANSWERED else None
        session.flush()
    return found
