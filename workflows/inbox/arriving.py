"""What a task's row says for the inbox beside what its case says."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.spiff import Step
from engine.tasks import Task
from workflows.inbox import service_level
from workflows.inbox.colleagues import find_stand_in, list_colleagues
from workflows.inbox.rules import Arriving, choose
from workflows.shared.applications import SEND_BACK
from workflows.shared.dates import local_date
from workflows.shared.offices import find_office, find_steps_before


def describe_task(session: Session, case: Case, step: Step, now: datetime) -> Mapping[str, object]:
    """The columns of a new task that differ from its case's."""
    if step.lane != "association":
        return {}
    before = find_steps_before(session, case)
    association_id = find_office(session, case, step, before)
    return {
        "association_id": association_id,
        "due_at": service_level.due(session, case, step, now),
        **(
            _give_back(session, step, association_id, now=now, before=before)
            or _assign(session, case, step, association_id, now=now, before=before)
        ),
    }


def _give_back(
    session: Session,
    step: Step,
    association_id: int | None,
    *,
    now: datetime,
    before: Sequence[Task],
) -> Mapping[str, object]:
    """A step to which a colleague sent the application back is whose it was, or his cover's.

    Who has left or has the duty no more gets nothing back; nobody what he sent back himself.
    """
    if association_id is None or not before or before[-1].outcome != SEND_BACK:
        return {}
    had = next((each for each in reversed(before) if each.element_id == step.id), None)
    if had is None:
        return {}
    colleagues = list_colleagues(
        session,
        association_id=association_id,
        duties=[step.group or ""],
        today=local_date(now),
        has_load=False,
    )
    others = {key: each for key, each in colleagues.items() if key != before[-1].completed_by}
    found = find_stand_in(others, had.completed_by)
    return {} if found is None else {"assigned_to": found, "assigned_at": now}


def _assign(
    session: Session,
    case: Case,
    step: Step,
    association_id: int | None,
    *,
    now: datetime,
    before: Sequence[Task],
) -> Mapping[str, object]:
    """Whose the task is from the beginning, if a rule of its association says so."""
    if association_id is None:
        return {}
    kind = step.properties.get("kind", "")
    first = step.properties.get("second_person", "").split()
    arriving = Arriving(
        association_id=association_id,
        # A kind that is worked out is the case's: the diagram gives it both at once.
        kind=case.kind if kind.startswith("=") else kind or case.kind,
        duty=step.group or "",
        subject_no=case.subject_no,
        region=case.region or "",
        barred=frozenset(each.completed_by or 0 for each in before if each.element_id in first),
    )
    chosen = choose(session, arriving, now=now)
    return {} if chosen is None else {"assigned_to": chosen, "assigned_at": now}
