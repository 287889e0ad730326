"""Return reasons that reviewers keep at hand: their own, and those of the association."""

from collections.abc import Sequence

from sqlalchemy import ForeignKey, Index, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, BigId


class ReturnPhrase(Base):
    """A reason kept for use again. Without an account it belongs to the whole association."""

    __tablename__ = "return_phrase"
    __table_args__ = (Index("ix_return_phrase_association_id", "association_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    association_id: Mapped[int] = mapped_column(ForeignKey("association.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    text: Mapped[str] = mapped_column(String(1000))


def list_phrases(session: Session, *, association_id: int, account_id: int) -> Sequence[str]:
    """The reviewer's own phrases, then his association's."""
    return session.scalars(
        select(ReturnPhrase.text)
        .where(
            ReturnPhrase.association_id == association_id,
            or_(ReturnPhrase.account_id == account_id, ReturnPhrase.account_id.is_(None)),
        )
        .order_by(ReturnPhrase.account_id.is_(None), ReturnPhrase.id)
    ).all()
