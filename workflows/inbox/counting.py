"""Counting what waits, honestly and without counting to the end: exact up to a thousand."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, func, literal, select
from sqlalchemy.orm import Session

from engine.tasks import Task
from workflows.inbox.filters import OPEN, Filters
from workflows.inbox.selecting import Selection, in_state, scopes_of, select_tasks
from workflows.shared.access import Viewer
from workflows.shared.application_kinds import all_kinds

MOST = 1000
"""A count beyond is given as `MOST + 1`: there are more, and nobody needs to know how many."""


def count_kinds(
    session: Session, viewer: Viewer, filters: Filters, *, now: datetime
) -> Mapping[str, int]:
    """How many tasks there are of each kind, the other filters as they are; see `MOST`."""
    selection = select_tasks(session, viewer, replace(filters, kind=""), now=now)
    found = _count_together(session, selection)
    if sum(found.values()) <= MOST:
        return found
    return _count_apart(session, selection, {*all_kinds(), *found})


def count_open_tasks(session: Session, viewer: Viewer) -> int:
    """How many tasks wait for the viewer; see `MOST`."""
    total = 0
    for scope in scopes_of(viewer):
        query = _capped(scope.condition, *in_state(OPEN))
        total += session.scalar(select(query)) or 0
    return min(total, MOST + 1)


def add_up(counts: Iterable[int]) -> int:
    """The sum of counts; see `MOST`."""
    return min(sum(counts), MOST + 1)


def say_count(count: int) -> str:
    """A count as people read it: exact up to `MOST`, then that there are more."""
    return str(count) if count <= MOST else f"{MOST}+"


def say_waiting(count: int) -> str:
    """What stands beside the inbox's name elsewhere: nothing, when nothing waits."""
    return say_count(count) if count else ""


def _count_together(session: Session, selection: Selection) -> dict[str, int]:
    """All kinds at once; worth something only while they are not too many."""
    parts = [each.condition for each in selection.scopes] or [selection.seen]
    if selection.few is not None:
        parts = [selection.condition]
    found: dict[str, int] = {}
    for part in parts:
        some = select(Task.kind).where(part, *selection.conditions).limit(MOST + 1).subquery()
        rows = session.execute(select(some.c.kind, func.count()).group_by(some.c.kind))
        for kind, count in rows:
            found[kind] = found.get(kind, 0) + count
    return dict(sorted(found.items()))


def _count_apart(session: Session, selection: Selection, kinds: set[str]) -> dict[str, int]:
    """Each kind by itself, in one statement."""
    parts = [each.condition for each in selection.scopes] or [selection.seen]
    counted = [
        (kind, _capped(part, *selection.conditions, Task.kind == kind))
        for kind in sorted(kinds)
        for part in parts
    ]
    row = session.execute(select(*(each for _, each in counted))).one()
    found: dict[str, int] = {}
    for (kind, _), count in zip(counted, row, strict=True):
        found[kind] = min(found.get(kind, 0) + count, MOST + 1)
    return {kind: count for kind, count in found.items() if count}


def _capped(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    some = select(literal(1).label("one")).where(*conditions).limit(MOST + 1)
    some = some.select_from(Task)
    return select(func.count()).select_from(some.subquery()).scalar_subquery()
