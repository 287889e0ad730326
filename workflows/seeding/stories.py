"""What becomes of applications: each story really run once, so that its rows are true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case
from engine.completing import hold_task
from engine.engine import Engine
from engine.lifecycle import cancel_case, start_case
from engine.submissions import NewMark
from engine.tasks import Task
from workflows.inspection.applications import PROCESS, business_key, variables_of
from workflows.inspection.form_data import fill_information
from workflows.shared.fees import FeeClaim, FeeEntry
from workflows.shared.hours import HoursEntry
from workflows.shared.register import Member
from workflows.shared.results import YearlyResult
from workflows.shared.seasons import Season
from workflows.shared.subjects import subject_of_member

Steps = tuple[tuple[str, str], ...]

APPLY: Steps = (
    ("fill_information", "apply"),
    ("view_inspection", "continue"),
    ("accept_commitment", "confirm"),
    ("provide_materials", "continue"),
    ("confirm_application", "apply"),
)
APPLY_AGAIN: Steps = (
    ("fill_information", "apply"),
    ("provide_materials", "continue"),
    ("confirm_application", "apply"),
)
DEFER: Steps = (
    ("fill_information", "defer"),
    ("accept_deferral_commitment", "confirm"),
    ("state_deferral", "apply"),
)
RETURN: Steps = (("review_application", "return"),)
APPROVE: Steps = (("review_application", "approve"),)
APPROVE_TWICE: Steps = (*APPROVE, ("second_review", "approve"))
REFUSE: Steps = (("review_application", "propose_refusal"),)


@dataclass(frozen=True)
class Story:
    """How far an application came. `fee`: the ledger's word on the year, while it ran.

    `now` and `before` say how often it is told of the season that is open, and of earlier ones.
    """

    name: str
    steps: Steps
    now: float = 0
    before: float = 0
    fee: str = "confirmed"
    hours: int = 4000
    closed_as: str = ""
    has_two_levels: bool | None = None

    @property
    def ways(self) -> Sequence[bool]:
        """Whether it is told whole, of the season that is open, or as history, or both."""
        return [is_whole for is_whole in (True, False) if (self.now if is_whole else self.before)]

    def fits(self, *, is_city: bool) -> bool:
        """Whether it can be told of an association's members."""
        return self.has_two_levels in (None, is_city)


class Told(NamedTuple):
    """A story as it was told: of a city's members or others, whole or as history."""

    name: str
    is_city: bool
    is_whole: bool


STORIES = (
    Story("draft", (), now=14),
    Story("commitment", APPLY[:2], now=6),
    Story("materials", APPLY[:3], now=8),
    Story("short_of_hours", APPLY[:1], now=5, hours=1500),
    Story("to_pay", APPLY[:3], now=7, fee="to_pay"),
    Story("fee", APPLY[:3], now=9, fee="pending"),
    Story("in_review", APPLY, now=24),
    Story("deferral", DEFER, now=3),
    Story("returned", (*APPLY, *RETURN), now=4),
    Story("resubmitted", (*APPLY, *RETURN, *APPLY_AGAIN), now=5),
    Story("second_review", (*APPLY, *APPROVE), now=7, has_two_levels=True),
    Story("refusal", (*APPLY, *REFUSE), now=1),
    Story("passed", (*APPLY, *APPROVE), now=8, before=86, has_two_levels=False),
    Story("passed_twice", (*APPLY, *APPROVE_TWICE), now=8, before=86, has_two_levels=True),
    Story("passed_late", (*APPLY, *RETURN, *APPLY_AGAIN, *APPROVE), before=6, has_two_levels=False),
    Story("deferred", (*DEFER, *APPROVE), now=1, before=4, has_two_levels=False),
    Story("refused", (*APPLY, *REFUSE, ("agree_refusal", "agree")), now=0.5, before=1),
    Story("abandoned", (("fill_information", "abandon"),), now=0.5, before=1),
    Story("closed", APPLY[:1], before=2, closed_as="not_inspected"),
)

REASONS = "请补充通讯地址的门牌号。"
MARK = NewMark("fill_information", "address", "缺少门牌号")
SAID: Mapping[str, Mapping[str, Any]] = {
    "accept_commitment": {"version": 1, "agreed": True},
    "accept_deferral_commitment": {"version": 1, "agreed": True},
    "provide_materials": {"materials": []},
    "state_deferral": {"ground": "illness", "explanation": "", "proof": []},
}
SAID_BY_OFFICE: Mapping[str, Mapping[str, Any]] = {
    "approve": {"reason": None},
    "agree": {"reason": None},
    "return": {"ground": "information_wrong", "reason": REASONS},
    "propose_refusal": {
        "refusal_ground": "false_materials",
        "reason": "所交材料与事实不符。",
    },
}


@dataclass(frozen=True)
class Cast:
    """Who acts in a story."""

    member: Member
    season: Season
    actor: Actor
    reviewer: Actor
    second: Actor
    manager: Actor


def moment(number: int, began: datetime) -> datetime:
    """The time of a story's step: one a day, so that each can be told from the others."""
    return began + timedelta(days=number)


def tell(session: Session, engine: Engine, story: Story, cast: Cast, *, began: datetime) -> Case:
    """Run a story; its steps are a day apart."""
    member, season = cast.member, cast.season
    session.add(
        HoursEntry(
            member_id=member.id,
            year=season.year,
            earned_date=began.date(),
            hours=story.hours,
            external_key=f"story:{story.name}",
        )
    )
    session.add(
        YearlyResult(
            member_id=member.id,
            year=season.year - 1,
            kind=PROCESS,
            status="passed",
            association_id=member.association_id,
            decided_at=began,
        )
    )
    entry = FeeEntry(
        member_id=member.id, year=season.year, status=story.fee, amount=10000, updated_at=began
    )
    session.add(entry)
    if story.fee == "pending":
        session.add(
            FeeClaim(
                member_id=member.id,
                year=season.year,
                kind="payment",
                expected=10000,
                made_at=began,
            )
        )
    session.flush()
    case = start_case(
        session,
        engine,
        process_id=PROCESS,
        business_key=business_key(year=season.year, member_no=member.number),
        subject=subject_of_member(member),
        variables=variables_of(member, season),
        by=cast.actor,
        now=began,
        year=season.year,
        kind=PROCESS,
    )
    number = 0
    for step in story.steps:
        number += 1
        _do(session, engine, case, step=step, cast=cast, now=moment(number, began))
    if story.closed_as:
        cancel_case(
            session,
            engine,
            case_id=case.id,
            status=story.closed_as,
            by=Actor("system"),
            now=moment(number + 1, began),
        )
    session.flush()
    return case


def _do(
    session: Session,
    engine: Engine,
    case: Case,
    *,
    step: tuple[str, str],
    cast: Cast,
    now: datetime,
) -> None:
    element_id, outcome = step
    task = session.scalars(
        select(Task).where(
            Task.case_id == case.id, Task.element_id == element_id, Task.state == "open"
        )
    ).one()
    by = {
        "review_application": cast.reviewer,
        "second_review": cast.second,
        "agree_refusal": cast.manager,
    }.get(element_id, cast.actor)
    if task.lane == "association":
        values = SAID_BY_OFFICE[outcome]
    elif element_id == "fill_information":
        known = fill_information(session, engine=engine, case=case, language="zh", now=now)
        values = {**known.prefill, **known.locked}
    else:
        values = SAID.get(element_id, {})
    hold_task(session, engine, task.id).complete(
        outcome=outcome,
        values=values,
        by=by,
        now=now,
        marks=[MARK] if outcome == "return" else (),
    )
