"""What people changed in an association's settings: before and after, with a reason, for good."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, BigId, Json, UtcDateTime

NEWEST = 100


class Edit(Base):
    """One change of settings. `subject` names what was changed, as "season:5".

    `before` and `after` hold what differs, as plain values under the same names.
    """

    __tablename__ = "edit"
    __table_args__ = (Index("ix_edit_subject", "subject", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    association_id: Mapped[int] = mapped_column(ForeignKey("association.id"), index=True)
    subject: Mapped[str] = mapped_column(String(60))
    before: Mapped[dict[str, Any]] = mapped_column(Json)
    after: Mapped[dict[str, Any]] = mapped_column(Json)
    reason: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())


def record_edit(
    session: Session,
    *,
    association_id: int,
    subject: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    by: int,
    now: datetime,
    reason: str = "",
) -> Edit | None:
    """Note a change; what is the same before and after is left out, nothing changed is no edit.

    `by`: the account. Values are plain JSON.
    """
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if not names:
        return None
    edit = Edit(
        association_id=association_id,
        subject=subject,
        before={name: before.get(name) for name in names},
        after={name: after.get(name) for name in names},
        reason=reason,
        by=by,
        at=now,
    )
    session.add(edit)
    session.flush()
    return edit


def list_edits(session: Session, *, subject: str, limit: int = NEWEST) -> Sequence[Edit]:
    """The changes of a thing, the newest first."""
    return session.scalars(
        select(Edit).where(Edit.subject == subject).order_by(Edit.id.desc()).limit(limit)
    ).all()
