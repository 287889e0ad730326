"""Finding cases: for administrators, managers and auditors.

The list is read association by association, each in order from its own index, so that it is as
fast for a country as for a city; of very many associations, and of few cases, all at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_, union_all
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.incidents import Incident
from workflows.shared.access import Viewer, overseen_associations
from workflows.shared.associations import Association, ids_below
from workflows.shared.prefixes import begins_with

PAGE = 25
FEW = 500
"""Up to so many cases that a text leaves are looked at one by one."""

MOST_APART = 100
"""Of up to so many associations each is read by itself: a database joins no more than some."""

STATES = ("open", "ended", "cancelled")


@dataclass(frozen=True, slots=True)
class CaseFilters:
    """What of the cases is looked at; `text` begins a name or, in digits, a number."""

    text: str = ""
    kind: str = ""
    state: str = ""
    status: str = ""
    year: int | None = None
    association_id: int | None = None
    has_incident: bool = False


class CasePosition(NamedTuple):
    """A case's place in the list: what it is sorted by."""

    updated_at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some cases, and where the next ones begin, if there are more."""

    cases: Sequence[Case]
    next: CasePosition | None


def list_cases(
    session: Session,
    viewer: Viewer,
    filters: CaseFilters,
    *,
    after: CasePosition | None = None,
    limit: int = PAGE,
) -> CasePage:
    """A page of the cases of the viewer's associations, the one that moved last first."""
    offices = overseen_associations(viewer)
    if filters.association_id is not None:
        offices &= ids_below(session, [filters.association_id])
    conditions = _conditions(filters)
    if after is not None:
        conditions.append(tuple_(Case.updated_at, Case.id) < after)
    few = _find_few(session, filters, offices)
    if few is not None:
        conditions.append(Case.id.in_(few))
    if few is not None or len(offices) > MOST_APART:
        query = select(Case).where(Case.association_id.in_(sorted(offices)), *conditions)
    else:
        query = select(Case).where(Case.id.in_(_first_keys(conditions, offices, limit + 1)))
    order = Case.updated_at.desc(), Case.id.desc()
    found = session.scalars(query.order_by(*order).limit(limit + 1)).all()
    page = found[:limit]
    has_more = len(found) > limit
    return CasePage(page, CasePosition(page[-1].updated_at, page[-1].id) if has_more else None)


def list_offices(session: Session, viewer: Viewer) -> Sequence[Association]:
    """The associations whose cases the viewer sees; one alone is nothing to choose from."""
    offices = overseen_associations(viewer)
    if len(offices) < 2:
        return []
    query = select(Association).where(Association.id.in_(sorted(offices)))
    return session.scalars(query.order_by(Association.id)).all()


def count_incidents(session: Session, cases: Sequence[Case]) -> Mapping[UUID, int]:
    """How many open incidents each of some cases has."""
    rows = session.execute(
        select(Incident.case_id, func.count())
        .where(Incident.case_id.in_([each.id for each in cases]), Incident.resolved_at.is_(None))
        .group_by(Incident.case_id)
    )
    return {case_id: count for case_id, count in rows}  # noqa: C416  rows are tuples to us


def _conditions(filters: CaseFilters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.text:
        conditions.append(_begins(filters.text))
    if filters.kind:
        conditions.append(Case.kind == filters.kind)
    if filters.state:
        # Written out, as the index of the open ones asks for it.
        conditions.append(Case.state == literal(filters.state, literal_execute=True))
    if filters.status:
        conditions.append(Case.status == filters.status)
    if filters.year is not None:
        conditions.append(Case.year == filters.year)
    return conditions


def _find_few(
    session: Session, filters: CaseFilters, offices: frozenset[int]
) -> Sequence[UUID] | Select[UUID] | None:
    """The keys that standing still, or a beginning, leaves; None when these are many."""
    if filters.has_incident:
        return select(Incident.case_id).where(Incident.resolved_at.is_(None))
    if not filters.text:
        return None
    begun = select(Case.id).where(Case.association_id.in_(sorted(offices)), _begins(filters.text))
    found = session.scalars(begun.limit(FEW + 1)).all()
    return found if len(found) <= FEW else None


def _first_keys(
    conditions: Sequence[ColumnElement[bool]], offices: frozenset[int], limit: int
) -> Sequence[UUID] | ColumnElement[UUID]:
    """The keys of each association's first cases, as its index has them in order."""
    firsts = [
        select(Case.id)
        .where(Case.association_id == association_id, *conditions)
        .order_by(Case.updated_at.desc(), Case.id.desc())
        .limit(limit)
        .subquery()
        for association_id in sorted(offices)
    ]
    if not firsts:
        return []
    return union_all(*(select(each.c.id) for each in firsts))  # type: ignore[return-value]


def _begins(text: str) -> ColumnElement[bool]:
    is_number = text[0].isascii() and text[0].isdigit()
    return begins_with(Case.subject_no if is_number else Case.subject_name, text)
