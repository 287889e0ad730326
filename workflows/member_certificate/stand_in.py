"""A photo service that runs in this process: for a first run, for tests, for the simulator.

It keeps books of its own: photos on file, and every comparison that it made, by the key that it
was asked with. It matches, does not, is away, or loses its answers, as it is told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.vault import Vault
from workflows.member_certificate.models import StandInComparison, StandInPhoto
from workflows.member_certificate.photo_service import PhotoServiceAway
from workflows.shared.register import identity_hash
from workflows.shared.stand_ins import find_setting, keep_setting

Mood = Literal["matching", "mismatching", "away", "lost"]
"""How it behaves until it is told otherwise; lost: it compares, and its answers never arrive."""

MOODS: tuple[Mood, ...] = get_args(Mood)
SETTING = "mood:photo_service"


@dataclass(frozen=True)
class StandInPhotoService:
    """The stand-in."""

    database: Database
    vault: Vault
    clock: Callable[[], datetime]

    def find_photo(self, *, identity_number: str, name: str) -> bytes | None:
        """The photo on file; raises PhotoServiceAway."""
        with self.database.read() as session:
            if find_mood(session) in ("away", "lost"):
                raise PhotoServiceAway
            found = session.get(StandInPhoto, identity_hash(self.vault, identity_number))
            return None if found is None else found.picture

    def compare(self, *, photo: bytes, identity_number: str, name: str, key: str) -> bool:
        """Compare as it was told, once for a key; raises PhotoServiceAway."""
        with self.database.transaction() as session:
            mood = find_mood(session)
            if mood == "away":
                raise PhotoServiceAway
            known = session.get(StandInComparison, key)
            if known is None:
                known = StandInComparison(key=key, is_match=mood != "mismatching", at=self.clock())
                session.add(known)
            is_match = known.is_match
        if mood == "lost":
            raise PhotoServiceAway(is_unsure=True)
        return is_match


def find_mood(session: Session) -> Mood:
    """How the stand-in behaves."""
    found = find_setting(session, SETTING)
    return found if found in MOODS else "matching"


def set_mood(session: Session, mood: Mood) -> None:
    """Tell the stand-in how to behave from now on, in every process."""
    keep_setting(session, SETTING, mood)


def hold_photo(session: Session, vault: Vault, *, identity_number: str, picture: bytes) -> None:
    """Let the stand-in have a photo of somebody on file."""
    session.merge(
        StandInPhoto(identity_hash=identity_hash(vault, identity_number), picture=picture)
    )
    session.flush()


def forget_photo(session: Session, vault: Vault, *, identity_number: str) -> None:
    """Let the stand-in have none of him."""
    wanted = identity_hash(vault, identity_number)
    session.execute(delete(StandInPhoto).where(StandInPhoto.identity_hash == wanted))


def count_comparisons(session: Session) -> int:
    """How many comparisons the stand-in would put on the bill."""
    return session.scalar(select(func.count()).select_from(StandInComparison)) or 0
