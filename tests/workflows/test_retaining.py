"""Keeping the periods: what is too old goes, what is not stays, and nobody goes by a clock."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engine.actors import SYSTEM
from engine.engine import Engine
from engine.vault import SubjectKey
from tests.workflows.conftest import NOW, Cast
from tests.workflows.office import viewer
from workflows.personal_data.erasing import Erasure, agree, withdraw
from workflows.personal_data.retaining import PERIOD_OVER, ask_for_erasures, keep_periods
from workflows.shared.keeping import Periods
from workflows.shared.messages import Message, send_to_member
from workflows.shared.register import Member
from workflows.shared.results import YearlyResult
from workflows.shared.security_events import SecurityEvent, note_event

MEMBER = "330000100001"
DAY = timedelta(days=1)


def _count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_events_and_messages_go_after_their_periods(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, _season = cast(MEMBER)
    usual = Periods()
    for age in (usual.events - DAY, usual.events + DAY):
        note_event(
            seeded, what="signed_in", account_id=None, actor=SYSTEM, address="", now=NOW - age
        )
    before = _count(seeded, Message)
    for age in (usual.messages + DAY, usual.messages - DAY):
        send_to_member(
            seeded,
            member_id=member.id,
            template="case_reopened",
            values={"year": 2021, "reason": "", "until": "2022-10-01"},
            case_id=None,
            now=NOW - age,
        )
    keep_periods(seeded, demo_engine, NOW)
    assert _count(seeded, SecurityEvent) == 1
    assert _count(seeded, Message) == before + 1


def _leave(session: Session, member: Member, *, decided: timedelta) -> None:
    member.state = "left"
    session.flush()
    session.execute(
        update(YearlyResult)
        .where(YearlyResult.member_id == member.id)
        .values(decided_at=NOW - decided)
    )


def test_the_system_asks_when_the_records_were_kept_long_enough(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, _season = cast(MEMBER)
    assert ask_for_erasures(seeded, demo_engine, now=NOW) == 0
    _leave(seeded, member, decided=Periods().records - DAY)
    assert ask_for_erasures(seeded, demo_engine, now=NOW) == 0
    _leave(seeded, member, decided=Periods().records + DAY)
    assert ask_for_erasures(seeded, demo_engine, now=NOW) == 1
    assert ask_for_erasures(seeded, demo_engine, now=NOW) == 0
    asked = seeded.scalars(select(Erasure)).one()
    assert (asked.asked_by, asked.reason, asked.state) == (None, PERIOD_OVER, "asked")
    assert seeded.get(SubjectKey, member.vault_subject) is not None
    agree(
        seeded,
        demo_engine,
        erasure_id=asked.id,
        viewer=viewer(seeded, "zj_manage"),
        now=NOW,
    )
    assert asked.state == "agreed"


def test_nobody_is_asked_about_twice_to_whom_somebody_said_no(
    seeded: Session, demo_engine: Engine, cast: Cast
) -> None:
    member, _season = cast(MEMBER)
    _leave(seeded, member, decided=Periods().records + DAY)
    ask_for_erasures(seeded, demo_engine, now=NOW)
    asked: UUID = seeded.scalars(select(Erasure.id)).one()
    withdraw(seeded, erasure_id=asked, viewer=viewer(seeded, "zj_manage"), now=NOW)
    assert ask_for_erasures(seeded, demo_engine, now=NOW + DAY) == 0
