"""Handing over 转办: a task becomes a colleague's to do. Nobody else is kept out of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.completing import TaskIsOver, TaskNotFound, hold_task
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
SLICE = 25
"""So many cases are locked at once: others hardly notice."""


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
        session,
        engine,
        task_id,
        Desks(session, now),
        to=to,
        viewer=viewer,
        now=now,
        note=note,
        seen=seen,
    )
    if is_new:
        _tell(session, [task], to=to, viewer=viewer, now=now, note=note)
    return task


def assign_tasks(
    engine: Engine,
    *,
    task_ids: Iterable[UUID],
    to: int | None,
    viewer: Viewer,
    now: datetime,
    note: str = "",
) -> HandedOver:
    """Make several tasks a colleague's; one that cannot be handed over stops no other.

    They are handed over in slices, each in a transaction of its own; the colleague gets one
    message for all of them.
    """
    wanted = set(task_ids)
    with engine.database.read() as session:
        known = session.scalars(_in_order(select(Task.id).where(Task.id.in_(wanted)))).all()
    done, new, refused = list[Task](), list[Task](), dict[UUID, str]()
    for keys in _slices([*known, *sorted(wanted.difference(known))]):
        with engine.database.transaction() as session:
            desks = Desks(session, now)
            # Read at once what is then held one by one.
            kept = session.scalars(select(Task).where(Task.id.in_(keys))).all()
            for task_id in keys:
                try:
                    task, is_new = _assign(
                        session, engine, task_id, desks, to=to, viewer=viewer, now=now, note=note
                    )
                except HuijiError as error:
                    refused[task_id] = str(error)
                else:
                    done.append(task)
                    new += [task] if is_new else []
            del kept
    if new:
        with engine.database.transaction() as session:
            _tell(session, new, to=to, viewer=viewer, now=now, note=note)
    return HandedOver(done, refused)


def release_tasks(engine: Engine, *, account_id: int, by: Actor, now: datetime) -> int:
    """Put back what a person has and may not decide any more; answers how many tasks.

    For whoever took a duty away or closed an account, after that was committed: in slices, and
    each trail says so. Doing it again puts back what is left.
    """
    with engine.database.read() as session:
        account = get_account(session, account_id)
        mine = select(Task.id).where(Task.assigned_to == account_id, Task.state == "open")
        if account.is_active:
            mine = mine.where(~visible_tasks(get_viewer(session, account)))
        task_ids = session.scalars(_in_order(mine)).all()
    released = 0
    for keys in _slices(task_ids):
        with engine.database.transaction() as session:
            for task_id in keys:
                try:
                    task = hold_task(session, engine, task_id).task
                except TaskIsOver:
                    continue
                if task.assigned_to == account_id:
                    _give(session, engine, task, None, by=by, now=now)
                    released += 1
    return released


class Desks:
    """Who may decide what waits at a desk, asked for once in a transaction."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._today = session, local_date(now)
        self._found: dict[tuple[int, tuple[str, ...]], Mapping[int, Colleague]] = {}

    def find(self, task: Task, account_id: int, duties: tuple[str, ...]) -> Colleague | None:
        """The person, if he has one of the duties where the task is."""
        desk = (task.association_id or 0, duties)
        if desk not in self._found:
            self._found[desk] = list_colleagues(
                self._session,
                association_id=desk[0],
                duties=duties,
                today=self._today,
                has_load=False,
            )
        return self._found[desk].get(account_id)


def _in_order(keys: Select[UUID]) -> Select[UUID]:
    """Tasks by their cases, the newest first, as everybody locks cases who holds several."""
    return keys.order_by(Task.case_id.desc(), Task.id)


def _slices(keys: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (keys[first : first + SLICE] for first in range(0, len(keys), SLICE))


def _assign(
    session: Session,
    engine: Engine,
    task_id: UUID,
    desks: Desks,
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
        _check_duty(desks, task, to)
    if task.claimed_by == viewer.account_id != to:
        task.claimed_by = task.claimed_at = None
    _give(session, engine, task, to, by=viewer.actor, now=now, note=note)
    return task, True


def _give(
    session: Session,
    engine: Engine,
    task: Task,
    to: int | None,
    *,
    by: Actor,
    now: datetime,
    note: str = "",
) -> None:
    """Make a task that is held somebody's, or everybody's, and say so in its trail."""
    task.assigned_to, task.assigned_at = to, now if to is not None else None
    add_note(
        session,
        engine,
        case_id=task.case_id,
        kind="task_assigned",
        by=by,
        now=now,
        text=note.strip()[:LONGEST_NOTE],
        task=str(task.id),
        to=to,
    )


def _say_changed(session: Session, task: Task) -> None:
    if task.assigned_to is None:
        raise ReleasedMeanwhile
    raise AssignedMeanwhile(name=name_accounts(session, [task.assigned_to])[task.assigned_to])


def _check_duty(desks: Desks, task: Task, account_id: int) -> None:
    if desks.find(task, account_id, (task.duty,)) is None:
        known = desks.find(task, account_id, tuple(DUTIES))
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
