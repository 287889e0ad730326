"""What the studio keeps: drafts with their documents, who is looking, what was shipped."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, BigId, Json, UtcDateTime, new_id

EDITED: Literal["edited"] = "edited"
SHIPPED: Literal["shipped"] = "shipped"


class Draft(Base):
    """An unreleased state of one process's own documents.

    `origin`: what administrators edit, or what an upgrade brought beside it; one of each at
    most. `base_release_id` is the release that it was begun from; a process that was never
    released has none. `version` counts its changes: a document's version is that of the draft
    when it was saved, so none comes twice, also not after the document was deleted.
    """

    __tablename__ = "process_draft"
    __table_args__ = (UniqueConstraint("process_id", "origin"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    process_id: Mapped[str] = mapped_column(String(80))
    origin: Mapped[str] = mapped_column(String(10))
    base_release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))
    version: Mapped[int] = mapped_column(default=1)
    made_by: Mapped[int | None] = mapped_column(BigId)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
    changed_by: Mapped[int | None] = mapped_column(BigId)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime())


class DraftDocument(Base):
    """A document of a draft, by its path."""

    __tablename__ = "process_draft_document"

    draft_id: Mapped[UUID] = mapped_column(
        ForeignKey("process_draft.id", ondelete="CASCADE"), primary_key=True
    )
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int]
    changed_by: Mapped[int | None] = mapped_column(BigId)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime())


class DraftPresence(Base):
    """A window in which somebody has a draft open; `tab` is a name that the window made up."""

    __tablename__ = "process_draft_presence"

    draft_id: Mapped[UUID] = mapped_column(
        ForeignKey("process_draft.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    tab: Mapped[str] = mapped_column(String(40), primary_key=True)
    document: Mapped[str] = mapped_column(String(200))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime())
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime())


class ShippedProcess(Base):
    """What the software brought of a process.

    `digest` is that of its newest documents: they are not brought again. `documents` are the
    digests, by path, of those that the process was last at one with: what is different at
    work was changed here.
    """

    __tablename__ = "shipped_process"

    process_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    documents: Mapped[dict[str, str]] = mapped_column(Json)
    brought_at: Mapped[datetime] = mapped_column(UtcDateTime())
