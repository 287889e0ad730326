"""What an association decided of a case, step by step, with ground and reason in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case
from engine.engine import Engine
from engine.submissions import Sent, submissions
from engine.tasks import Task
from forms.lists import Language
from workflows.shared.applications import GROUNDS
from workflows.shared.sent_forms import say_answer
from workflows.shared.step_names import StepNames

DECIDING = ("review", "manage")
"""The duties that decide; confirming a fee is beside the case."""


@dataclass(frozen=True)
class Step:
    """One step of a decision; `ground` and `reason` are empty where none was given."""

    title: str
    outcome: str
    ground: str
    reason: str
    at: datetime
    by: Actor
    association_id: int | None


def list_last_steps(
    session: Session, engine: Engine, *, case: Case, language: Language, now: datetime
) -> Sequence[Step]:
    """The steps of the last round in which the association decided something, oldest first."""
    tasks = {
        each.id: each
        for each in session.scalars(
            select(Task).where(
                Task.case_id == case.id, Task.duty.in_(DECIDING), Task.state == "completed"
            )
        )
    }
    sent = [
        each
        for each in submissions(
            session,
            engine.vault,
            case_id=case.id,
            subject=case.subject_key,
            element_ids=sorted({task.element_id for task in tasks.values()}),
        )
        if each.task_id in tasks
    ]
    last = max((each.round for each in sent), default=0)
    names = StepNames(engine.releases.get(session, case.release_id), language)

    def say_ground(each: Sent) -> str:
        key = GROUNDS.get(each.outcome, "ground")
        return say_answer(
            session, engine, case=case, sent=each, key=key, language=language, now=now
        )

    def describe(each: Sent) -> Step:
        return Step(
            title=names.step(each.process_id, each.element_id),
            outcome=names.outcome(each.process_id, each.element_id, each.outcome),
            ground=say_ground(each),
            reason=str(each.values.get("reason") or ""),
            at=each.at,
            by=each.by,
            association_id=tasks[each.task_id].association_id,
        )

    return [describe(each) for each in sent if each.round == last]
