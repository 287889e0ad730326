"""Attendance from a table: looked through row by row, shown, and only then recorded.

What was understood is kept under a key from one page to the next, sealed, because it is about
people; it goes after a day. Confirming it twice is once. The rows that can be recorded are, all
in one transaction; every other one is named with its line, its column and why.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ForeignKey, LargeBinary, String, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, Json, UtcDateTime
from engine.errors import NotFound
from engine.jobs import job
from engine.language import N_
from engine.recurring import Every
from engine.vault import BY_MASTER, Vault
from workflows.shared.enrolments import Enrolment
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.attendance.reading import Table
from workflows.training_enrolment.attendance.recording import (
    NOT_PRESENT,
    PRESENT,
    check_can_record,
    record_attendance,
)
from workflows.training_enrolment.attendance.understanding import (
    Right,
    Understood,
    Wrong,
    understand,
)

KEPT = timedelta(days=1)


class ImportNotFound(NotFound):
    """The table was looked through too long ago, or is another class's."""

    message = N_("This table is not here any more. Choose the file once more.")


class AttendanceImport(Base):
    """A table that was looked through. `sealed`: what was understood and what was not.

    `result`: counts and the lines left out, once it was confirmed.
    """

    __tablename__ = "attendance_import"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=BY_MASTER)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    result: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


def look_through(
    session: Session,
    vault: Vault,
    *,
    key: UUID,
    training_class: TrainingClass,
    table: Table,
    name: str,
    by: int,
    now: datetime,
) -> AttendanceImport:
    """Keep what is understood of a table, under a key that the page made: twice is once.

    Another table under the key takes the place of the one before, until that was confirmed.
    Raises what `check_can_record` raises, and ImportNotFound for the key of somebody else's.
    """
    check_can_record(training_class, now=now)
    understood = understand(session, training_class.id, table)
    sealed = vault.seal_text(orjson.dumps(asdict(understood)).decode())
    class_id, name = training_class.id, name[:200]
    made = AttendanceImport(id=key, class_id=class_id, name=name, by=by, at=now, sealed=sealed)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        found = get_import(session, key=key, class_id=class_id, hold=True)
        if found.by != by:
            raise ImportNotFound from None
        if found.confirmed_at is None:
            found.name, found.at, found.sealed = name, now, sealed
        return found
    return made


def get_import(
    session: Session, *, key: UUID, class_id: int, hold: bool = False
) -> AttendanceImport:
    """A table that was looked through, locked if it is to be recorded; raises ImportNotFound."""
    query = select(AttendanceImport).where(
        AttendanceImport.id == key, AttendanceImport.class_id == class_id
    )
    found = session.scalar(query.with_for_update() if hold else query)
    if found is None:
        raise ImportNotFound
    return found


def open_import(vault: Vault, found: AttendanceImport) -> Understood:
    """What was understood of a table."""
    said = orjson.loads(vault.open_text(found.sealed))
    return Understood(
        right=[Right(**each) for each in said["right"]],
        unchanged=said["unchanged"],
        empty=said["empty"],
        wrong=[Wrong(**each) for each in said["wrong"]],
    )


def confirm_import(
    session: Session,
    vault: Vault,
    *,
    key: UUID,
    training_class: TrainingClass,
    by: int,
    now: datetime,
) -> AttendanceImport:
    """Record the rows that can be recorded; once more it changes nothing. Raises ImportNotFound.

    Of whom something else was recorded since the table was looked through is left out.
    """
    found = get_import(session, key=key, class_id=training_class.id, hold=True)
    if found.confirmed_at is not None:
        return found
    right = open_import(vault, found).right
    now_said = _attendance_of(session, [each.enrolment_id for each in right])
    fresh, stale = list[Right](), dict[int, str]()
    for each in right:
        if now_said.get(each.enrolment_id, "") == each.before:
            fresh.append(each)
        else:
            stale[each.line] = "changed"
    recorded = record_attendance(
        session,
        training_class=training_class,
        said={each.enrolment_id: each.word for each in fresh},
        by=by,
        now=now,
    )
    refused = {each.line: recorded.refused.get(each.enrolment_id, "") for each in fresh}
    changed = set(recorded.changed)
    found.confirmed_at = now
    found.result = {
        "present": sum(
            1 for each in fresh if each.enrolment_id in changed and each.word == PRESENT
        ),
        "absent": sum(
            1 for each in fresh if each.enrolment_id in changed and each.word == NOT_PRESENT
        ),
        "left_out": [
            {"line": line, "why": why} for line, why in sorted({**stale, **refused}.items()) if why
        ],
    }
    session.flush()
    return found


@job("attendance.sweep_imports", recurs=Every(timedelta(hours=6)))
def sweep_imports(session: Session, now: datetime) -> None:
    """Forget tables that were looked through more than a day ago."""
    session.execute(delete(AttendanceImport).where(AttendanceImport.at < now - KEPT))


def _attendance_of(session: Session, keys: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for begin in range(0, len(keys), 500):
        query = select(Enrolment.id, Enrolment.attendance).where(
            Enrolment.id.in_(keys[begin : begin + 500])
        )
        found |= {key: attendance or "" for key, attendance in session.execute(query)}
    return found
