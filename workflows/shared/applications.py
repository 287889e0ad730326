"""An application: what its forms said in a round, and what was decided of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case
from engine.submissions import NewMark, Sent, Submission, last_submissions, marks, submissions
from engine.tasks import Task
from engine.vault import Vault
from workflows.shared.application_kinds import ApplicationKind, get_application
from workflows.shared.concerns import Concern

REVIEW = "review_application"
"""The user task in which an application is decided first, whatever its kind."""

PAPER_REVIEW = "review_paper_reset"
"""The same of what somebody sent who has no account."""

OUTPUT_REVIEW = "review_output_hours"
"""The same of what somebody did that may bring him hours."""

PROFILE_REVIEW = "review_profile_change"
"""The same of what a member wants to have changed in the register."""

FIRST_REVIEWS = (REVIEW, PAPER_REVIEW, OUTPUT_REVIEW, PROFILE_REVIEW)

SECOND_REVIEW = "second_review"
"""The user task in which the association above decides after it."""

AGREEMENTS = ("agree_refusal", "agree_approval")
"""The user tasks in which a second person agrees, or sends it back to the one before."""

DECISIONS = (*FIRST_REVIEWS, SECOND_REVIEW, *AGREEMENTS)

DECIDING = ("review", "help_desk", "training", "manage")
"""The duties whose steps decide a case; confirming a fee is beside it."""

RETURN = "return"
PROPOSE = "propose"
PROPOSE_REFUSAL = "propose_refusal"
SEND_BACK = "send_back"

GROUNDS = {RETURN: "ground", PROPOSE: "ground", PROPOSE_REFUSAL: "refusal_ground"}
"""The field of a decision in which its kind of reason is chosen, by outcome."""


@dataclass(frozen=True)
class Decision:
    """What one person decided in one step of a review.

    A round has several where there are two levels, or a second person agrees. The member is
    told of the one that the round ends with; an outcome SEND_BACK is between colleagues.
    """

    sent: Sent
    marks: Sequence[NewMark]

    @property
    def element_id(self) -> str:
        """The step in which it was decided."""
        return self.sent.element_id

    @property
    def round(self) -> int:
        """The round of the application that was decided."""
        return self.sent.round

    @property
    def outcome(self) -> str:
        """Which way it was decided."""
        return self.sent.outcome

    @property
    def reason(self) -> str:
        """What was said for it; empty if nothing was."""
        return str(self.sent.values.get("reason") or "")

    @property
    def at(self) -> datetime:
        """When it was decided."""
        return self.sent.at

    @property
    def by(self) -> Actor:
        """Who decided."""
        return self.sent.by


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
    """What was decided in a case, oldest first, with the marks of each return."""
    steps = session.scalars(
        select(Task.element_id)
        .where(Task.case_id == case.id, Task.duty.in_(DECIDING), Task.state == "completed")
        .distinct()
    ).all()
    return [
        _decision(session, vault, case, each)
        for each in submissions(
            session, vault, case_id=case.id, subject=case.subject_key, element_ids=steps
        )
    ]


def find_last_return(session: Session, vault: Vault, *, case: Case) -> Decision | None:
    """The return that the member answers now; None when the last round was not returned."""
    last = _last(session, vault, case)
    if last is None or last.outcome != RETURN or last.round != case.round - 1:
        return None
    return _decision(session, vault, case, last)


def find_decider(session: Session, vault: Vault, *, case: Case) -> Decision | None:
    """What the reviewer decided who had the last word, whoever agreed to it afterwards."""
    last = _last(session, vault, case)
    return None if last is None else _decision(session, vault, case, last)


def office_of(session: Session, decision: Decision) -> int | None:
    """The key of the association whose step the decision was."""
    return session.scalar(select(Task.association_id).where(Task.id == decision.sent.task_id))


def find_deciding_office(session: Session, case: Case) -> int | None:
    """The association that decided a case last, in itself or in an appeal against it.

    Where nobody did, the one that the case is of.
    """
    against = select(Concern.case_id).where(Concern.concerned_id == case.id)
    deciding = session.scalar(
        select(Task.association_id)
        .join(Submission, Submission.task_id == Task.id)
        .where(or_(Task.case_id == case.id, Task.case_id.in_(against)), Task.duty.in_(DECIDING))
        .order_by(Submission.id.desc())
        .limit(1)
    )
    return deciding or case.association_id


def is_decided(session: Session, *, case: Case) -> bool:
    """Whether anybody decided anything of the current round."""
    decided = select(Task.id).where(
        Task.case_id == case.id,
        Task.element_id.in_(DECISIONS),
        Task.round == case.round,
        Task.state == "completed",
    )
    return session.scalar(decided.limit(1)) is not None


def is_begun(session: Session, *, case: Case, kind: ApplicationKind) -> bool:
    """Whether the member was through the step that an application of this kind begins with."""
    first = select(Task.id).where(
        Task.case_id == case.id,
        Task.element_id == kind.first_step,
        Task.state == "completed",
    )
    return session.scalar(first.limit(1)) is not None


def _last(session: Session, vault: Vault, case: Case) -> Sent | None:
    made = last_submissions(
        session,
        vault,
        case_id=case.id,
        subject=case.subject_key,
        element_ids=[*FIRST_REVIEWS, SECOND_REVIEW],
    )
    return max(made.values(), key=lambda each: each.id, default=None)


def _decision(session: Session, vault: Vault, case: Case, sent: Sent) -> Decision:
    found: Sequence[NewMark] = ()
    if sent.outcome == RETURN:
        found = marks(session, vault, case_id=case.id, subject=case.subject_key, round=sent.round)
    return Decision(sent, found)
