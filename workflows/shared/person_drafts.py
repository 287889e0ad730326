"""What a firm has ticked and typed about a person for a class and not sent yet."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, BigId, UtcDateTime
from engine.vault import BY_SUBJECT


class PersonDraft(Base):
    """One person's tick and what was typed for him, of a firm and a class."""

    __tablename__ = "person_draft"
    __table_args__ = (Index("ix_person_draft_class_id", "class_id"),)

    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), primary_key=True)
    person_kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    is_ticked: Mapped[bool] = mapped_column(default=False)
    values_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=BY_SUBJECT)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime())
