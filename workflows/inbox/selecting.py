"""Which tasks filters mean, as conditions that the inbox's indexes serve.

An index of the inbox begins with an association and a duty, a *desk*: a viewer's inbox is some
desks, each read in order by itself. The columns that filters ask for are at the indexes' ends,
so that a row is fetched only when it is to be shown.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, literal, or_, select, union
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal

from engine.tasks import Task
from workflows.inbox.absences import covered_by
from workflows.inbox.classes import is_of_class
from workflows.inbox.filters import ME, NOBODY, OPEN, Filters
from workflows.shared.access import Viewer, visible_copies
from workflows.shared.associations import ids_below
from workflows.shared.dates import local_date
from workflows.shared.prefixes import begins_with

FEW = 500
"""Up to so many tasks are looked at one by one, whatever else is asked of them."""


class Scope(NamedTuple):
    """The desks of some duties at some associations."""

    duties: tuple[str, ...]
    association_ids: tuple[int, ...]

    @property
    def condition(self) -> ColumnElement[bool]:
        """The tasks that come to one of the desks."""
        return and_(
            Task.association_id.in_(self.association_ids),
            Task.duty.in_(self.duties),
        )


@dataclass(frozen=True)
class Selection:
    """The tasks that filters mean for a viewer.

    `conditions` hold at every desk. `few`: the keys of the tasks to look at, when one of the
    filters leaves so few that no order needs to be followed. What was copied is at no desk.
    """

    seen: ColumnElement[bool]
    scopes: tuple[Scope, ...]
    conditions: tuple[ColumnElement[bool], ...]
    few: tuple[UUID, ...] | None = None

    @property
    def condition(self) -> ColumnElement[bool]:
        """All of it in one."""
        if self.few is None:
            return and_(self.seen, *self.conditions)
        return and_(
            Task.id.in_(self.few), or_(false(), *map(_at_desk, self.scopes)), *self.conditions
        )


def in_state(state: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The tasks of associations in a state; written out, as partial indexes ask for it."""
    return (
        Task.state == literal(state, literal_execute=True),
        Task.lane != Task.subject_kind,
    )


def scopes_of(viewer: Viewer, within: frozenset[int] | None = None) -> tuple[Scope, ...]:
    """The viewer's desks, those of the same associations together."""
    found: dict[frozenset[int], list[str]] = {}
    for duty, associations in sorted(viewer.duties.items()):
        known = associations if within is None else associations & within
        if known:
            found.setdefault(known, []).append(duty)
    return tuple(Scope(tuple(duties), tuple(sorted(ids))) for ids, duties in found.items())


def select_tasks(session: Session, viewer: Viewer, filters: Filters, *, now: datetime) -> Selection:
    """What the filters mean for the viewer."""
    within: frozenset[int] | None = None
    if filters.association_id is not None:
        within = ids_below(session, [filters.association_id])
    own = _own_accounts(session, viewer, now=now) if filters.is_mine else frozenset[int]()
    conditions = [*in_state(filters.state), *_conditions(viewer, filters, own, now=now)]
    if filters.is_copied:
        if within is not None:
            conditions.append(Task.association_id.in_(sorted(within)))
        return Selection(visible_copies(viewer), (), tuple(conditions))
    scopes = scopes_of(viewer, within)
    seen = or_(*(each.condition for each in scopes)) if scopes else false()
    few = _find_few(session, viewer, scopes, filters, own)
    return Selection(seen, scopes, tuple(conditions), few)


def _conditions(
    viewer: Viewer, filters: Filters, own: frozenset[int], *, now: datetime
) -> list[ColumnElement[bool]]:
    conditions = _of_people(viewer, filters, own)
    if filters.kind:
        conditions.append(Task.kind == filters.kind)
    if filters.class_id is not None:
        conditions.append(is_of_class(filters.class_id))
    if filters.year is not None:
        conditions.append(Task.year == filters.year)
    if filters.text:
        conditions.append(begins_with(_aside(_begun(filters)), filters.text))
    if filters.is_overdue:
        conditions.append(Task.due_at < now)
    if filters.is_resubmitted:
        conditions.append(Task.round > 1)
    if filters.is_nudged:
        conditions.append(Task.nudges > 0)
    return conditions


def _of_people(viewer: Viewer, filters: Filters, own: frozenset[int]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.is_mine and filters.state == OPEN:
        is_assigned = _aside(Task.assigned_to).in_(own)
        conditions.append(or_(is_assigned, _aside(Task.claimed_by) == viewer.account_id))
    elif filters.is_mine:
        conditions.append(_aside(Task.completed_by) == viewer.account_id)
    if filters.assigned == NOBODY:
        conditions.append(_aside(Task.assigned_to).is_(None))
    elif filters.assigned:
        conditions.append(_aside(Task.assigned_to) == _account(viewer, filters))
    return conditions


def _find_few(
    session: Session,
    viewer: Viewer,
    scopes: tuple[Scope, ...],
    filters: Filters,
    own: frozenset[int],
) -> tuple[UUID, ...] | None:
    """The keys that a beginning or a person leaves, if these are few; each has an index."""
    keys = select(Task.id).where(*in_state(filters.state)).limit(FEW + 1)
    queries = []
    if filters.text:
        offices = frozenset[int]().union(*(each.association_ids for each in scopes))
        queries.append(
            keys.where(
                Task.association_id.in_(sorted(offices)), begins_with(_begun(filters), filters.text)
            )
        )
    if filters.is_mine and filters.state == OPEN:
        claimed = keys.where(Task.claimed_by == viewer.account_id).subquery()
        assigned = keys.where(Task.assigned_to.in_(own)).subquery()
        both = union(select(claimed.c.id), select(assigned.c.id)).subquery()
        queries.append(select(both.c.id).limit(FEW + 1))
    elif filters.is_mine:
        queries.append(keys.where(Task.completed_by == viewer.account_id))
    if filters.assigned not in ("", NOBODY) and filters.state == OPEN:
        queries.append(keys.where(Task.assigned_to == _account(viewer, filters)))
    for query in queries:
        found = session.scalars(query).all()
        if len(found) <= FEW:
            return tuple(found)
    return None


def _begun(filters: Filters) -> InstrumentedAttribute[str]:
    return Task.subject_no if filters.is_number else Task.subject_name


def _at_desk(scope: Scope) -> ColumnElement[bool]:
    """The tasks at a scope's desks, of some whose keys are known."""
    at = _aside(Task.association_id).in_(scope.association_ids)
    return and_(at, _aside(Task.duty).in_(scope.duties))


def _aside(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """A column as the index of a desk has it beside its order.

    What leaves few is looked up before, by its own index. Where it leaves many, that index would
    lead to all of them one by one; written so, SQLite is not tempted to take it. PostgreSQL
    weighs what each way costs, and looks into an index for plain columns only.
    """
    return _Aside(column)


class _Aside(ColumnElement[Any]):
    """A column that SQLite looks for in no index of its own."""

    inherit_cache = True
    _traverse_internals = [("column", InternalTraversal.dp_clauseelement)]  # noqa: RUF012

    def __init__(self, column: InstrumentedAttribute[Any]) -> None:
        self.column: ColumnElement[Any] = column.expression
        self.type = column.type


@compiles(_Aside)
def _plain(element: _Aside, compiler: SQLCompiler, **given: Any) -> str:
    return compiler.process(element.column, **given)


@compiles(_Aside, "sqlite")
def _without_index(element: _Aside, compiler: SQLCompiler, **given: Any) -> str:
    # To SQLite, a plus before a column is nothing but that.
    return f"+{compiler.process(element.column, **given)}"


def _account(viewer: Viewer, filters: Filters) -> int:
    return viewer.account_id if filters.assigned == ME else int(filters.assigned)


def _own_accounts(session: Session, viewer: Viewer, *, now: datetime) -> frozenset[int]:
    """The viewer and whom he covers for today."""
    covered = covered_by(session, viewer.account_id, day=local_date(now))
    return covered | {viewer.account_id}
