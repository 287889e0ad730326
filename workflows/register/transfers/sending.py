"""Sending a workbook for the register: kept sealed, looked through by a job."""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.errors import Conflict, NotFound
from engine.jobs import defer
from engine.language import N_
from workflows.register.transfers.every import KINDS
from workflows.register.transfers.looking import JOB
from workflows.register.transfers.staging import (
    APPLYING,
    QUEUE,
    READING,
    ImportNotFound,
    RegisterImport,
    find_import,
    forget,
    get_import,
    list_imports,
    path_of,
)
from workflows.shared.access import Viewer, transfer_associations
from workflows.shared.accounts import Account
from workflows.shared.sealed_files import seal_file

MOST_BYTES = 40 * 2**20
MOST_AT_ONCE = 3
"""So many of an account's imports may be under way."""


class TooManyAtOnce(Conflict):
    """Several imports of the same person are under way."""

    message = N_("Several of your imports are under way. Wait until one of them is done.")


class UnderWay(Conflict):
    """What is being written cannot be thrown away."""

    message = N_("This import is being taken over. Wait until it is done.")


def check_kind(viewer: Viewer, kind: str) -> None:
    """Raises NotFound where the viewer transfers no tables of this kind, or there is none."""
    if kind not in KINDS or not transfer_associations(viewer, kind):
        raise NotFound


def check_import(viewer: Viewer, found: RegisterImport) -> None:
    """Raises NotFound where the viewer does not look after all that an import was made for."""
    check_kind(viewer, found.kind)
    if not _looks_after(viewer, found):
        raise ImportNotFound


def list_own(session: Session, viewer: Viewer, kind: str) -> Sequence[RegisterImport]:
    """The viewer's last imports of a kind that he looks at, the newest first."""
    imports = list_imports(session, account_id=viewer.account_id, kind=kind)
    return [each for each in imports if _looks_after(viewer, each)]


def send_import(
    session: Session,
    engine: Engine,
    *,
    import_id: UUID,
    kind: str,
    viewer: Viewer,
    content: BinaryIO,
    name: str,
    now: datetime,
) -> RegisterImport:
    """Keep a workbook sealed and have it looked through; the same key again is the same import.

    Raises NotFound, TooManyAtOnce.
    """
    check_kind(viewer, kind)
    session.execute(select(Account.id).where(Account.id == viewer.account_id).with_for_update())
    known = find_import(session, import_id)
    if known is not None:
        own = get_import(session, import_id, account_id=viewer.account_id)
        check_import(viewer, own)
        return own
    under_way = select(RegisterImport.id).where(
        RegisterImport.account_id == viewer.account_id,
        RegisterImport.state.in_((READING, APPLYING)),
    )
    if len(session.scalars(under_way.limit(MOST_AT_ONCE)).all()) == MOST_AT_ONCE:
        raise TooManyAtOnce
    made = RegisterImport(
        id=import_id,
        kind=kind,
        account_id=viewer.account_id,
        scope=sorted(transfer_associations(viewer, kind)),
        name=name[:200],
        state=READING,
        progress=0,
        sent_at=now,
    )
    session.add(made)
    session.flush()
    path = path_of(engine, import_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        seal_file(session, engine.vault, made.vault_subject, source=content, target=target)
        target.flush()
        os.fsync(target.fileno())
    _have_read(session, made, now)
    return made


def look_again(
    session: Session, engine: Engine, *, import_id: UUID, viewer: Viewer, now: datetime
) -> RegisterImport:
    """Have a workbook looked through once more that is still here; raises ImportNotFound."""
    found = get_import(session, import_id, account_id=viewer.account_id, hold=True)
    check_import(viewer, found)
    if found.state in (READING, APPLYING) or not path_of(engine, import_id).is_file():
        return found
    found.scope = sorted(transfer_associations(viewer, found.kind))
    found.state, found.progress, found.problem, found.ended_at = READING, 0, {}, None
    found.confirmed_at, found.reason = None, ""
    session.flush()
    _have_read(session, found, now)
    return found


def throw_away(session: Session, engine: Engine, *, import_id: UUID, viewer: Viewer) -> None:
    """Take an import away before its days are over; raises UnderWay."""
    found = get_import(session, import_id, account_id=viewer.account_id, hold=True)
    if found.state == APPLYING:
        raise UnderWay
    forget(session, engine, found)


def _looks_after(viewer: Viewer, found: RegisterImport) -> bool:
    return transfer_associations(viewer, found.kind).issuperset(found.scope)


def _have_read(session: Session, found: RegisterImport, now: datetime) -> None:
    args: Mapping[str, object] = {"import_id": str(found.id)}
    defer(session, JOB, args, at=now, lock=f"import:{found.id}", queue=QUEUE)
