"""The service level 办理时限: by when an association decides, in its working days.

Inspection policy: the season says how many, and the clock stands still while the case is with
the member. So a step that is open again has what its earlier times left over, and at least one
day; each step (first level, second level) has days of its own, and a case that is reopened has
all of them again.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.spiff import Step
from engine.tasks import Task
from workflows.shared.seasons import Season, find_season_of_year
from workflows.shared.working_days import end_of_working_day, working_days_between

WORKING_DAYS = 5
"""For what is about no season."""
AT_LEAST = 1


def due(session: Session, case: Case, step: Step, now: datetime) -> datetime:
    """By when a step that opens now is to be decided."""
    left = working_days_of(session, case) - _used(session, case, step)
    return end_of_working_day(now, max(left, AT_LEAST))


def working_days_of(session: Session, case: Case) -> int:
    """How many working days an association has for each of its steps of a case."""
    season: Season | None = None
    if case.association_id is not None and case.year is not None:
        season = find_season_of_year(session, association_id=case.association_id, year=case.year)
    return WORKING_DAYS if season is None else season.review_working_days


def _used(session: Session, case: Case, step: Step) -> int:
    """The working days for which the step has waited for the association before."""
    query = select(Task.opened_at, Task.completed_at).where(
        Task.case_id == case.id,
        Task.process_id == step.process_id,
        Task.element_id == step.id,
        Task.completed_at.is_not(None),
    )
    if case.reopened_at is not None:
        # A decision that was taken back has had its days: what is decided anew has them again.
        query = query.where(Task.opened_at >= case.reopened_at)
    return sum(
        working_days_between(opened_at, closed_at or opened_at)
        for opened_at, closed_at in session.execute(query)
    )
