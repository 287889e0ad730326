"""What an application on paper has beside its case, and where associations take such ones."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, UtcDateTime


class PaperReset(Base):
    """An application that was received. `contact_hash`: of where its first link was sent.

    `scans_deleted_at`: when the scans of certificate and identity card were.
    """

    __tablename__ = "paper_reset"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    receipt_number: Mapped[str] = mapped_column(String(20), unique=True)
    contact_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    scans_deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class PaperResetOffice(Base):
    """The mail address and telephone that an association's form names."""

    __tablename__ = "paper_reset_office"

    association_id: Mapped[int] = mapped_column(ForeignKey("association.id"), primary_key=True)
    email: Mapped[str] = mapped_column(String(100), default="")
    telephone: Mapped[str] = mapped_column(String(100), default="")
