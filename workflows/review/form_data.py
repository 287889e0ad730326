"""What a review's forms show beside the application, and what must be said with a decision."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from forms.lists import Language
from workflows.shared.actor_names import name_actors
from workflows.shared.applications import (
    PROPOSE_REFUSAL,
    RETURN,
    Decision,
    list_decisions,
    office_of,
)
from workflows.shared.associations import Association
from workflows.shared.dates import ZONE
from workflows.shared.form_data import FormData, form_data
from workflows.shared.results import find_result
from workflows.shared.sent_forms import say_ground
from workflows.shared.step_names import StepNames

PROCESS = "review"
LOOKS = {"approve": "is-good", RETURN: "is-returned", PROPOSE_REFUSAL: "is-returned"}


@form_data(PROCESS, "review_application")
@form_data(PROCESS, "second_review")
@form_data(PROCESS, "agree_refusal")
def review_application(
    session: Session, *, engine: Engine, case: Case, language: Language, now: datetime
) -> FormData:
    """The decision itself, and what colleagues decided of the round before it.

    The application beside it comes from the review's queries.
    """
    return FormData(
        context={"year": case.year, "kind": case.kind, "round": case.round},
        show_panels=lambda: _show(
            _describe_decisions(session, engine, case, language=language, now=now)
        ),
    )


@form_data(PROCESS, "agree_approval")
def agree_approval(
    session: Session, *, engine: Engine, case: Case, language: Language, now: datetime
) -> FormData:
    """复核再次暂缓: who approved it, and that the year before was deferred too."""
    before = find_result(session, member_id=case.subject_id, year=(case.year or 0) - 1)
    return FormData(
        context={"year": case.year, "kind": case.kind, "round": case.round},
        show_panels=lambda: _show(
            _describe_decisions(session, engine, case, language=language, now=now),
            deferred_year=before.year if before and before.status == "deferred" else None,
        ),
    )


def _show(
    decisions: list[dict[str, str]], *, deferred_year: int | None = None
) -> Mapping[str, Any]:
    if not decisions:
        return {}
    return {"earlier_decisions": {"decisions": decisions, "deferred_year": deferred_year}}


def _describe_decisions(
    session: Session, engine: Engine, case: Case, *, language: Language, now: datetime
) -> list[dict[str, str]]:
    found = [
        each
        for each in list_decisions(session, engine.vault, case=case)
        if each.round == case.round
    ]
    names = StepNames(engine.releases.get(session, case.release_id), language)
    people = name_actors(session, (each.by for each in found))
    return [
        {
            "step": names.step(PROCESS, each.element_id),
            "office": _name_office(session, each, language),
            "by": people[each.by],
            "at": each.at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M"),
            "outcome": names.outcome(PROCESS, each.element_id, each.outcome),
            "look": LOOKS.get(each.outcome, ""),
            "ground": say_ground(
                session, engine, case=case, decision=each, language=language, now=now
            ),
            "reason": each.reason,
        }
        for each in found
    ]


def _name_office(session: Session, decision: Decision, language: Language) -> str:
    office = session.get(Association, office_of(session, decision) or 0)
    if office is None:
        return ""
    return (office.name_en if language == "en" else "") or office.name
