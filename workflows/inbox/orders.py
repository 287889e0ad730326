"""In which order tasks are listed, and where in it a page begins: positions, never offsets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, UnaryExpression, true, tuple_

from engine.tasks import Task
from workflows.inbox.filters import BY_NEWEST, BY_OLDEST, COMPLETED, Filters


class Position(NamedTuple):
    """A task's place in a list: what lists are sorted by, of that task.

    `at`: when it arrived; of what is decided, when that was.
    """

    due_at: datetime | None
    at: datetime
    id: UUID


@dataclass(frozen=True)
class Run:
    """A part of a list that one index has in order: tasks of a condition, by some columns."""

    columns: tuple[Any, ...]
    is_descending: bool = False
    condition: ColumnElement[bool] | None = None

    @property
    def order(self) -> Sequence[UnaryExpression[Any]]:
        """What to order the rows by."""
        return [each.desc() if self.is_descending else each.asc() for each in self.columns]

    def beyond(self, position: Position | None) -> ColumnElement[bool]:
        """The rows of this part that come after a position; without one all of them."""
        within = true() if self.condition is None else self.condition
        if position is None:
            return within
        place, key = tuple_(*self.columns), position[-len(self.columns) :]
        return within & (place < key if self.is_descending else place > key)

    def reversed(self) -> "Run":
        """The same rows the other way round."""
        return Run(self.columns, not self.is_descending, self.condition)


DATED = Run((Task.due_at, Task.opened_at, Task.id), condition=Task.due_at.is_not(None))
UNDATED = Run((Task.opened_at, Task.id), condition=Task.due_at.is_(None))


def runs_after(filters: Filters, position: Position | None) -> list[tuple[Run, Position | None]]:
    """The parts that a list still has from a position on, each with where to begin in it.

    What has no due time comes last on both databases.
    """
    if filters.state == COMPLETED:
        is_last_first = filters.sort != BY_OLDEST
        return [(Run((Task.completed_at, Task.id), is_last_first), position)]
    if filters.sort in (BY_NEWEST, BY_OLDEST):
        return [(Run((Task.opened_at, Task.id), filters.sort == BY_NEWEST), position)]
    if position is None or position.due_at is not None:
        return [(DATED, position), (UNDATED, None)]
    return [(UNDATED, position)]


def runs_before(filters: Filters, position: Position) -> list[tuple[Run, Position | None]]:
    """The parts that a list has before a position, the nearest first and backwards."""
    if len(runs_after(filters, None)) == 1:
        return [(run.reversed(), position) for run, _ in runs_after(filters, position)]
    if position.due_at is None:
        return [(UNDATED.reversed(), position), (DATED.reversed(), None)]
    return [(DATED.reversed(), position)]


def place_of(task: Task, filters: Filters) -> Position:
    """A task's place in the list of some filters."""
    at = task.completed_at if filters.state == COMPLETED else None
    return Position(task.due_at, at or task.opened_at, task.id)
