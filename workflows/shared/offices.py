"""Whose step a step is: of the association that a case belongs to, or of another one.

A diagram's property `office` says it. Without one it is the case's own association's; `higher`
is the one that reviews after it; `same` the one whose step came before.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.spiff import Step
from engine.tasks import Task
from workflows.shared.associations import office_above


def find_office(session: Session, case: Case, step: Step, before: Sequence[Task]) -> int | None:
    """The key of the association whose a new step of a case is."""
    match step.properties.get("office"):
        case "higher":
            return office_above(session, case.association_id)
        case "same" if before:
            return before[-1].association_id
        case _:
            return case.association_id


def find_steps_before(session: Session, case: Case) -> Sequence[Task]:
    """What the associations did in the current round of a case, the last thing last."""
    found = session.scalars(
        select(Task).where(
            Task.case_id == case.id, Task.round == case.round, Task.lane == "association"
        )
    )
    # The step that is being completed is known to the session and not yet to the database.
    done = [each for each in found if each.completed_at is not None and each.outcome is not None]
    return sorted(done, key=lambda each: (each.completed_at, each.id))
