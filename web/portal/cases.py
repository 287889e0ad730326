"""What a member's pages say of his applications."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import Case, get_case
from engine.tasks import Task
from web.sessions import Person
from workflows.shared.access import check

INSPECTION = "inspection"

SENT = frozenset({"in_review", "in_second_review"})
"""Where an application is with the association: it can be withdrawn, not changed."""


def list_cases(session: Session, *, member_id: int) -> Sequence[Case]:
    """A member's applications, the last year first."""
    return session.scalars(
        select(Case)
        .where(
            Case.subject_kind == "member",
            Case.subject_id == member_id,
            Case.process_id == INSPECTION,
        )
        .order_by(Case.year.desc(), Case.id.desc())
    ).all()


def get_own_case(session: Session, person: Person, case_id: UUID, action: str = "see") -> Case:
    """A case that this person may do something to; for everybody else there is none."""
    case = get_case(session, case_id)
    check(person.viewer, action, case)
    return case


def find_own_task(session: Session, case: Case) -> Task | None:
    """The step that the member himself is at, or None."""
    return session.scalars(
        select(Task)
        .where(Task.case_id == case.id, Task.state == "open", Task.lane == case.subject_kind)
        .order_by(Task.opened_at.desc())
        .limit(1)
    ).one_or_none()


def find_case_of_year(session: Session, *, member_id: int, year: int) -> Case | None:
    """The application of a year: the open one, else the last one that was not abandoned."""
    found = [each for each in list_cases(session, member_id=member_id) if each.year == year]
    live = [each for each in found if each.state == "open"]
    ended = [each for each in found if each.status != "abandoned"]
    return next(iter(live or ended), None)
