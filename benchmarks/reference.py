"""The reference case: ten completions, from the first form to the approval of the second round.

Five member steps, review returned, three member steps, review approved.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from engine.actors import SYSTEM
from engine.cases import Case
from engine.engine import Engine
from engine.lifecycle import start_case
from engine.tasks import Task
from forms.bound import BoundForm
from workflows.inspection.applications import PROCESS, variables_of
from workflows.shared.dates import local_date
from workflows.shared.register import Member
from workflows.shared.seasons import find_season
from workflows.shared.subjects import subject_of_member

MEMBER_NO = "330000100001"
REVIEWER = "zj_review"


class StepTaken(NamedTuple):
    """One completion: the task's step and the outcome."""

    element_id: str
    outcome: str
    is_reviewer: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """The form and the button."""
        return self.element_id, self.outcome


ROUND = (
    StepTaken("fill_information", "apply"),
    StepTaken("provide_materials", "continue"),
    StepTaken("confirm_application", "apply"),
)
WAY = (
    ROUND[0],
    StepTaken("view_inspection", "continue"),
    StepTaken("accept_commitment", "confirm"),
    *ROUND[1:],
    StepTaken("review_application", "return", is_reviewer=True),
    *ROUND,
    StepTaken("review_application", "approve", is_reviewer=True),
)


def begin(session: Session, engine: Engine, number: int) -> UUID:
    """Start the reference case; any number of them, for one member."""
    member = session.scalars(select(Member).where(Member.number == MEMBER_NO)).one()
    now = engine.now()
    season = find_season(session, association_id=member.association_id, day=local_date(now))
    if season is None:
        raise LookupError("the demo has no open season")
    case = start_case(
        session,
        engine,
        process_id=PROCESS,
        business_key=f"benchmark:{number}",
        subject=subject_of_member(member),
        variables=variables_of(member, season),
        by=SYSTEM,
        now=now,
        year=season.year,
        kind=PROCESS,
    )
    return case.id


def find_task(session: Session, case_id: UUID, step: StepTaken) -> UUID:
    """The open task of a step."""
    return session.scalars(
        select(Task.id).where(
            Task.case_id == case_id, Task.element_id == step.element_id, Task.state == "open"
        )
    ).one()


def posted(form: BoundForm, values: Mapping[str, Any], step: StepTaken) -> MultiDict[str, str]:
    """What a browser sends when the form is sent as it was drawn."""
    said = MultiDict(_pairs(form, values))
    if step.element_id == "accept_commitment":
        said["agreed"] = "true"
    if step.outcome == "return":
        said["reason"] = "请重新上传材料。"
    said["outcome"] = said["confirmed"] = step.outcome
    return said


def _pairs(form: BoundForm, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for component in form.form.fields:
        value = values.get(component.key)
        is_sent = not component.is_locked and component.type != "filepicker"
        if not is_sent or not form.visibility.shows(component):
            continue
        if component.type == "dynamiclist":
            for number, row in enumerate(value or ()):
                yield f"{component.key}.row", str(number)
                for key, each in row.items():
                    yield f"{component.key}.{number}.{key}", str(each or "")
        elif isinstance(value, list):
            yield from ((component.key, str(each)) for each in value)
        elif value is not False:
            yield component.key, "true" if value is True else str(value or "")


def count_rounds(session: Session, case_id: UUID) -> int:
    """How often a case was sent."""
    return session.scalars(select(Case.round).where(Case.id == case_id)).one()
