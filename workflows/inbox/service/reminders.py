"""Reminding those who have tasks that are due soon: one message a day, on working days."""

from datetime import datetime, time

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.engine import Engine
from engine.jobs import job
from engine.recurring import Daily
from engine.tasks import Task
from workflows.inbox.service.conditions import begin_of_day, is_due_by
from workflows.inbox.service.presence import find_present, read_covers
from workflows.shared.accounts import Account
from workflows.shared.dates import ZONE, local_date
from workflows.shared.messages import Message, send_to_staff
from workflows.shared.working_days import end_of_working_day, is_working_day

TEMPLATE = "tasks_due"


@job("inbox.remind", recurs=Daily(time(8, tzinfo=ZONE)))
def remind(engine: Engine, now: datetime) -> None:
    """Tell everybody how many of his tasks are due by the end of the next working day.

    Each message is a transaction of its own, so an interrupted day goes on where it was.
    """
    if not is_working_day(local_date(now)):
        return
    until = end_of_working_day(now, 1)
    is_late = case((Task.due_at < now, 1), else_=0)
    with engine.database.read() as session:
        rows = session.execute(
            select(Task.assigned_to, func.count(), func.sum(is_late), func.min(Task.association_id))
            .where(is_due_by(until), Task.assigned_to.is_not(None))
            .group_by(Task.assigned_to)
            .order_by(Task.assigned_to)
        ).all()
        covers = read_covers(session, now=now)
    found: dict[int, list[int]] = {}
    for assigned_to, count, late, association_id in rows:
        person = find_present(covers, assigned_to)
        if person is not None and association_id is not None:
            numbers = found.setdefault(person, [0, 0, association_id])
            numbers[0] += count
            numbers[1] += late
    for account_id, (count, late, association_id) in found.items():
        tell_once_a_day(
            engine.database,
            account_id=account_id,
            association_id=association_id,
            template=TEMPLATE,
            values={"count": count, "overdue": late, "day": local_date(until).isoformat()},
            now=now,
        )


def tell_once_a_day(
    database: Database,
    *,
    account_id: int,
    association_id: int,
    template: str,
    values: dict[str, object],
    now: datetime,
) -> None:
    """Write a digest to a person, unless he has one of today or is not there any more."""
    with database.transaction() as session:
        account = session.get(Account, account_id, with_for_update=True)
        if account is None or not account.is_active or _was_told(session, account, template, now):
            return
        send_to_staff(
            session,
            account_id=account_id,
            association_id=association_id,
            template=template,
            values=values,
            now=now,
        )


def _was_told(session: Session, account: Account, template: str, now: datetime) -> bool:
    told = select(Message.id).where(
        Message.recipient_kind == "staff",
        Message.recipient_id == account.id,
        Message.template == template,
        Message.at >= begin_of_day(now),
    )
    return session.scalar(told.limit(1)) is not None
