"""An application: what its forms said in a round, and what was decided of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case
from engine.submissions import NewMark, Sent, last_submissions, marks, submissions
from engine.vault import Vault
from workflows.shared.application_kinds import get_application

REVIEW = "review_application"
"""The user task that decides an application, whatever its kind."""


@dataclass(frozen=True)
class Decision:
    """What a reviewer decided of one round."""

    round: int
    outcome: str
    reason: str
    at: datetime
    by: Actor
    marks: Sequence[NewMark]


def values_sent(
    session: Session, vault: Vault, *, case: Case, kind: str, round: int | None = None
) -> dict[str, Mapping[str, Any]]:
    """The values of each form of an application as it stood in a round (the current one)."""
    made = last_submissions(
        session,
        vault,
        case_id=case.id,
        subject=case.subject_key,
        element_ids=get_application(kind).forms,
        round=round,
    )
    return {element_id: each.values for element_id, each in made.items()}


def list_decisions(session: Session, vault: Vault, *, case: Case) -> list[Decision]:
    """What reviewers decided in a case, oldest first, with the marks of each return."""
    return [
        _decision(session, vault, case, each)
        for each in submissions(
            session, vault, case_id=case.id, subject=case.subject_key, element_ids=[REVIEW]
        )
    ]


def find_last_return(session: Session, vault: Vault, *, case: Case) -> Decision | None:
    """The return that the member answers now; None when the last round was not returned."""
    last = last_submissions(
        session, vault, case_id=case.id, subject=case.subject_key, element_ids=[REVIEW]
    ).get(REVIEW)
    if last is None or last.outcome != "return" or last.round != case.round - 1:
        return None
    return _decision(session, vault, case, last)


def _decision(session: Session, vault: Vault, case: Case, sent: Sent) -> Decision:
    return Decision(
        round=sent.round,
        outcome=sent.outcome,
        reason=str(sent.values.get("reason") or ""),
        at=sent.at,
        by=sent.by,
        marks=marks(session, vault, case_id=case.id, subject=case.subject_key, round=sent.round),
    )
