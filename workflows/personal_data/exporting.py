"""A person's data as a file: asked for by himself, made by a job, his alone for some days.

The archive holds the data for programs (data.json), a page to read (data.html) and the files that
he attached. It lies sealed with his own key: with the key, or after its days, it is gone.
"""

import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Literal
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined
from sqlalchemy import ForeignKey, Index, String, delete, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, UtcDateTime, new_id
from engine.engine import Engine
from engine.errors import NotFound
from engine.jobs import defer, job
from engine.language import N_
from workflows.personal_data.collecting import collect, list_files, name_in_archive
from workflows.shared.accounts import Account, get_account
from workflows.shared.keeping import periods_of
from workflows.shared.results import subject_of
from workflows.shared.sealed_files import open_file, seal_file
from workflows.shared.security_events import note_event

JOB = "personal_data.export"

State = Literal["asked", "ready", "failed"]
_IS_LIVE = text("state <> 'failed'")


class ExportNotFound(NotFound):
    """There is no such archive, it is not ready, or its days are over."""

    message = N_("There is no such file any more. Please ask for it again.")


class DataExport(Base):
    """An archive of the data of an account's member. `size` in bytes, unsealed."""

    __tablename__ = "data_export"
    __table_args__ = (
        Index(
            "uq_data_export_account",
            "account_id",
            unique=True,
            sqlite_where=_IS_LIVE,
            postgresql_where=_IS_LIVE,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    state: Mapped[State] = mapped_column(String(10))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    until: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    size: Mapped[int] = mapped_column(default=0)


def ask_export(
    session: Session, engine: Engine, *, account_id: int, address: str, now: datetime
) -> DataExport:
    """Ask for the archive of one's own data; one that is there or under way is the answer."""
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
    found = find_export(session, account_id=account_id, now=now)
    if found is not None and found.state != "failed":
        return found
    session.execute(delete(DataExport).where(DataExport.account_id == account_id))
    made = DataExport(
        account_id=account_id,
        state="asked",
        asked_at=now,
        until=now + periods_of(engine).exports,
    )
    session.add(made)
    session.flush()
    account = get_account(session, account_id)
    note_event(
        session,
        what="data_given",
        account_id=account_id,
        actor=account.actor,
        address=address,
        now=now,
    )
    defer(session, JOB, {"export": str(made.id)}, at=now)
    return made


def find_export(session: Session, *, account_id: int, now: datetime) -> DataExport | None:
    """The account's archive whose days are not over, or None."""
    return session.scalar(
        select(DataExport)
        .where(DataExport.account_id == account_id, DataExport.until > now)
        .order_by(DataExport.asked_at.desc())
        .limit(1)
    )


def read_export(
    session: Session, engine: Engine, *, account_id: int, now: datetime
) -> tuple[DataExport, Iterator[bytes]]:
    """The account's archive and its content, piece by piece; raises ExportNotFound."""
    found = find_export(session, account_id=account_id, now=now)
    path = None if found is None else path_of(engine, found.id)
    if found is None or path is None or found.state != "ready" or not path.is_file():
        raise ExportNotFound
    member_id = get_account(session, account_id).member_id or 0
    return found, open_file(session, engine.vault, subject_of(member_id), path)


def path_of(engine: Engine, export_id: UUID) -> Path:
    """Where a sealed archive lies."""
    return engine.files.folder.parent / "exports" / export_id.hex


def _gives_up(session: Session, *, export: str, **_others: object) -> None:
    found = session.get(DataExport, UUID(export))
    if found is not None:
        found.state = "failed"


@job(JOB, attempts=4, gives_up=_gives_up)
def make_export(engine: Engine, now: datetime, *, export: str) -> None:
    """Make an archive: read at one moment, written outside any transaction."""
    export_id = UUID(export)
    with TemporaryFile() as archive:
        with engine.database.read() as session:
            found = session.get(DataExport, export_id)
            if found is None or found.state != "asked":
                return
            account = get_account(session, found.account_id)
            _write_archive(session, engine, archive, account=account, now=now)
        archive.seek(0)
        with engine.database.transaction() as session:
            found = session.get(DataExport, export_id, with_for_update=True)
            if found is None or found.state != "asked":
                return
            found.size = _keep(session, engine, archive, found, member_id=account.member_id or 0)
            found.state, found.ready_at = "ready", now


def _keep(
    session: Session, engine: Engine, archive: BinaryIO, export: DataExport, *, member_id: int
) -> int:
    path = path_of(engine, export.id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        return seal_file(
            session, engine.vault, subject_of(member_id), source=archive, target=target
        )


def _write_archive(
    session: Session, engine: Engine, target: BinaryIO, *, account: Account, now: datetime
) -> None:
    data = collect(session, engine, account=account, now=now)
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        archive.writestr("data.json", orjson.dumps(data, option=orjson.OPT_INDENT_2))
        archive.writestr("data.html", _draw(data))
        for file in list_files(session, member_id=account.member_id or 0):
            path = engine.files.path(file.id)
            if path.is_file():
                archive.write(path, name_in_archive(file))


def _draw(data: Mapping[str, Any]) -> str:
    """The page to read: it needs nothing from anywhere."""
    environment = Environment(
        loader=PackageLoader("workflows.personal_data"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("data.html").render(data=data)


def forget_exports(session: Session, engine: Engine, *, now: datetime) -> int:
    """Remove archives whose days are over, and what lies there without a row."""
    over = delete(DataExport).where(DataExport.until <= now).returning(DataExport.id)
    count = len(session.scalars(over).all())
    known = {each.hex for each in session.scalars(select(DataExport.id))}
    folder = path_of(engine, new_id()).parent
    for path in folder.glob("*") if folder.is_dir() else ():
        if path.name not in known:
            path.unlink(missing_ok=True)
    return count
