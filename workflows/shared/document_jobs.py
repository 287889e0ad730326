"""Many documents at once: made by a job with progress, taken away as one archive for a day.

An archive is of one kind: the valid certificates of an association's members, or a year's
confirmations. What is made lies in files that no row of the file store knows: they are swept like
any other, after a day, and then the archive is over and is made again if somebody asks.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import repeat
from typing import IO, Literal, TypeAlias
from uuid import UUID
from zipfile import ZIP_STORED, ZipFile

from sqlalchemy import ForeignKey, Index, Row, Select, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.actors import Actor
from engine.database import Base, BigId
from engine.engine import Engine
from engine.errors import HuijiError, NotAllowed, NotFound, Rejected
from engine.language import N_
from engine.write_queue import in_no_hurry
from forms.lists import Language
from workflows.shared import many
from workflows.shared.access import Viewer, can, get_viewer, read_associations
from workflows.shared.accounts import get_account
from workflows.shared.certificates import Certificate
from workflows.shared.documents import MAKERS
from workflows.shared.many import BatchRow, Doing, ItemRow
from workflows.shared.register import ERASED, Member
from workflows.shared.results import YearlyResult
from workflows.shared.security_events import note_event

MOST = 1000
"""Documents of one archive."""

DocumentKind = Literal["certificates", "year"]

Make = Callable[[Engine, int, Actor, datetime], tuple[str, bytes]]
"""Makes the document of a key, outside any transaction: its name in the archive, its content."""


class NothingToMake(Rejected):
    """Nobody of those who were chosen has such a document."""

    message = N_("There is no such document of anybody who was chosen.")


class ArchiveOver(NotFound):
    """The files of an archive were swept, or there is nothing in it."""

    message = N_("This archive is not there any more. Please have it made again.")


class NotReadable(NotAllowed):
    """The member is not one whom the person may look at any more."""

    message = N_("You may not read this member's entry any more.")


class DocumentBatch(BatchRow, Base):
    """Documents that are made together. `kind`: certificates or year; `year` for the second.

    `first_number`, `last_number`: of the members whose they are.
    """

    __tablename__ = "document_batch"
    __table_args__ = (Index("ix_document_batch_account_id", "account_id", "started_at"),)

    kind: Mapped[DocumentKind] = mapped_column(String(20))
    year: Mapped[int | None]
    first_number: Mapped[str] = mapped_column(String(20))
    last_number: Mapped[str] = mapped_column(String(20))


class DocumentItem(ItemRow, Base):
    """One document. `subject_id`: the key of the certificate or the yearly result.

    `name` and `file_id`: its name in the archive and its content, once it is made.
    """

    __tablename__ = "document_item"
    batch_table = "document_batch"

    subject_id: Mapped[int] = mapped_column(BigId)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    file_id: Mapped[UUID | None]


KIND = many.Kind("documents.make", DocumentBatch, DocumentItem)


def start_documents(
    session: Session,
    engine: Engine,
    *,
    batch_id: UUID,
    kind: DocumentKind,
    year: int | None,
    from_number: str,
    viewer: Viewer,
    language: Language,
    address: str,
    now: datetime,
) -> DocumentBatch:
    """Have documents made; what was started already is only found again.

    Of the members whom the viewer may read, the first MOST with such a document, by number, from
    `from_number` on. Raises NothingToMake, and BatchNotFound for the key of somebody else's.
    """
    found = session.get(DocumentBatch, batch_id)
    if found is not None:
        return many.get_own(session, KIND, batch_id, account_id=viewer.account_id)
    rows = _choose(session, viewer, kind, year, from_number)
    if not rows:
        raise NothingToMake

    def list_items() -> Sequence[Mapping[str, object]]:
        note_event(
            session,
            what="data_given",
            account_id=viewer.account_id,
            actor=viewer.actor,
            address=address,
            now=now,
            details={"documents": kind, "year": year, "count": len(rows)},
        )
        return [{"subject_id": row.subject_id, "member_id": row.member_id} for row in rows]

    return many.begin(
        session,
        KIND,
        engine,
        batch={
            "id": batch_id,
            "account_id": viewer.account_id,
            "language": language,
            "kind": kind,
            "year": year,
            "first_number": rows[0].number,
            "last_number": rows[-1].number,
        },
        items=list_items,
        now=now,
    )


def write_archive(
    session: Session, engine: Engine, batch: DocumentBatch, to: IO[bytes], *, viewer: Viewer
) -> None:
    """Write what was made into one zip, of whom the viewer may read by now.

    Raises ArchiveOver when it is not all there.
    """
    items = _list_readable(session, batch, viewer)
    if not items or batch.state != many.DONE:
        raise ArchiveOver
    # PDFs are compressed already.
    with ZipFile(to, "w", ZIP_STORED) as archive:
        for item in items:
            try:
                archive.write(engine.files.path(_known(item)), item.name)
            except FileNotFoundError:
                raise ArchiveOver from None


def is_there(session: Session, engine: Engine, batch: DocumentBatch) -> bool:
    """Whether an archive can be taken away: it is made, and its day is not over."""
    if batch.state != many.DONE:
        return False
    items = many.list_items(session, KIND, batch.id, states=(many.DONE,))
    return bool(items) and all(engine.files.path(_known(each)).exists() for each in items)


class MakingDocuments(Doing[DocumentBatch, DocumentItem]):
    """Makes the documents of a slice before its items are written down as done.

    Nobody waits for the database while they are made. `makes`: what makes each kind.
    """

    def __init__(self, engine: Engine, makes: Mapping[DocumentKind, Make]) -> None:
        self._engine = engine
        self._makes = makes

    def prepared(
        self, session: Session, batch: DocumentBatch, items: Sequence[DocumentItem]
    ) -> Doing[DocumentBatch, DocumentItem]:
        """Make the documents of the slice; one that cannot be made stops no other."""
        account = get_account(session, batch.account_id)
        viewer = get_viewer(session, account)
        made: dict[int, _Outcome] = {}
        readable: list[DocumentItem] = []
        for item in items:
            member = session.get_one(Member, item.member_id)
            if account.is_active and can(viewer, "read", member):
                readable.append(item)
            else:
                made[item.position] = NotReadable()
        with ThreadPoolExecutor(MAKERS) as threads:
            outcomes = threads.map(
                self._make,
                repeat(batch.kind),
                [each.subject_id for each in readable],
                repeat(account.actor),
            )
            made |= zip((each.position for each in readable), outcomes, strict=True)
        return _Made(made)

    def _make(self, kind: DocumentKind, subject_id: int, by: Actor) -> "_Outcome":
        """One document, in a thread of its own: who waits for a single one goes first."""
        engine = self._engine
        try:
            with in_no_hurry():
                name, content = self._makes[kind](engine, subject_id, by, engine.now())
                return name, engine.files.receive(io.BytesIO(content)).id
        except HuijiError as error:
            return error


_Outcome: TypeAlias = tuple[str, UUID] | HuijiError
"""Name and content of a document, or why there is none."""


class _Made(Doing[DocumentBatch, DocumentItem]):
    """Writes down what was made."""

    def __init__(self, made: Mapping[int, _Outcome]) -> None:
        self._made = made

    def do(self, session: Session, batch: DocumentBatch, item: DocumentItem) -> None:
        """Name the document and its content; raises why there is none."""
        found = self._made[item.position]
        if isinstance(found, HuijiError):
            raise found
        item.name, item.file_id = found


def _choose(
    session: Session, viewer: Viewer, kind: DocumentKind, year: int | None, from_number: str
) -> Sequence[Row[int, int, str]]:
    offices = sorted(read_associations(viewer))
    query: Select[int, int, str]
    if kind == "certificates":
        query = select(
            Certificate.id.label("subject_id"), Member.id.label("member_id"), Member.number
        )
        query = query.join(Certificate, Certificate.member_id == Member.id)
        query = query.where(Certificate.state == "valid", Member.state != ERASED)
    else:
        query = select(
            YearlyResult.id.label("subject_id"), Member.id.label("member_id"), Member.number
        )
        query = query.join(YearlyResult, YearlyResult.member_id == Member.id)
        query = query.where(YearlyResult.year == year, Member.state != ERASED)
    query = query.where(Member.association_id.in_(offices), Member.number >= from_number)
    return session.execute(query.order_by(Member.number).limit(MOST)).all()


def _list_readable(
    session: Session, batch: DocumentBatch, viewer: Viewer
) -> Sequence[DocumentItem]:
    items = many.list_items(session, KIND, batch.id, states=(many.DONE,))
    offices = sorted(read_associations(viewer))
    query = select(Member.id).where(
        Member.id.in_([each.member_id for each in items]), Member.association_id.in_(offices)
    )
    readable = set(session.scalars(query))
    return [each for each in items if each.member_id in readable]


def _known(item: DocumentItem) -> UUID:
    if item.file_id is None:
        raise ArchiveOver
    return item.file_id
