"""What a task's row says for the inbox beside what its case says."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.spiff import Step
from workflows.shared.seasons import Season, find_season_of_year
from workflows.shared.working_days import end_of_working_day

SERVICE_LEVEL = 5


def describe_task(session: Session, case: Case, step: Step, now: datetime) -> Mapping[str, object]:
    """The columns of a new task that differ from its case's.

    Inspection policy: the association decides within the season's working days; the clock
    runs only while the application is with it, so it starts anew with each task.
    """
    if step.lane != "association":
        return {}
    season: Season | None = None
    if case.association_id is not None and case.year is not None:
        season = find_season_of_year(session, association_id=case.association_id, year=case.year)
    days = SERVICE_LEVEL if season is None else season.review_working_days
    return {"due_at": end_of_working_day(now, days)}
