"""Applications under way in the demo, so that an inbox has something in it.

They are walked through the released process step by step, as people would do it, on days before
today; what is due by now is overdue.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case
from engine.completing import hold_task
from engine.engine import Engine
from engine.submissions import NewMark
from engine.tasks import Task
from workflows.demo.cast import GUANGZHOU
from workflows.demo.offices import ZHEJIANG
from workflows.inspection.applications import start_inspection
from workflows.inspection.form_data import fill_information
from workflows.inspection.revoking import revoke
from workflows.shared.accounts import Account
from workflows.shared.associations import Association
from workflows.shared.dates import ZONE, local_date
from workflows.shared.fees import fee_state
from workflows.shared.hours_asked import assess_hours
from workflows.shared.register import NON_PRACTISING, Member
from workflows.shared.seasons import find_season

REASON = "请补充通讯地址的门牌号。"
MARK = NewMark("fill_information", "address", "缺少门牌号")

STORIES = (
    ("in_review", 8),
    ("in_review", 5),
    ("in_review", 3),
    ("in_review", 1),
    ("in_review", 0),
    ("returned", 4),
    ("resubmitted", 6),
    ("passed", 9),
    ("passed", 7),
    ("draft", 2),
    ("proposed", 2),
    ("refused", 6),
    ("revoked", 9),
)
"""How far Zhejiang's members who have all they need came, and how many days ago they began."""

CITY_STORIES = (("in_second_review", 4), ("sent_back", 5), ("returned_above", 7), ("in_review", 2))
"""How far Guangzhou's came, where Guangdong reviews on the second level."""

REFUSAL = {"refusal_ground": "disciplinary_penalty", "reason": "2022年受行业惩戒，处罚已生效。"}

WALKING = timedelta(minutes=45)
"""Longer than any story takes, so that nothing happens after today's moment."""


@dataclass
class _Walk:
    """One member's application on its way."""

    session: Session
    engine: Engine
    case: Case
    member: Actor
    reviewer: Actor
    now: datetime

    def do(
        self,
        step: str,
        outcome: str,
        values: Mapping[str, Any] | None = None,
        *marks: NewMark,
        by: Actor | None = None,
    ) -> None:
        """Complete the open task of a step; `by` another one than its member or reviewer."""
        task = self.session.scalars(
            select(Task).where(
                Task.case_id == self.case.id, Task.element_id == step, Task.state == "open"
            )
        ).one()
        by = by or (self.member if task.lane == "member" else self.reviewer)
        self.now += timedelta(minutes=3)
        hold_task(self.session, self.engine, task.id).complete(
            outcome=outcome, values=values or {}, by=by, now=self.now, marks=marks
        )

    def fill_in(self) -> None:
        """Send the information as the register knows it."""
        known = fill_information(
            self.session, engine=self.engine, case=self.case, language="zh", now=self.now
        )
        self.do("fill_information", "apply", {**known.prefill, **known.locked})

    def hand_in(self) -> None:
        """Go on to fee and materials and apply."""
        self.do("provide_materials", "continue", {"materials": []})
        self.do("confirm_application", "apply")


def add_cases(session: Session, engine: Engine, *, now: datetime) -> int:
    """Walk some of Zhejiang's and Guangzhou's members into every part of the process.

    Returns how many. The processes must have been released, and the demo seeded.
    """
    reviewer = _actor(session, "zj_review")
    ready, pending, short = _members(session, engine, ZHEJIANG, now)
    in_the_city, _pending, _short = _members(session, engine, GUANGZHOU, now)
    plans = [
        *((member, story, days) for (story, days), member in zip(STORIES, ready, strict=False)),
        *((member, "fee", days) for days, member in enumerate(pending)),
        *((member, "hours", 1) for member in short),
    ]
    for member, story, days in plans:
        _tell(session, engine, member, story=story, reviewer=reviewer, days=days, now=now)
    in_city = list(zip(CITY_STORIES, in_the_city, strict=False))
    reviewer = _actor(session, "gz_review")
    for (story, days), member in in_city:
        _tell(session, engine, member, story=story, reviewer=reviewer, days=days, now=now)
    return len(plans) + len(in_city)


def _actor(session: Session, login: str) -> Actor:
    """A person of the demo's staff as the one who acts."""
    return session.scalars(select(Account).where(Account.login == login)).one().actor


def _members(
    session: Session, engine: Engine, office: str, now: datetime
) -> tuple[list[Member], list[Member], list[Member]]:
    """Unnamed members: some who have all they need, whose fee is pending, who lack hours."""
    ready, pending, short = [], [], []
    for member in session.scalars(
        select(Member)
        .join(Association, Association.id == Member.association_id)
        .where(
            Association.code == office,
            Member.kind == NON_PRACTISING,
            Member.number < f"{office}100000",
        )
        .order_by(Member.number)
    ):
        season = find_season(session, association_id=member.association_id, day=local_date(now))
        if season is None:
            continue
        fee = fee_state(session, member=member, season=season)
        if assess_hours(session, engine, member=member, season=season).missing:
            short.append(member)
        elif fee.is_settled:
            ready.append(member)
        elif fee.status == "pending":
            pending.append(member)
    return ready, pending[:3], short[:2]


def _tell(
    session: Session,
    engine: Engine,
    member: Member,
    *,
    story: str,
    reviewer: Actor,
    days: int,
    now: datetime,
) -> None:
    """An application that began so many days ago, but not before the season opened."""
    season = find_season(session, association_id=member.association_id, day=local_date(now))
    began = now - WALKING - timedelta(days=days)
    if season is not None:
        began = max(began, datetime.combine(season.opens_date, time(), ZONE))
    actor = session.scalars(select(Account).where(Account.member_id == member.id)).one().actor
    case = start_inspection(session, engine, member=member, by=actor, now=began)
    walk = _Walk(session, engine, case, actor, reviewer, began)
    if story == "draft":
        return
    walk.fill_in()
    if story == "hours":
        return
    walk.do("view_inspection", "continue")
    walk.do("accept_commitment", "confirm", {"version": 1, "agreed": True})
    if story == "fee":
        return
    walk.hand_in()
    _decide(walk, story)


def _decide(walk: _Walk, story: str) -> None:
    """What became of an application that was sent."""
    session = walk.session
    match story:
        case "passed":
            walk.do("review_application", "approve")
        case "returned":
            walk.do("review_application", "return", {"reason": REASON}, MARK)
        case "resubmitted":
            walk.do("review_application", "return", {"reason": REASON}, MARK)
            walk.fill_in()
            walk.hand_in()
        case "proposed" | "refused":
            walk.do("review_application", "propose_refusal", REFUSAL)
            if story == "refused":
                walk.do("agree_refusal", "agree", by=_actor(session, "zj_manage2"))
        case "revoked":
            walk.do("review_application", "approve")
            revoke(
                session,
                walk.engine,
                case_id=walk.case.id,
                reason="学时复核有误，重新审核。",
                by=_actor(session, "zj_manage"),
                now=walk.now + timedelta(minutes=3),
            )
        case "in_second_review":
            walk.do("review_application", "approve")
        case "returned_above" | "sent_back":
            walk.do("review_application", "approve")
            outcome = "return" if story == "returned_above" else "send_back"
            marks = [MARK] if story == "returned_above" else []
            above = _actor(session, "gd_review")
            walk.do("second_review", outcome, {"reason": REASON}, *marks, by=above)
