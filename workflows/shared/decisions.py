"""What an association decided of a case, step by step, with ground and reason in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case
from engine.engine import Engine
from forms.lists import Language
from workflows.shared.applications import Decision, list_decisions, office_of
from workflows.shared.sent_forms import say_ground
from workflows.shared.step_names import StepNames


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
    made = list_decisions(session, engine.vault, case=case)
    last = max((each.round for each in made), default=0)
    names = StepNames(engine.releases.get(session, case.release_id), language)

    def describe(each: Decision) -> Step:
        sent = each.sent
        return Step(
            title=names.step(sent.process_id, sent.element_id),
            outcome=names.outcome(sent.process_id, sent.element_id, sent.outcome),
            ground=say_ground(
                session, engine, case=case, decision=each, language=language, now=now
            ),
            reason=each.reason,
            at=each.at,
            by=each.by,
            association_id=office_of(session, each),
        )

    return [describe(each) for each in made if each.round == last]
