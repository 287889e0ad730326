"""Drafts: what a person typed at a step and has not sent yet, kept by the server.

One for each step of a case, so that going back and coming again finds it; where several people
share a step, one for each of them. Sealed like submissions; secret fields (passwords, codes)
never come here.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ForeignKey, LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, UtcDateTime
from engine.vault import BY_SUBJECT, Vault


class Draft(Base):
    """What was typed at one step of a case.

    Behind `element_id` stands a slash and the account of whose alone it is.
    """

    __tablename__ = "draft"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    element_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=BY_SUBJECT)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())


def save_draft(
    session: Session,
    vault: Vault,
    *,
    case_id: UUID,
    subject: str,
    element_id: str,
    values: Mapping[str, object],
    now: datetime,
    owner: int | None = None,
) -> None:
    """Keep what was typed; the last one wins. `owner`: the account of whose alone it is."""
    session.merge(
        Draft(
            case_id=case_id,
            element_id=_place(element_id, owner),
            sealed=vault.seal(session, subject, orjson.dumps(values)),
            updated_at=now,
        )
    )


def find_draft(
    session: Session,
    vault: Vault,
    *,
    case_id: UUID,
    subject: str,
    element_id: str,
    owner: int | None = None,
) -> dict[str, Any] | None:
    """What was typed at a step and not sent, or None; with an `owner` only his own."""
    place = _place(element_id, owner)
    draft = session.scalar(select(Draft).where(Draft.case_id == case_id, Draft.element_id == place))
    if draft is None:
        return None
    values: dict[str, Any] = orjson.loads(vault.open(session, subject, draft.sealed))
    return values


def drop_draft(session: Session, *, case_id: UUID, element_id: str) -> None:
    """Forget the drafts of a step, everybody's: it was sent."""
    is_own = Draft.element_id.startswith(f"{element_id}/", autoescape=True)
    session.execute(
        delete(Draft).where(Draft.case_id == case_id, (Draft.element_id == element_id) | is_own)
    )


def _place(element_id: str, owner: int | None) -> str:
    return element_id if owner is None else f"{element_id}/{owner}"
