"""Drafts: processes as they are being changed, kept document by document.

Whoever saves says which version he changed; if somebody saved meanwhile he is told, and nothing
is overwritten. Every change takes the draft's row, so saving, discarding and releasing follow
each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from engine.errors import Conflict, NotFound
from engine.language import N_
from engine.releases import Documents, take_releases
from workflows.studio.current import documents_of, get_current
from workflows.studio.documents import (
    check_path,
    check_readable,
    check_sizes,
    diagram_of,
    own_documents,
)
from workflows.studio.models import EDITED, Draft, DraftDocument


class DraftNotFound(NotFound):
    """A draft that is no more."""

    message = N_("This draft is no longer there: it was released or discarded.")


class DocumentNotFound(NotFound):
    """A document that the draft does not have."""

    message = N_("The draft has no document “%(path)s”: it was removed or renamed.")


class DocumentThere(Conflict):
    """A new document whose name is taken."""

    message = N_("There is a document “%(path)s” already.")


class DiagramStays(Conflict):
    """A draft without its diagram is no process."""

    message = N_("The diagram of a process cannot be removed.")


class DraftChanged(Conflict):
    """Somebody saved what was about to be thrown away."""

    message = N_(
        "Somebody changed the draft while this page was open. It was not discarded: look at it "
        "again."
    )


class DocumentChanged(Conflict):
    """Somebody saved the document meanwhile; `version` is his, `by` his account."""

    message = N_("Somebody has saved this document in the meantime.")

    def __init__(self, document: DraftDocument) -> None:
        super().__init__()
        self.version = document.version
        self.by = document.changed_by
        self.at = document.changed_at


@dataclass(frozen=True)
class Saved:
    """A document as it stands in a draft, without its contents."""

    path: str
    version: int
    size: int
    changed_by: int | None
    changed_at: datetime


def find_draft(session: Session, process_id: str, *, origin: str = EDITED) -> Draft | None:
    """The draft of a process, or None."""
    query = select(Draft).where(Draft.process_id == process_id, Draft.origin == origin)
    return session.scalar(query)


def list_drafts(session: Session) -> Sequence[Draft]:
    """Every draft, by process."""
    return session.scalars(select(Draft).order_by(Draft.process_id, Draft.origin)).all()


def get_draft(
    session: Session, draft_id: UUID, *, to_change: bool = False, origin: str | None = EDITED
) -> Draft:
    """A draft by its key, on request taken until the transaction ends; raises DraftNotFound.

    What an upgrade brought is edited by nobody: it is asked for by its origin, or by None.
    """
    query = select(Draft).where(Draft.id == draft_id)
    if origin is not None:
        query = query.where(Draft.origin == origin)
    if to_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise DraftNotFound
    return found


def open_draft(session: Session, *, process_id: str, by: int, now: datetime) -> Draft:
    """The draft that administrators edit: the one that is there, or a new one.

    A new one has the current release's own documents of the process. Raises ReleaseNotFound.
    """
    take_releases(session, process_id)
    current = get_current(session, process_id)
    found = find_draft(session, process_id)
    if found is not None:
        return found
    draft = Draft(
        process_id=process_id,
        origin=EDITED,
        base_release_id=current.release_id,
        made_by=by,
        made_at=now,
        changed_by=by,
        changed_at=now,
    )
    session.add(draft)
    session.flush()
    own = own_documents(process_id, documents_of(session, current.release_id))
    put_documents(session, draft=draft, documents=own, by=by, now=now)
    return draft


def list_documents(session: Session, draft_id: UUID) -> list[Saved]:
    """What a draft consists of, by path."""
    rows = session.execute(
        select(
            DraftDocument.path,
            DraftDocument.version,
            func.length(DraftDocument.data).label("size"),
            DraftDocument.changed_by,
            DraftDocument.changed_at,
        )
        .where(DraftDocument.draft_id == draft_id)
        .order_by(DraftDocument.path)
    )
    return [Saved(*row) for row in rows]


def read_documents(session: Session, draft_id: UUID) -> dict[str, bytes]:
    """The documents of a draft by path."""
    rows = session.execute(
        select(DraftDocument.path, DraftDocument.data)
        .where(DraftDocument.draft_id == draft_id)
        .order_by(DraftDocument.path)
    )
    return {row.path: row.data for row in rows}


def get_document(session: Session, *, draft_id: UUID, path: str) -> DraftDocument:
    """A document of a draft; raises DraftNotFound or DocumentNotFound."""
    get_draft(session, draft_id)
    found = session.get(DraftDocument, (draft_id, path), populate_existing=True)
    if found is None:
        raise DocumentNotFound(path=path)
    return found


def save_document(
    session: Session,
    *,
    draft_id: UUID,
    path: str,
    data: bytes,
    expected: int | None,
    by: int,
    now: datetime,
) -> DraftDocument:
    """Keep a document; `expected` is the version that was changed, None for a new document.

    Raises DraftNotFound, DocumentChanged, DocumentThere, DocumentNotFound, or a Rejected of
    `documents`. The same again changes nothing, whichever version it was expected to follow.
    """
    draft = get_draft(session, draft_id, to_change=True)
    check_path(draft.process_id, path)
    found = session.get(DraftDocument, (draft_id, path), populate_existing=True)
    if found is not None and found.data == data:
        return found
    check_readable(path, data)
    if found is None and expected is not None:
        raise DocumentNotFound(path=path)
    if found is not None and expected is None:
        raise DocumentThere(path=path)
    if found is not None and found.version != expected:
        raise DocumentChanged(found)
    sizes = {each.path: each.size for each in list_documents(session, draft_id)}
    check_sizes(sizes | {path: len(data)})
    put_documents(session, draft=draft, documents={path: data}, by=by, now=now)
    return session.get_one(DraftDocument, (draft_id, path))


def delete_document(
    session: Session, *, draft_id: UUID, path: str, expected: int, by: int, now: datetime
) -> None:
    """Take a document out of a draft; raises as `save_document`, and DiagramStays.

    One that is not there any more is no error: it was pressed twice.
    """
    draft = get_draft(session, draft_id, to_change=True)
    check_path(draft.process_id, path)
    found = session.get(DraftDocument, (draft_id, path), populate_existing=True)
    if found is None:
        return
    if path == diagram_of(draft.process_id):
        raise DiagramStays
    if found.version != expected:
        raise DocumentChanged(found)
    session.delete(found)
    _note_change(draft, by=by, now=now)
    session.flush()


def rename_document(
    session: Session,
    *,
    draft_id: UUID,
    path: str,
    new_path: str,
    expected: int,
    by: int,
    now: datetime,
) -> None:
    """Call a document otherwise; raises as `save_document`, and DiagramStays.

    Who names it in the diagram is not changed: that shows as a problem at its element.
    """
    draft = get_draft(session, draft_id, to_change=True)
    for each in (path, new_path):
        check_path(draft.process_id, each)
    found = session.get(DraftDocument, (draft_id, path), populate_existing=True)
    if found is None:
        raise DocumentNotFound(path=path)
    if path == diagram_of(draft.process_id):
        raise DiagramStays
    if found.version != expected:
        raise DocumentChanged(found)
    if session.get(DraftDocument, (draft_id, new_path)) is not None:
        raise DocumentThere(path=new_path)
    data = found.data
    session.delete(found)
    session.flush()
    put_documents(session, draft=draft, documents={new_path: data}, by=by, now=now)


def put_documents(
    session: Session, *, draft: Draft, documents: Documents, by: int | None, now: datetime
) -> None:
    """Lay documents over a draft that this transaction has taken, as its next version."""
    _note_change(draft, by=by, now=now)
    for path, data in documents.items():
        session.merge(
            DraftDocument(
                draft_id=draft.id,
                path=path,
                data=data,
                version=draft.version,
                changed_by=by,
                changed_at=now,
            )
        )
    session.flush()


def discard_draft(session: Session, *, draft_id: UUID, version: int) -> str:
    """Throw a draft away that is still what was shown; answers of which process it was.

    Raises DraftNotFound, DraftChanged.
    """
    draft = get_draft(session, draft_id, to_change=True)
    if draft.version != version:
        raise DraftChanged
    drop_draft(session, draft)
    return draft.process_id


def drop_draft(session: Session, draft: Draft) -> None:
    """Delete a draft that this transaction has taken."""
    session.execute(delete(DraftDocument).where(DraftDocument.draft_id == draft.id))
    session.delete(draft)
    session.flush()


def _note_change(draft: Draft, *, by: int | None, now: datetime) -> None:
    draft.version += 1
    draft.changed_by = by
    draft.changed_at = now
