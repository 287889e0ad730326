"""Who is there to be told something about a task."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.tasks import Task
from workflows.inbox.absences import Absence, is_away_on
from workflows.inbox.claims import is_stale
from workflows.shared.accounts import Account
from workflows.shared.dates import local_date

Covers = Mapping[int, int | None]


def read_covers(session: Session, *, now: datetime) -> Covers:
    """Who is away today, and who covers for him."""
    rows = session.execute(
        select(Absence.account_id, Absence.cover_id).where(is_away_on(local_date(now)))
    )
    return {account_id: cover_id for account_id, cover_id in rows}  # noqa: C416  rows are tuples to us


def find_present(covers: Covers, account_id: int | None) -> int | None:
    """A person, or whoever covers for him in the end; None when all of them are away."""
    seen = set[int]()
    while account_id is not None and account_id not in seen:
        if account_id not in covers:
            return account_id
        seen.add(account_id)
        account_id = covers[account_id]
    return None


def find_person(session: Session, task: Task, *, now: datetime) -> Account | None:
    """Whose a task is: he to whom it is assigned (or who covers for him), else who is on it."""
    found = find_present(read_covers(session, now=now), task.assigned_to)
    if found is None and task.claimed_by is not None and not is_stale(task, now=now):
        found = task.claimed_by
    account = session.get(Account, found) if found is not None else None
    return account if account is not None and account.is_active else None
