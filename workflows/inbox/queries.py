"""What waits for the people of an association, and who is on it: the inbox's queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from engine.tasks import Task
from workflows.inbox.claims import is_stale
from workflows.inbox.counting import (
    MOST,
    add_up,
    count_kinds,
    count_open_tasks,
    say_count,
    say_waiting,
)
from workflows.inbox.filters import (
    BY_DUE,
    BY_NEWEST,
    BY_OLDEST,
    COMPLETED,
    ME,
    NOBODY,
    OPEN,
    SORTS,
    STATES,
    Filters,
)
from workflows.inbox.orders import Position, Run, place_of, runs_after, runs_before
from workflows.inbox.selecting import Selection, select_tasks
from workflows.shared.access import Viewer
from workflows.shared.associations import Association

__all__ = [
    "BY_DUE",
    "BY_NEWEST",
    "BY_OLDEST",
    "COMPLETED",
    "ME",
    "MOST",
    "NOBODY",
    "OPEN",
    "SORTS",
    "STATES",
    "Filters",
    "Page",
    "Position",
    "add_up",
    "count_kinds",
    "count_open_tasks",
    "find_next_task",
    "find_task_before",
    "list_offices",
    "list_tasks",
    "say_count",
    "say_waiting",
]

PAGE = 25
MOST_PAGES = 4
"""So many pages of tasks that others are on are passed over in search of a free one."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some tasks and where the next ones begin, if there are more."""

    tasks: Sequence[Task]
    next: Position | None


def list_tasks(
    session: Session,
    viewer: Viewer,
    filters: Filters,
    *,
    now: datetime,
    after: Position | None = None,
    limit: int = PAGE,
) -> Page:
    """A page of the tasks that the viewer may work on, from a position on."""
    selection = select_tasks(session, viewer, filters, now=now)
    found = _read(session, selection, runs_after(filters, after), limit + 1)
    page = found[:limit]
    return Page(page, place_of(page[-1], filters) if len(found) > limit else None)


def find_next_task(
    session: Session, viewer: Viewer, filters: Filters, *, decided: Task, now: datetime
) -> Task | None:
    """The task to open after a decision: the next in the list that nobody else is on.

    The list begins anew at its end, so that what was passed over comes again. Whoever was on a
    task too long ago is not on it any more.
    """
    for start in (place_of(decided, filters), None):
        after: Position | None = start
        for _page in range(MOST_PAGES):
            page = list_tasks(session, viewer, filters, now=now, after=after)
            for each in page.tasks:
                is_free = each.claimed_by in (None, viewer.account_id) or is_stale(each, now=now)
                if is_free and each.id != decided.id:
                    return each
            after = page.next
            if after is None:
                break
    return None


def find_task_before(
    session: Session, viewer: Viewer, filters: Filters, *, task: Task, now: datetime
) -> Task | None:
    """The task before one in the list, whoever is on it; None before the first."""
    selection = select_tasks(session, viewer, filters, now=now)
    found = _read(session, selection, runs_before(filters, place_of(task, filters)), 1)
    return found[0] if found else None


def list_offices(session: Session, viewer: Viewer) -> Sequence[Association]:
    """The associations that the viewer works for; one alone is nothing to choose from."""
    ids = frozenset[int]().union(*viewer.duties.values())
    if len(ids) < 2:
        return []
    return session.scalars(
        select(Association).where(Association.id.in_(sorted(ids))).order_by(Association.id)
    ).all()


def _read(
    session: Session,
    selection: Selection,
    runs: Sequence[tuple[Run, Position | None]],
    limit: int,
) -> list[Task]:
    """The first tasks of some runs, one run after the other."""
    found: list[Task] = []
    for run, position in runs:
        found += _read_run(session, selection, run, position, limit - len(found))
        if len(found) == limit:
            break
    return found


def _read_run(
    session: Session, selection: Selection, run: Run, position: Position | None, limit: int
) -> Sequence[Task]:
    desks = [
        (association_id, duty)
        for scope in selection.scopes
        for association_id in scope.association_ids
        for duty in scope.duties
    ]
    if selection.few is not None or len(desks) < 2:
        whole = select(Task).where(selection.condition, run.beyond(position))
        return session.scalars(whole.order_by(*run.order).limit(limit)).all()
    # Each desk's first ones, as its index has them in order; the first of these are wanted.
    firsts = [
        select(Task.id)
        .where(
            Task.association_id == association_id,
            Task.duty == duty,
            *selection.conditions,
            run.beyond(position),
        )
        .order_by(*run.order)
        .limit(limit)
        .subquery()
        for association_id, duty in desks
    ]
    keys = union_all(*(select(each.c.id) for each in firsts))
    wanted = select(Task).where(Task.id.in_(keys)).order_by(*run.order)
    return session.scalars(wanted.limit(limit)).all()
