"""Copying a task 抄送: a colleague reads it and says that he has; deciding stays where it is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.completing import TaskNotFound
from engine.engine import Engine
from engine.errors import Rejected
from engine.language import N_
from engine.noting import note as add_note
from engine.noting import texts
from engine.tasks import Task
from workflows.inbox.assigning import LONGEST_NOTE, NO_NOTE
from workflows.inbox.colleagues import Colleague, list_colleagues
from workflows.shared.access import OVERSEERS, WORKING, Viewer, check
from workflows.shared.actor_names import name_accounts
from workflows.shared.dates import local_date
from workflows.shared.messages import send_to_staff
from workflows.shared.task_copies import TaskCopy

READERS = sorted({*WORKING, *OVERSEERS})
"""Duties of those to whom a task may be copied; it never leaves its association."""


class NobodyToCopyTo(Rejected):
    """No colleague was chosen."""

    message = N_("Choose at least one colleague.")


class ReaderIsOutside(Rejected):
    """The one who was to read belongs to another association; who that is is not told."""

    message = N_("Somebody who was chosen has no duty at this association and may not read it.")


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy as its readers see it."""

    account_id: int
    name: str
    by: str
    at: datetime
    read_at: datetime | None
    note: str


def list_readers(
    session: Session, *, task: Task, viewer: Viewer, now: datetime
) -> Mapping[int, Colleague]:
    """To whom a task may be copied: everybody with a duty for its association but the viewer."""
    found = list_colleagues(
        session,
        association_id=task.association_id or 0,
        duties=READERS,
        today=local_date(now),
        has_load=False,
    )
    return {key: each for key, each in found.items() if key != viewer.account_id}


def copy_task(
    session: Session,
    engine: Engine,
    *,
    task_id: UUID,
    to: Collection[int],
    viewer: Viewer,
    now: datetime,
    note: str = "",
) -> None:
    """Give colleagues a task to read; whoever has it unread already is not told twice.

    Raises NobodyToCopyTo, ReaderIsOutside.
    """
    task = session.get(Task, task_id)
    if task is None:
        raise TaskNotFound
    check(viewer, "copy", task)
    if not to:
        raise NobodyToCopyTo
    # The case is held: of two that copy to the same person the second one sees the first.
    session.execute(select(Case.id).where(Case.id == task.case_id).with_for_update())
    readers = list_readers(session, task=task, viewer=viewer, now=now)
    if not readers.keys() >= set(to):
        raise ReaderIsOutside
    for account_id in sorted(set(to)):
        _copy(session, engine, task, account_id, viewer=viewer, now=now, note=note.strip())


def list_copies(session: Session, engine: Engine, *, case: Case, task: Task) -> Sequence[Copy]:
    """Who was given a task to read, by whom and with which words, the first one first."""
    rows = session.scalars(
        select(TaskCopy).where(TaskCopy.task_id == task.id).order_by(TaskCopy.number)
    ).all()
    if not rows:
        return []
    notes = texts(session, engine.vault, case=case)
    names = name_accounts(session, [each for row in rows for each in (row.account_id, row.by_id)])
    return [
        Copy(
            account_id=row.account_id,
            name=names[row.account_id],
            by=names[row.by_id],
            at=row.at,
            read_at=row.read_at,
            note=notes.get(row.number, ""),
        )
        for row in rows
    ]


def mark_read(session: Session, *, task_id: UUID, viewer: Viewer, now: datetime) -> None:
    """Say that the viewer has read the copy that he was given; the first time counts."""
    session.execute(
        update(TaskCopy)
        .where(
            TaskCopy.task_id == task_id,
            TaskCopy.account_id == viewer.account_id,
            TaskCopy.read_at.is_(None),
        )
        .values(read_at=now)
    )


def _copy(
    session: Session,
    engine: Engine,
    task: Task,
    account_id: int,
    *,
    viewer: Viewer,
    now: datetime,
    note: str,
) -> None:
    known = session.get(TaskCopy, (task.id, account_id), populate_existing=True)
    if known is not None and known.read_at is None:
        return
    add_note(
        session,
        engine,
        case_id=task.case_id,
        kind="task_copied",
        by=viewer.actor,
        now=now,
        text=note[:LONGEST_NOTE],
        task=str(task.id),
        to=account_id,
    )
    session.merge(
        TaskCopy(
            task_id=task.id,
            account_id=account_id,
            case_id=task.case_id,
            number=session.get_one(Case, task.case_id).trail_length,
            by_id=viewer.account_id,
            at=now,
            read_at=None,
        )
    )
    send_to_staff(
        session,
        account_id=account_id,
        association_id=task.association_id or 0,
        template="task_copied",
        values={
            "by": viewer.name,
            "subject": task.subject_name,
            "number": task.subject_no,
            "note": note[:LONGEST_NOTE] or NO_NOTE,
        },
        now=now,
        case_id=task.case_id,
        task_id=task.id,
    )
