"""Files that people attach: rows with what is known of them, contents in a folder.

A content is received outside any transaction, counted and hashed on its way to a file of its
own, and becomes known with one row. A row that was never written leaves a file that
`sweep_files` removes.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.actors import Actor, ActorKind
from engine.database import Base, UtcDateTime, new_id
from engine.errors import NotFound

CHUNK = 256 * 1024
IDS_AT_A_TIME = 500
_NAME = re.compile("[0-9a-f]{32}")


class StoredFile(Base):
    """One attached file; `kind` as found from its content, `size` in bytes, `sha256` in hex."""

    __tablename__ = "stored_file"
    __table_args__ = (Index("ix_stored_file_case", "case_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    by_kind: Mapped[ActorKind] = mapped_column(String(10))
    by_id: Mapped[int | None]

    def describe(self, *, slot: str) -> dict[str, object]:
        """What a form's values say of a file."""
        return {
            "slot": slot,
            "id": str(self.id),
            "name": self.name,
            "kind": self.kind,
            "size": self.size,
            "sha256": self.sha256,
        }


class FileNotFound(NotFound):
    """No such file."""


@dataclass(frozen=True, slots=True)
class Received:
    """A content on disk that no row knows yet."""

    id: UUID
    path: Path
    size: int
    sha256: str


class FileStore:
    """The folder that contents lie in, one file each, named by id."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, file_id: UUID) -> Path:
        """Where a file's content lies."""
        name = file_id.hex
        return self.folder / name[-2:] / name

    def receive(self, stream: BinaryIO) -> Received:
        """Write a content to disk, durably; what the stream raises ends it without a trace."""
        file_id = new_id()
        path = self.path(file_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        try:
            with path.open("xb") as target:
                while chunk := stream.read(CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    target.write(chunk)
                target.flush()
                os.fsync(target.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Received(file_id, path, size, digest.hexdigest())

    def discard(self, received: Received) -> None:
        """Throw a content away that was not accepted."""
        received.path.unlink(missing_ok=True)


def add_file(
    session: Session,
    received: Received,
    *,
    case_id: UUID,
    name: str,
    kind: str,
    by: Actor,
    now: datetime,
) -> StoredFile:
    """Make a received content known as a file of a case."""
    row = StoredFile(
        id=received.id,
        case_id=case_id,
        name=name[-200:],
        kind=kind,
        size=received.size,
        sha256=received.sha256,
        at=now,
        by_kind=by.kind,
        by_id=by.id,
    )
    session.add(row)
    session.flush()
    return row


def get_file(session: Session, file_id: UUID) -> StoredFile:
    """A file's row; raises FileNotFound."""
    row = session.get(StoredFile, file_id)
    if row is None:
        raise FileNotFound
    return row


def sweep_files(session: Session, store: FileStore, *, now: datetime, age: timedelta) -> int:
    """Remove contents without a row that are older than `age`; returns how many."""
    old = {
        UUID(hex=path.name): path
        for path in store.folder.glob("*/*")
        if _NAME.fullmatch(path.name) and path.stat().st_mtime < (now - age).timestamp()
    }
    ids = list(old)
    known: set[UUID] = set()
    for begin in range(0, len(ids), IDS_AT_A_TIME):
        some = ids[begin : begin + IDS_AT_A_TIME]
        known.update(session.scalars(select(StoredFile.id).where(StoredFile.id.in_(some))))
    for file_id in old.keys() - known:
        old[file_id].unlink(missing_ok=True)
    return len(old) - len(known)
