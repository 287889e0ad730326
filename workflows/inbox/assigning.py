"""Handing over 转办: a task becomes a colleague's to do. Nobody else is kept out of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.completing import TaskNotFound, hold_task
from engine.engine import Engine
from engine.errors import Conflict, HuijiError, Rejected
from engine.language import N_
from engine.noting import note as add_note
from engine.tasks import Task
from workflows.inbox.colleagues import Colleague, list_colleagues
from workflows.shared.access import Viewer, check, get_viewer, visible_tasks
from workflows.shared.accounts import DUTIES, get_account
from workflows.shared.actor_names import name_accounts
from workflows.shared.dates import local_date
from workflows.shared.messages import send_to_staff

LONGEST_NOTE = 500
NO_NOTE = "–"


class ColleagueLacksDuty(Rejected):
    """The one who was to get the task may not decide it."""

    message = N_("%(name)s cannot decide this task. Choose somebody who has the duty for it.")


class NoColleague(ColleagueLacksDuty):
    """The one who was to get the task is nobody whom the association knows, so has no name."""

    message = N_("This person cannot decide this task. Choose somebody who has the duty for it.")


class AssignedMeanwhile(Conflict):
    """Somebody else handed the task over since the page was opened."""

    message = N_("This task was handed over in the meantime: %(name)s has it now.")


class ReleasedMeanwhile(Conflict):
    """Somebody else took the task back since the page was opened."""

    message = N_("This task was put back for everybody in the meantime.")


class Seen(NamedTuple):
    """Whose the task was on the page from which it is handed over."""

    account_id: int | None


@dataclass(frozen=True)
class HandedOver:
    """What became of several tasks: those that are the colleague's, and why others are not."""

    done: Sequence[Task]
    refused: Mapping[UUID, str]


def assign_task(
    session: Session,
    engine: Engine,
    *,
    task_id: UUID,
    to: int | None,
    viewer: Viewer,
    now: datetime,
    note: str = "",
    seen: Seen | None = None,
) -> Task:
    """Make a task a colleague's, one's own, or (`to` None) everybody's again.

    The trail says so and the colleague is told. Whose it is already, stays so without a word.
    Raises TaskIsOver, ColleagueLacksDuty, AssignedMeanwhile, ReleasedMeanwhile.
    """
    task, is_new = _assign(
        session, engine, task_id, to=to, viewer=viewer, now=now, note=note, seen=seen
    )
    if is_new:
        _tell(session, [task], to=to, viewer=viewer, now=now, note=note)
    return task


def assign_tasks(
    session: Session,
    engine: Engine,
    *,
    task_ids: Iterable[UUID],
    to: int | None,
    viewer: Viewer,
    now: datetime,
    note: str = "",
) -> HandedOver:
    """Make several tasks a colleague's; one that cannot be handed over stops no other.

    The colleague gets one message for all of them.
    """
    done, new, refused = list[Task](), list[Task](), dict[UUID, str]()
    for task_id in sorted(set(task_ids)):
        try:
            task, is_new = _assign(
                session, engine, task_id, to=to, viewer=viewer, now=now, note=note
            )
        except HuijiError as error:
            refused[task_id] = str(error)
        else:
            done.append(task)
            new += [task] if is_new else []
    if new:
        _tell(session, new, to=to, viewer=viewer, now=now, note=note)
    return HandedOver(done, refused)


def release_tasks(session: Session, *, account_id: int) -> int:
    """Put back what a person has and may not decide any more; answers how many tasks.

    For whoever takes a duty away or closes an account.
    """
    account = get_account(session, account_id)
    mine = [Task.assigned_to == account_id, Task.state == "open"]
    if account.is_active:
        mine.append(~visible_tasks(get_viewer(session, account)))
    released = session.execute(
        update(Task)
        .where(*mine)
        .values(assigned_to=None, assigned_at=None)
        .returning(Task.id)
        .execution_options(synchronize_session=False)
    )
    return len(released.all())


def _assign(
    session: Session,
    engine: Engine,
    task_id: UUID,
    *,
    to: int | None,
    viewer: Viewer,
    now: datetime,
    note: str,
    seen: Seen | None = None,
) -> tuple[Task, bool]:
    known = session.get(Task, task_id)
    if known is None:
        raise TaskNotFound
    check(viewer, "assign", known)
    task = hold_task(session, engine, task_id).task
    if task.assigned_to == to:
        return task, False
    if seen is not None and task.assigned_to != seen.account_id:
        _say_changed(session, task)
    if to is not None:
        _check_duty(session, task, to, now=now)
    task.assigned_to, task.assigned_at = to, now if to is not None else None
    if task.claimed_by == viewer.account_id != to:
        task.claimed_by = task.claimed_at = None
    add_note(
        session,
        engine,
        case_id=task.case_id,
        kind="task_assigned",
        by=viewer.actor,
        now=now,
        text=note.strip()[:LONGEST_NOTE],
        task=str(task.id),
        to=to,
    )
    return task, True


def _say_changed(session: Session, task: Task) -> None:
    if task.assigned_to is None:
        raise ReleasedMeanwhile
    raise AssignedMeanwhile(name=name_accounts(session, [task.assigned_to])[task.assigned_to])


def _check_duty(session: Session, task: Task, account_id: int, *, now: datetime) -> None:
    def find(duties: Sequence[str]) -> Colleague | None:
        association_id, today = task.association_id or 0, local_date(now)
        return list_colleagues(
            session, association_id=association_id, duties=duties, today=today, has_load=False
        ).get(account_id)

    if find([task.duty]) is None:
        known = find(DUTIES)
        raise NoColleague if known is None else ColleagueLacksDuty(name=known.name)


def _tell(
    session: Session,
    tasks: Sequence[Task],
    *,
    to: int | None,
    viewer: Viewer,
    now: datetime,
    note: str,
) -> None:
    if to is None or to == viewer.account_id:
        return
    first, is_one = tasks[0], len(tasks) == 1
    send_to_staff(
        session,
        account_id=to,
        association_id=first.association_id or 0,
        template="task_assigned" if is_one else "tasks_assigned",
        values={
            "by": viewer.name,
            "subject": first.subject_name,
            "number": first.subject_no,
            "count": len(tasks),
            "note": note.strip()[:LONGEST_NOTE] or NO_NOTE,
        },
        now=now,
        case_id=first.case_id if is_one else None,
        task_id=first.id if is_one else None,
    )
