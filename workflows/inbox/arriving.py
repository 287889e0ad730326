"""What a task's row says for the inbox beside what its case says."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.spiff import Step
from workflows.inbox.rules import Arriving, choose
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
    return {
        "due_at": end_of_working_day(now, days),
        **_assign(session, case, step, case.association_id, now),
    }


def _assign(
    session: Session, case: Case, step: Step, association_id: int | None, now: datetime
) -> Mapping[str, object]:
    """Whose the task is from the beginning, if a rule of its association says so."""
    if association_id is None:
        return {}
    kind = step.properties.get("kind", "")
    arriving = Arriving(
        association_id=association_id,
        # A kind that is worked out is the case's: the diagram gives it both at once.
        kind=case.kind if kind.startswith("=") else kind or case.kind,
        duty=step.group or "",
        subject_no=case.subject_no,
        region=case.region or "",
    )
    chosen = choose(session, arriving, now=now)
    return {} if chosen is None else {"assigned_to": chosen, "assigned_at": now}
