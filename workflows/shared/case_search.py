"""Finding cases: for administrators, managers and auditors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.incidents import Incident
from workflows.shared.access import Viewer, visible_cases
from workflows.shared.prefixes import begins_with

PAGE = 25
STATES = ("open", "ended", "cancelled")


@dataclass(frozen=True, slots=True)
class CaseFilters:
    """What of the cases is looked at; `text` begins a name or, in digits, a number."""

    text: str = ""
    state: str = ""
    status: str = ""
    year: int | None = None
    has_incident: bool = False


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some cases, and after which one the next ones begin, if there are more."""

    cases: Sequence[Case]
    next: UUID | None


def list_cases(
    session: Session,
    viewer: Viewer,
    filters: CaseFilters,
    *,
    after: UUID | None = None,
    limit: int = PAGE,
) -> CasePage:
    """A page of the cases that the viewer may see, the newest first."""
    query = select(Case).where(visible_cases(viewer))
    if text := filters.text.strip():
        column = Case.subject_no if text[0].isascii() and text[0].isdigit() else Case.subject_name
        query = query.where(begins_with(column, text))
    if filters.state:
        query = query.where(Case.state == filters.state)
    if filters.status:
        query = query.where(Case.status == filters.status)
    if filters.year is not None:
        query = query.where(Case.year == filters.year)
    if filters.has_incident:
        query = query.where(exists().where(*_is_stuck()))
    if after is not None:
        # Keys of cases sort by the time at which they began.
        query = query.where(Case.id < after)
    found = session.scalars(query.order_by(Case.id.desc()).limit(limit + 1)).all()
    page = found[:limit]
    return CasePage(page, page[-1].id if len(found) > limit else None)


def count_incidents(session: Session, cases: Sequence[Case]) -> Mapping[UUID, int]:
    """How many open incidents each of some cases has."""
    rows = session.execute(
        select(Incident.case_id, func.count())
        .where(Incident.case_id.in_([each.id for each in cases]), Incident.resolved_at.is_(None))
        .group_by(Incident.case_id)
    )
    return {case_id: count for case_id, count in rows}  # noqa: C416  rows are tuples to us


def _is_stuck() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Incident.case_id == Case.id, Incident.resolved_at.is_(None)
