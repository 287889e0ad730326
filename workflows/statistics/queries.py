"""The numbers of associations in a period: a few grouped queries, put together by day.

Every query is answered from one index; nothing is read case by case.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine.cases import Case
from engine.tasks import Task
from workflows.shared.applications import RETURN, REVIEW, SECOND_REVIEW
from workflows.shared.working_days import is_working_day
from workflows.statistics.days import begin_of, day_of
from workflows.statistics.percentiles import MEDIAN, MOST, percentile

ENDS = ("passed", "deferred", "not_passed")
COUNTED = ("applied", *ENDS, "returned")
REVIEWS = (REVIEW, SECOND_REVIEW)
DUTY = "review"
"""Whose steps these are: what indexes have after the association."""
NOT_GIVEN = ""


@dataclass(frozen=True)
class NumbersFilters:
    """What is counted: events from the first to the last day; `year` and `kind` of the cases."""

    association_ids: Collection[int]
    first: date
    last: date
    year: int | None = None
    kind: str = ""


@dataclass
class Line:
    """The numbers of one association, or of all."""

    counts: Counter[str] = field(default_factory=Counter)
    in_review: int = 0
    overdue: int = 0
    working_days: Counter[int] = field(default_factory=Counter)

    @property
    def median(self) -> int | None:
        """Working days after which half of all was decided."""
        return percentile(self.working_days, MEDIAN)

    @property
    def most(self) -> int | None:
        """Working days after which nine of ten were decided."""
        return percentile(self.working_days, MOST)


@dataclass
class Numbers:
    """What was counted: all together, by association, by day; reasons of returns by code."""

    total: Line = field(default_factory=Line)
    offices: dict[int, Line] = field(default_factory=dict)
    days: dict[date, Counter[str]] = field(default_factory=dict)
    grounds: Counter[str] = field(default_factory=Counter)

    def add(self, office: int, name: str, day: int, count: int) -> None:
        """Count events of a day."""
        self.total.counts[name] += count
        self.offices[office].counts[name] += count
        self.days.setdefault(date.fromordinal(day), Counter())[name] += count


def count(session: Session, filters: NumbersFilters, *, now: datetime) -> Numbers:
    """Count everything; what is in review and overdue is as it stands now."""
    numbers = Numbers(offices={each: Line() for each in filters.association_ids})
    for office, day, number in session.execute(_arrivals(filters)):
        numbers.add(office, "applied", day, number)
    for office, day, status, number in session.execute(_ends(filters)):
        numbers.add(office, status, day, number)
    for office, day, ground, number in session.execute(_returns(filters)):
        numbers.add(office, "returned", day, number)
        numbers.grounds[ground or NOT_GIVEN] += number
    for office, opened, completed, number in session.execute(_durations(filters)):
        taken = working_days(opened, completed)
        numbers.offices[office].working_days[taken] += number
        numbers.total.working_days[taken] += number
    for office, number, late in session.execute(_open(filters, now)):
        line = numbers.offices[office]
        line.in_review, line.overdue = number, late or 0
        numbers.total.in_review += number
        numbers.total.overdue += late or 0
    return numbers


def list_years(session: Session, association_ids: Collection[int]) -> list[int]:
    """The years of which there are cases, the last first."""
    newest = select(func.max(Case.year)).where(Case.association_id.in_(association_ids))
    oldest = select(func.min(Case.year)).where(Case.association_id.in_(association_ids))
    last, first = session.scalar(newest), session.scalar(oldest)
    return [] if last is None or first is None else list(range(last, first - 1, -1))


@lru_cache(maxsize=50_000)
def working_days(first: int, last: int) -> int:
    """The working days after a day until another, both as numbers."""
    days = map(date.fromordinal, range(first + 1, last + 1))
    return sum(is_working_day(each) for each in days)


def each_day(
    days: Mapping[date, Counter[str]], first: date, last: date
) -> list[tuple[date, Counter[str]]]:
    """Every day of a period in order, with what was counted on it, be it nothing."""
    period = map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))
    return [(day, days.get(day, Counter())) for day in period]


def by_week(days: Iterable[tuple[date, Counter[str]]]) -> dict[date, Counter[str]]:
    """Days put together to weeks, named by their Mondays."""
    return _put_together(days, lambda day: day - timedelta(days=day.weekday()))


def by_month(days: Iterable[tuple[date, Counter[str]]]) -> dict[date, Counter[str]]:
    """Days put together to months, named by their first days."""
    return _put_together(days, lambda day: day.replace(day=1))


def _put_together(
    days: Iterable[tuple[date, Counter[str]]], name: Callable[[date], date]
) -> dict[date, Counter[str]]:
    found: dict[date, Counter[str]] = {}
    for day, counts in days:
        found.setdefault(name(day), Counter()).update(counts)
    return found


def _arrivals(filters: NumbersFilters) -> Select[*tuple[Any, ...]]:
    """Applications that came to an association, each once, on the day of the first time."""
    return (
        select(Task.association_id, day_of(Task.opened_at), func.count())
        .where(
            Task.duty == DUTY,
            Task.element_id == REVIEW,
            Task.round == 1,
            *_of_tasks(filters),
            *_within(filters, Task.opened_at),
        )
        .group_by(Task.association_id, day_of(Task.opened_at))
    )


def _ends(filters: NumbersFilters) -> Select[*tuple[Any, ...]]:
    wanted = [
        Case.association_id.in_(filters.association_ids),
        Case.status.in_(ENDS),
        *_within(filters, Case.ended_at),
    ]
    if filters.year is not None:
        wanted.append(Case.year == filters.year)
    if filters.kind:
        wanted.append(Case.kind == filters.kind)
    day = day_of(Case.ended_at)
    return (
        select(Case.association_id, day, Case.status, func.count())
        .where(*wanted)
        .group_by(Case.association_id, day, Case.status)
    )


def _returns(filters: NumbersFilters) -> Select[*tuple[Any, ...]]:
    day = day_of(Task.completed_at)
    return (
        select(Task.association_id, day, Task.ground, func.count())
        .where(Task.outcome == RETURN, *_decided(filters))
        .group_by(Task.association_id, day, Task.ground)
    )


def _durations(filters: NumbersFilters) -> Select[*tuple[Any, ...]]:
    opened, completed = day_of(Task.opened_at), day_of(Task.completed_at)
    return (
        select(Task.association_id, opened, completed, func.count())
        .where(*_decided(filters))
        .group_by(Task.association_id, opened, completed)
    )


def _open(filters: NumbersFilters, now: datetime) -> Select[*tuple[Any, ...]]:
    late = func.sum(case((Task.due_at < now, 1), else_=0))
    return (
        select(Task.association_id, func.count(), late)
        .where(
            Task.state == "open",
            Task.duty == DUTY,
            Task.element_id.in_(REVIEWS),
            *_of_tasks(filters),
        )
        .group_by(Task.association_id)
    )


def _decided(filters: NumbersFilters) -> list[ColumnElement[bool]]:
    return [
        Task.state == "completed",
        Task.duty == DUTY,
        Task.element_id.in_(REVIEWS),
        *_of_tasks(filters),
        *_within(filters, Task.completed_at),
    ]


def _of_tasks(filters: NumbersFilters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [
        Task.association_id.in_(filters.association_ids),
        Task.lane != Task.subject_kind,
    ]
    if filters.year is not None:
        wanted.append(Task.year == filters.year)
    if filters.kind:
        # A second review is of the kind of its case.
        same = select(Case.id).where(Case.id == Task.case_id, Case.kind == filters.kind)
        second = and_(Task.element_id == SECOND_REVIEW, same.exists())
        wanted.append(or_(Task.kind == filters.kind, second))
    return wanted


def _within(
    filters: NumbersFilters, moment: InstrumentedAttribute[Any]
) -> list[ColumnElement[bool]]:
    return [
        moment >= begin_of(filters.first),
        moment < begin_of(filters.last + timedelta(days=1)),
    ]
