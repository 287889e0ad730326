"""What waits for the people of an association, and who is on it: the inbox's queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.orm import Session

from engine.tasks import Task
from workflows.inbox.absences import covered_by
from workflows.shared.access import Viewer, visible_copies, visible_tasks
from workflows.shared.associations import Association, ids_below
from workflows.shared.dates import local_date
from workflows.shared.prefixes import begins_with

BY_DUE = "due"
BY_NEWEST = "newest"
BY_OLDEST = "oldest"
SORTS = (BY_DUE, BY_OLDEST, BY_NEWEST)

OPEN = "open"
COMPLETED = "completed"
STATES = (OPEN, COMPLETED)

ME = "me"
NOBODY = "nobody"

PAGE = 25


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the inbox is looked at; `text` begins a name or, in digits, a number.

    `assigned`: ME, NOBODY, or the key of an account. Mine is what the viewer is on and what is
    assigned to him or to somebody for whom he covers; copied is what he was given to read.
    """

    kind: str = ""
    year: int | None = None
    association_id: int | None = None
    text: str = ""
    state: str = OPEN
    assigned: str = ""
    is_overdue: bool = False
    is_mine: bool = False
    is_copied: bool = False
    is_resubmitted: bool = False
    sort: str = BY_DUE

    @property
    def are_chosen(self) -> bool:
        """Whether anything but kind and order was chosen."""
        return replace(self, kind="", sort=BY_DUE) != Filters()


class Position(NamedTuple):
    """Where a page ends: what the list is sorted by, of its last task."""

    due_at: datetime | None
    opened_at: datetime
    id: UUID


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
    wanted = select(Task).where(*_conditions(session, viewer, filters, now=now))
    found: list[Task] = []
    for part in _parts(wanted, filters.sort, after):
        found += session.scalars(part.limit(limit + 1 - len(found)))
        if len(found) > limit:
            break
    page = found[:limit]
    has_more = len(found) > limit
    return Page(page, _position(page[-1]) if has_more else None)


def find_next_task(
    session: Session, viewer: Viewer, filters: Filters, *, decided: Task, now: datetime
) -> Task | None:
    """The task to open after a decision: the next in the list that nobody else is on.

    The list begins anew at its end, so that what was passed over comes again.
    """
    for after in (_position(decided), None):
        page = list_tasks(session, viewer, filters, now=now, after=after)
        free = [
            each
            for each in page.tasks
            if each.id != decided.id and each.claimed_by in (None, viewer.account_id)
        ]
        if free:
            return free[0]
    return None


def find_task_before(
    session: Session, viewer: Viewer, filters: Filters, *, task: Task, now: datetime
) -> Task | None:
    """The task before one in the list, whoever is on it; None before the first."""
    wanted = select(Task).where(*_conditions(session, viewer, filters, now=now))
    opened = tuple_(Task.opened_at, Task.id)
    last_first = Task.opened_at.desc(), Task.id.desc()
    here = _position(task)
    if filters.sort == BY_NEWEST:
        parts = [wanted.where(opened > here[1:]).order_by(Task.opened_at, Task.id)]
    elif filters.sort == BY_OLDEST:
        parts = [wanted.where(opened < here[1:]).order_by(*last_first)]
    else:
        dated = wanted.where(Task.due_at.is_not(None)).order_by(Task.due_at.desc(), *last_first)
        if here.due_at is None:
            undated = wanted.where(Task.due_at.is_(None), opened < here[1:])
            parts = [undated.order_by(*last_first), dated]
        else:
            parts = [dated.where(tuple_(Task.due_at, Task.opened_at, Task.id) < here)]
    for part in parts:
        if (found := session.scalar(part.limit(1))) is not None:
            return found
    return None


def count_kinds(
    session: Session, viewer: Viewer, filters: Filters, *, now: datetime
) -> Mapping[str, int]:
    """How many tasks there are of each kind, the other filters as they are."""
    rows = session.execute(
        select(Task.kind, func.count())
        .where(*_conditions(session, viewer, replace(filters, kind=""), now=now))
        .group_by(Task.kind)
        .order_by(Task.kind)
    )
    return {kind: count for kind, count in rows}  # noqa: C416  rows are tuples to us


def count_open_tasks(session: Session, viewer: Viewer) -> int:
    """How many tasks wait for the viewer."""
    query = select(func.count()).where(visible_tasks(viewer), Task.state == OPEN)
    return session.scalar(query) or 0


def list_years(session: Session, viewer: Viewer) -> Sequence[int]:
    """The inspection years that open tasks are about, the last one first."""
    query = (
        select(Task.year)
        .where(visible_tasks(viewer), Task.state == OPEN, Task.year.is_not(None))
        .distinct()
        .order_by(Task.year.desc())
    )
    return [year for year in session.scalars(query) if year is not None]


def list_offices(session: Session, viewer: Viewer) -> Sequence[Association]:
    """The associations that the viewer works for; one alone is nothing to choose from."""
    ids = frozenset[int]().union(*viewer.duties.values())
    if len(ids) < 2:
        return []
    return session.scalars(
        select(Association).where(Association.id.in_(sorted(ids))).order_by(Association.id)
    ).all()


def _conditions(
    session: Session, viewer: Viewer, filters: Filters, *, now: datetime
) -> list[ColumnElement[bool]]:
    is_seen = visible_copies(viewer) if filters.is_copied else visible_tasks(viewer)
    conditions = [is_seen, Task.state == filters.state]
    if filters.kind:
        conditions.append(Task.kind == filters.kind)
    if filters.year is not None:
        conditions.append(Task.year == filters.year)
    if filters.association_id is not None:
        below = ids_below(session, [filters.association_id])
        conditions.append(Task.association_id.in_(sorted(below)))
    if text := filters.text.strip():
        column = Task.subject_no if text[0].isascii() and text[0].isdigit() else Task.subject_name
        conditions.append(begins_with(column, text))
    if filters.is_overdue:
        conditions.append(Task.due_at < now)
    if filters.assigned == NOBODY:
        conditions.append(Task.assigned_to.is_(None))
    elif filters.assigned:
        whose = viewer.account_id if filters.assigned == ME else int(filters.assigned)
        conditions.append(Task.assigned_to == whose)
    if filters.is_mine:
        conditions.append(_is_mine(session, viewer, filters, now=now))
    if filters.is_resubmitted:
        conditions.append(Task.round > 1)
    return conditions


def _is_mine(
    session: Session, viewer: Viewer, filters: Filters, *, now: datetime
) -> ColumnElement[bool]:
    if filters.state != OPEN:
        return Task.completed_by == viewer.account_id
    whose = {viewer.account_id, *covered_by(session, viewer.account_id, day=local_date(now))}
    return or_(Task.claimed_by == viewer.account_id, Task.assigned_to.in_(sorted(whose)))


def _parts(wanted: Select[Task], sort: str, after: Position | None) -> list[Select[Task]]:
    """The list as one query, or two: what has no due time comes last on both databases."""
    opened = tuple_(Task.opened_at, Task.id)
    if sort == BY_NEWEST:
        newest = wanted.order_by(Task.opened_at.desc(), Task.id.desc())
        return [newest if after is None else newest.where(opened < after[1:])]
    if sort == BY_OLDEST:
        oldest = wanted.order_by(Task.opened_at, Task.id)
        return [oldest if after is None else oldest.where(opened > after[1:])]
    dated = wanted.where(Task.due_at.is_not(None)).order_by(Task.due_at, Task.opened_at, Task.id)
    undated = wanted.where(Task.due_at.is_(None)).order_by(Task.opened_at, Task.id)
    if after is None:
        return [dated, undated]
    if after.due_at is None:
        return [undated.where(opened > after[1:])]
    return [dated.where(tuple_(Task.due_at, Task.opened_at, Task.id) > after), undated]


def _position(task: Task) -> Position:
    return Position(task.due_at, task.opened_at, task.id)
