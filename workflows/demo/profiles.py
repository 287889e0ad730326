"""Changes of register data in the demo: one that waits, one returned, one from the platform.

They are walked through the released process as people would do it, on days before today.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.completing import hold_task
from engine.engine import Engine
from engine.submissions import NewMark
from engine.tasks import Task
from workflows.profile_change.applications import start_change
from workflows.profile_change.kinds import REVIEW, STATE
from workflows.shared.accounts import Account
from workflows.shared.register import find_member_by_number
from workflows.shared.supervision import find_platform
from workflows.supervision_platform.reading import Update
from workflows.supervision_platform.updates import take_update

REVIEWER = "zj_review"
CPA = "330000900001"
FROM_PLATFORM: Mapping[str, Any] = {"position": "合伙人", "professional_title": "senior"}


@dataclass(frozen=True)
class Story:
    """A member's application, begun so many days ago; returned where there is a reason."""

    number: str
    days: int
    stated: Mapping[str, Any]
    reason: str = ""
    mark: NewMark | None = None


STORIES = (
    Story(
        "330000100005",
        days=2,
        stated={
            "items": ["name"],
            "name": "沈晓雁",
            "explanation": "公安机关已更名，户口簿已变更。",
            "proof": [],
        },
    ),
    Story(
        "330000100004",
        days=6,
        stated={
            "items": ["identity"],
            "identity_type": "passport",
            "identity_number": "E00000001",
            "explanation": "已换领护照。",
            "proof": [],
        },
        reason="请补充新证件的正反面扫描件。",
        mark=NewMark(STATE, "identity_number", "与证件不一致"),
    ),
)


def add_profile_changes(session: Session, engine: Engine, *, now: datetime) -> int:
    """Let members apply for changes, and the platform say something of a CPA.

    Returns how many cases there are. The processes must have been released, and the demo seeded.
    """
    reviewer = session.scalars(select(Account).where(Account.login == REVIEWER)).one().actor
    for story in STORIES:
        _tell(session, engine, story, reviewer=reviewer, now=now)
    if find_platform(engine) is not None:
        take_update(session, engine, update=Update(CPA, 1, FROM_PLATFORM), now=now)
    return len(STORIES)


def _tell(
    session: Session, engine: Engine, story: Story, *, reviewer: Actor, now: datetime
) -> None:
    member = find_member_by_number(session, story.number)
    if member is None:
        raise LookupError(f"the demo has no member {story.number}")
    began = now - timedelta(days=story.days)
    actor = session.scalars(select(Account).where(Account.member_id == member.id)).one().actor
    case = start_change(session, engine, member=member, by=actor, now=began)

    def do(step: str, outcome: str, values: Mapping[str, Any], by: Actor, later: int) -> None:
        query = select(Task).where(
            Task.case_id == case.id, Task.element_id == step, Task.state == "open"
        )
        at = began + timedelta(minutes=later)
        marks = (story.mark,) if story.mark and outcome == "return" else ()
        hold_task(session, engine, session.scalars(query).one().id).complete(
            outcome=outcome, values=values, by=by, now=at, marks=marks
        )

    do(STATE, "apply", story.stated, actor, 5)
    if story.reason:
        do(REVIEW, "return", {"reason": story.reason}, reviewer, 90)
