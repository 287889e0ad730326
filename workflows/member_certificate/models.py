"""The books of the photo service's stand-in; in production they stay empty."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, UtcDateTime


class StandInPhoto(Base):
    """A photo that the stand-in has on file, found by the keyed hash of an identity number."""

    __tablename__ = "stand_in_photo"

    identity_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    picture: Mapped[bytes] = mapped_column(LargeBinary)


class StandInComparison(Base):
    """A comparison that the stand-in made and would put on the bill."""

    __tablename__ = "stand_in_comparison"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    is_match: Mapped[bool]
    at: Mapped[datetime] = mapped_column(UtcDateTime())
