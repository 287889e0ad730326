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
from workflows.demo.offices import ZHEJIANG
from workflows.inspection.applications import start_inspection
from workflows.inspection.form_data import fill_information
from workflows.shared.accounts import Account
from workflows.shared.associations import Association
from workflows.shared.dates import ZONE, local_date
from workflows.shared.fees import fee_state
from workflows.shared.hours import assess_hours
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
)
"""How far members who have all they need came, and how many days ago they began."""

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
        self, step: str, outcome: str, values: Mapping[str, Any] | None = None, *marks: NewMark
    ) -> None:
        """Complete the open task of a step."""
        task = self.session.scalars(
            select(Task).where(
                Task.case_id == self.case.id, Task.element_id == step, Task.state == "open"
            )
        ).one()
        by = self.member if task.lane == "member" else self.reviewer
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
    """Walk some of Zhejiang's members into every part of the process; returns how many.

    The processes must have been released, and the demo seeded.
    """
    reviewer = session.scalars(select(Account).where(Account.login == "zj_review")).one().actor
    ready, pending, short = _members(session, now)
    for (story, days), member in zip(STORIES, ready, strict=False):
        _tell(
            session,
            engine,
            member,
            story=story,
            reviewer=reviewer,
            days=days,
            now=now,
        )
    for days, member in enumerate(pending):
        _tell(
            session,
            engine,
            member,
            story="fee",
            reviewer=reviewer,
            days=days,
            now=now,
        )
    for member in short:
        _tell(session, engine, member, story="hours", reviewer=reviewer, days=1, now=now)
    return min(len(STORIES), len(ready)) + len(pending) + len(short)


def _members(session: Session, now: datetime) -> tuple[list[Member], list[Member], list[Member]]:
    """Unnamed members: some who have all they need, whose fee is pending, who lack hours."""
    ready, pending, short = [], [], []
    for member in session.scalars(
        select(Member)
        .join(Association, Association.id == Member.association_id)
        .where(
            Association.code == ZHEJIANG,
            Member.kind == NON_PRACTISING,
            Member.number < f"{ZHEJIANG}100000",
        )
        .order_by(Member.number)
    ):
        season = find_season(session, association_id=member.association_id, day=local_date(now))
        if season is None:
            continue
        fee = fee_state(session, member=member, season=season)
        if assess_hours(session, member=member, season=season).missing:
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
    if story == "passed":
        walk.do("review_application", "approve", {"reason": None})
    if story in ("returned", "resubmitted"):
        walk.do("review_application", "return", {"reason": REASON}, MARK)
    if story == "resubmitted":
        walk.fill_in()
        walk.hand_in()
