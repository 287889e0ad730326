"""An import between its file and the register: what was understood of it, kept sealed.

The rows are kept in portions, sealed with a key of the import's own: with the key, after its days,
they are gone. So is the file, which lies sealed beside them until it was applied.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import orjson
from sqlalchemy import ForeignKey, Index, LargeBinary, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, Json, UtcDateTime
from engine.engine import Engine
from engine.errors import NotFound
from engine.jobs import job
from engine.language import N_
from engine.recurring import Every
from engine.vault import BY_SUBJECT, Vault

KEPT = timedelta(days=30)
"""So long somebody can look at what an import changed, or go on with it."""

PORTION = 100
QUEUE = "transfers"

State = Literal["reading", "ready", "applying", "applied", "refused", "failed"]

READING: State = "reading"
READY: State = "ready"
APPLYING: State = "applying"
APPLIED: State = "applied"
REFUSED: State = "refused"
FAILED: State = "failed"
UNDER_WAY = (READING, APPLYING)

Part = Literal["new", "changed", "wrong"]
PARTS: tuple[Part, ...] = ("wrong", "new", "changed")


class ImportNotFound(NotFound):
    """There is no such import, it is somebody else's, or its days are over."""

    message = N_("This import is not here any more. Choose the file once more.")


class RegisterImport(Base):
    """A workbook that somebody sent for the register. Its key was made with the page that sent it.

    `kind`: members, firms, fees or hours. `progress`: percent of what is under way. `run`: the
    attempt that is at it; one that lost its lease finds another one here. `problem`: the sentence
    why all of it was refused, as {"message", "values"}. `letters`: its columns, by their keys.
    `scope`: the associations that its sender looked after; whom it shows is one of theirs.
    """

    __tablename__ = "register_import"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    scope: Mapped[list[int]] = mapped_column(Json, default=list)
    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[State] = mapped_column(String(10))
    progress: Mapped[int] = mapped_column(default=0)
    run: Mapped[UUID | None]
    letters: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    new: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    wrong: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(500), default="")
    problem: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    @property
    def vault_subject(self) -> str:
        """The name under which the vault keeps the key of its rows."""
        return f"import:{self.id.hex}"

    @property
    def right(self) -> int:
        """How many rows would be taken over."""
        return self.new + self.changed


class ImportPortion(Base):
    """Some rows of one part of an import, in their order."""

    __tablename__ = "register_import_portion"
    __table_args__ = (Index("ix_register_import_portion", "import_id", "part", "position"),)

    import_id: Mapped[UUID] = mapped_column(
        ForeignKey("register_import.id", ondelete="CASCADE"), primary_key=True
    )
    part: Mapped[Part] = mapped_column(String(10), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=BY_SUBJECT)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet as its cells were read; what is empty is left out."""

    line: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A row that would change the register.

    `id`: the row of the register; None where there is none yet. `number`, `name`: whose it is.
    `values`: as they were read. `before` and `after`: what differs, as plain values.
    """

    line: int
    id: int | None
    number: str
    name: str
    values: dict[str, Any]
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that cannot be taken over: the column's key, what stands there, and why."""

    line: int
    column: str
    said: str
    why: str
    values: dict[str, str] = field(default_factory=dict)


def find_import(session: Session, import_id: UUID) -> RegisterImport | None:
    """The import of a key, or None."""
    return session.get(RegisterImport, import_id)


def get_import(
    session: Session, import_id: UUID, *, account_id: int, hold: bool = False
) -> RegisterImport:
    """An import of the account's own; raises ImportNotFound."""
    query = select(RegisterImport).where(
        RegisterImport.id == import_id, RegisterImport.account_id == account_id
    )
    if hold:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise ImportNotFound
    return found


def list_imports(
    session: Session, *, account_id: int, kind: str, limit: int = 10
) -> Sequence[RegisterImport]:
    """An account's last imports of a kind, the newest first."""
    return session.scalars(
        select(RegisterImport)
        .where(RegisterImport.account_id == account_id, RegisterImport.kind == kind)
        .order_by(RegisterImport.sent_at.desc())
        .limit(limit)
    ).all()


def seal_portion(
    session: Session, vault: Vault, found: RegisterImport, rows: Sequence[Change | Wrong]
) -> bytes:
    """Rows as a portion keeps them."""
    said = orjson.dumps(list(rows))
    return vault.seal(session, found.vault_subject, zlib.compress(said, 1))


def read_portion(
    session: Session, vault: Vault, found: RegisterImport, part: Part, position: int
) -> list[Change] | list[Wrong]:
    """The rows of a portion, by its place among those of its part; none where there is none."""
    sealed = session.scalar(
        select(ImportPortion.sealed).where(
            ImportPortion.import_id == found.id,
            ImportPortion.part == part,
            ImportPortion.position == position,
        )
    )
    return [] if sealed is None else _open(session, vault, found, part, sealed)


def read_portions(
    session: Session, vault: Vault, found: RegisterImport, part: Part
) -> Iterator[list[Change] | list[Wrong]]:
    """All rows of a part, a portion at a time."""
    for position in range(count_portions(session, found, part)):
        yield read_portion(session, vault, found, part, position)


def count_portions(session: Session, found: RegisterImport, part: Part) -> int:
    """How many portions a part has."""
    query = select(func.count()).where(
        ImportPortion.import_id == found.id, ImportPortion.part == part
    )
    return session.scalar(query) or 0


def path_of(engine: Engine, import_id: UUID) -> Path:
    """Where the sealed file of an import lies."""
    return engine.files.folder.parent / "imports" / import_id.hex


def forget(session: Session, engine: Engine, found: RegisterImport) -> None:
    """Take an import away with its rows, its key and its file."""
    path_of(engine, found.id).unlink(missing_ok=True)
    session.execute(delete(ImportPortion).where(ImportPortion.import_id == found.id))
    engine.vault.erase(session, found.vault_subject)
    session.delete(found)
    session.flush()


@job("transfers.sweep", recurs=Every(timedelta(hours=6)))
def sweep_imports(session: Session, engine: Engine, now: datetime) -> None:
    """Take away imports whose days are over."""
    old = select(RegisterImport).where(RegisterImport.sent_at < now - KEPT)
    for found in session.scalars(old.limit(50)).all():
        if found.state not in UNDER_WAY or found.sent_at < now - 2 * KEPT:
            forget(session, engine, found)


def _open(
    session: Session, vault: Vault, found: RegisterImport, part: Part, sealed: bytes
) -> list[Change] | list[Wrong]:
    said = orjson.loads(zlib.decompress(vault.open(session, found.vault_subject, sealed)))
    if part == "wrong":
        return [Wrong(**each) for each in said]
    return [Change(**each) for each in said]
