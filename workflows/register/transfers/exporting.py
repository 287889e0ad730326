"""Taking tables away: by filter, row by row; personal data covered unless somebody says why.

Who took what away, and why in full, stands in a list for good.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, BigId, Json, UtcDateTime
from engine.engine import Engine
from engine.errors import Rejected
from engine.language import N_, _
from forms.lists import Language
from forms.masking import mask
from workflows.register.transfers.cells import Column, Value
from workflows.register.transfers.every import KINDS
from workflows.register.transfers.kinds import Wanted
from workflows.register.transfers.sending import check_kind
from workflows.shared.access import Viewer, transfer_associations
from workflows.shared.associations import ids_below
from workflows.shared.security_events import note_event

LONGEST_REASON = 200
IN_FULL = "manage"
"""The duty that takes personal data away in full."""


class ReasonNeeded(Rejected):
    """Somebody wants personal data in full and does not say why."""

    message = N_("Say why you need these data: it is kept in the trail.")


class RegisterExport(Base):
    """A table that somebody took away. `wanted`: what he filtered by; `reason`: why in full."""

    __tablename__ = "register_export"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    wanted: Mapped[dict[str, Any]] = mapped_column(Json)
    is_in_full: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime())


def begin_export(
    session: Session,
    *,
    kind: str,
    viewer: Viewer,
    association_id: int | None,
    wanted: dict[str, Any],
    reason: str,
    is_in_full: bool,
    address: str,
    now: datetime,
) -> Wanted:
    """Note that somebody takes a table away; answers which rows he may. Raises ReasonNeeded.

    Of an association that he does not look after there are none.
    """
    check_kind(viewer, kind)
    scope = transfer_associations(viewer, kind)
    if association_id is not None:
        scope &= ids_below(session, [association_id])
    said = " ".join(reason.split())[:LONGEST_REASON]
    is_in_full = is_in_full and any(each.covers for each in KINDS[kind].columns)
    if is_in_full:
        scope &= viewer.duties.get(IN_FULL, frozenset())
        if not said:
            raise ReasonNeeded
    session.add(
        RegisterExport(
            account_id=viewer.account_id,
            kind=kind,
            wanted={**wanted, "association": association_id},
            is_in_full=is_in_full,
            reason=said if is_in_full else "",
            at=now,
        )
    )
    note_event(
        session,
        what="data_given",
        account_id=viewer.account_id,
        actor=viewer.actor,
        address=address,
        now=now,
        details={"table": kind, "in_full": is_in_full},
    )
    return Wanted(scope, **wanted)


def list_exports(session: Session, *, account_id: int, limit: int = 10) -> Sequence[RegisterExport]:
    """The tables that an account took away last, the newest first."""
    return session.scalars(
        select(RegisterExport)
        .where(RegisterExport.account_id == account_id)
        .order_by(RegisterExport.id.desc())
        .limit(limit)
    ).all()


def head_columns(kind: str) -> list[str]:
    """The heads of a table of a kind, in the language that is spoken."""
    return [_(each.heads[0]) for each in KINDS[kind].columns]


def export_rows(
    engine: Engine, *, kind: str, wanted: Wanted, is_in_full: bool, language: Language
) -> Iterator[Sequence[Value]]:
    """The rows of a table, read as they are asked for."""
    known = KINDS[kind]
    with engine.database.read() as session:
        for row in known.export(session, engine.vault, wanted):
            yield [
                write_cell(each, row.get(each.key), language, is_in_full=is_in_full)
                for each in known.columns
            ]


def write_cell(column: Column, value: Any, language: Language, *, is_in_full: bool) -> Value:
    """A value as its cell says it, covered where it is nobody's business."""
    if column.covers and not is_in_full and value:
        return mask(column.covers, str(value))
    return column.write(value, language)
