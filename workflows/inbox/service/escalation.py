"""Telling managers what is overdue: each task once, as one message a day."""

from collections import Counter
from datetime import datetime, time

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from engine.actors import SYSTEM
from engine.completing import TaskIsOver, hold_task
from engine.engine import Engine
from engine.jobs import defer, job
from engine.noting import note
from engine.recurring import Daily
from engine.tasks import Task
from workflows.inbox.service.conditions import (
    begin_of_day,
    is_due_by,
    is_escalated,
)
from workflows.inbox.service.reminders import tell_once_a_day
from workflows.shared.accounts import Account, StaffDuty
from workflows.shared.associations import nearest_first
from workflows.shared.dates import ZONE, local_date
from workflows.shared.working_days import is_working_day

NAME = "inbox.escalate"
TEMPLATE = "tasks_overdue"

SLICE = 25
"""So many cases are locked at once: others hardly notice."""
SLICES = 80
"""So many slices in one run of the job, which is then long over before its lease is."""


@job(NAME, recurs=Daily(time(8, 30, tzinfo=ZONE)))
def escalate(engine: Engine, now: datetime) -> None:
    """Mark what is newly overdue, in its trail too; then tell the managers how much it is."""
    if not is_working_day(local_date(now)):
        return
    for _slice in range(SLICES):
        if not _mark_some(engine, now):
            _tell_managers(engine, now)
            return
    with engine.database.transaction() as session:
        defer(session, NAME, {}, at=now, lock=NAME)


def _mark_some(engine: Engine, now: datetime) -> int:
    with engine.database.transaction() as session:
        due = select(Task.case_id, Task.id).where(is_due_by(now))
        late = session.execute(due.order_by(Task.due_at, Task.id).limit(SLICE)).all()
        # The newest case first, as everybody locks them who holds several.
        for _case_id, task_id in sorted(late, reverse=True):
            try:
                task = hold_task(session, engine, task_id).task
            except TaskIsOver:
                continue
            if task.escalated_at is None:
                task.escalated_at = now
                note(
                    session,
                    engine,
                    case_id=task.case_id,
                    kind="task_escalated",
                    by=SYSTEM,
                    now=now,
                    task=str(task.id),
                )
        return len(late)


def _tell_managers(engine: Engine, now: datetime) -> None:
    """One digest a day: what an association has no manager for is told the one above it."""
    with engine.database.read() as session:
        new = _count(session, is_escalated(begin_of_day(now)))
        total = _count(session, is_escalated())
        told: dict[int, Counter[str]] = {}
        offices: dict[int, int] = {}
        for association_id, count in sorted(new.items()):
            for manager in list_managers(session, association_id):
                numbers = told.setdefault(manager, Counter())
                numbers += Counter(count=count, total=total[association_id])
                told[manager] = numbers
                offices.setdefault(manager, association_id)
    for account_id, numbers in told.items():
        tell_once_a_day(
            engine.database,
            account_id=account_id,
            association_id=offices[account_id],
            template=TEMPLATE,
            values={"count": numbers["count"], "total": numbers["total"]},
            now=now,
        )


def list_managers(session: Session, association_id: int) -> list[int]:
    """The managers of an association, or else of the nearest one above that has any."""
    above, is_its = nearest_first(association_id, StaffDuty.association_id)
    rows = session.execute(
        select(Account.id, above.c.distance)
        .join(StaffDuty, StaffDuty.account_id == Account.id)
        .join(above, is_its)
        .where(StaffDuty.duty == "manage", Account.is_active)
        .order_by(above.c.distance, Account.id)
    ).all()
    return [account_id for account_id, distance in rows if distance == rows[0].distance]


def _count(session: Session, condition: ColumnElement[bool]) -> Counter[int]:
    rows = session.execute(
        select(Task.association_id, func.count())
        .where(condition, Task.association_id.is_not(None))
        .group_by(Task.association_id)
    )
    return Counter({key: count for key, count in rows if key is not None})
