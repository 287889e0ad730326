"""Saying in a case's trail what was done beside its diagram: a hand-over, a copy, a nudge.

What a person wrote about it may be personal, so it is kept sealed beside the event and not in
the trail, which outlives the subject's key.
"""

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.actors import Actor
from engine.cases import Case, CaseNotFound
from engine.database import Base
from engine.trail import Trail
from engine.vault import BY_SUBJECT, Erased, Vault

if TYPE_CHECKING:
    from engine.engine import Engine


class Note(Base):
    """What a person wrote about an event of a case, sealed with the key of its subject."""

    __tablename__ = "note"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=BY_SUBJECT)


def note(
    session: Session,
    engine: "Engine",
    *,
    case_id: UUID,
    kind: str,
    by: Actor,
    now: datetime,
    text: str = "",
    **data: object,
) -> None:
    """Add an event to the trail of a case, open or over; raises CaseNotFound.

    The case is locked until the transaction ends. `data` holds keys and codes, nothing personal;
    `text` is what the person wrote.
    """
    query = select(Case).where(Case.id == case_id).with_for_update()
    case = session.scalar(query.execution_options(populate_existing=True))
    if case is None:
        raise CaseNotFound
    trail = Trail(
        case.id, length=case.trail_length, head=case.trail_head, key=engine.vault.trail_key
    )
    trail.add(kind, by=by, now=now, **data)
    trail.flush(session)
    case.trail_length, case.trail_head = trail.length, trail.head
    add_text(session, engine.vault, case=case, number=trail.length, text=text)
    session.flush()


def add_text(session: Session, vault: Vault, *, case: Case, number: int, text: str) -> None:
    """Keep what a person wrote about the event of a number; nothing written is nothing kept."""
    if text:
        sealed = vault.seal(session, case.subject_key, text.encode())
        session.add(Note(case_id=case.id, number=number, sealed=sealed))


def texts(session: Session, vault: Vault, *, case: Case) -> dict[int, str]:
    """What people wrote about a case's events, by the event's number in the trail.

    What was written before the subject was erased is left out: the trail is read without it.
    """
    found = dict[int, str]()
    for each in session.scalars(select(Note).where(Note.case_id == case.id)):
        with suppress(Erased):
            found[each.number] = vault.open(session, case.subject_key, each.sealed).decode()
    return found
