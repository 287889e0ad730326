"""Keeping the periods: what is too old goes, what is not stays, and nobody goes by a clock."""

from dataclasses import fields
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engine.actors import SYSTEM
from engine.engine import Engine
from engine.vault import SubjectKey
from tests.workflows.conftest import NOW, Cast
from tests.workflows.office import viewer
from tests.workflows.resetting import KNOWN, NEW_PASSWORD, answers_of, begin
from web.schema import all_tables
from web.verifying import check_trails
from workflows.personal_data.erasing import Erasure, agree, erase_member, withdraw
from workflows.personal_data.retaining import PERIOD_OVER, ask_for_erasures, keep_periods
from workflows.shared.keeping import Periods
from workflows.shared.messages import Message, send_to_member
from workflows.shared.register import Member, find_member_by_number
from workflows.shared.resets import Reset
from workflows.shared.results import YearlyResult
from workflows.shared.security_events import SecurityEvent, note_event
from workflows.shared.service_settings import IncompleteSettings

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


def test_each_period_is_a_setting() -> None:
    names = [each.name for each in fields(Periods)]
    given = {f"HUIJI_KEEP_{name.upper()}_DAYS": str(days) for days, name in enumerate(names, 40)}
    found = Periods.from_environment(given)
    assert [getattr(found, name).days for name in names] == list(range(40, 40 + len(names)))
    assert Periods.from_environment({}) == Periods()
    for wrong in ("0", "-1", "36501", "1.5", "ten", ""):
        with pytest.raises(IncompleteSettings, match="HUIJI_KEEP_EVENTS_DAYS"):
            Periods.from_environment({"HUIJI_KEEP_EVENTS_DAYS": wrong})


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


def test_what_was_sent_anonymously_goes_after_its_period(demo_engine: Engine) -> None:
    person = begin(demo_engine)
    if person.step == "choose_method":
        person.press("identity")
    person.press("next", **answers_of(demo_engine))
    person.press("reset", password=NEW_PASSWORD, password_again=NEW_PASSWORD)
    case = person.case
    assert case.state == "ended"
    with demo_engine.database.transaction() as session:
        demo_engine.vault.seal(session, case.subject_key, b"what somebody typed")
        keep_periods(session, demo_engine, NOW + Periods().visits - DAY)
        assert session.get(SubjectKey, case.subject_key) is not None
        keep_periods(session, demo_engine, NOW + Periods().visits + DAY)
        assert session.get(SubjectKey, case.subject_key) is None
    assert not [key for key, broken in check_trails(demo_engine) if broken]


def test_a_reset_of_somebody_who_is_erased_leaves_nothing(demo_engine: Engine) -> None:
    person = begin(demo_engine)
    if person.step == "choose_method":
        person.press("identity")
    said = answers_of(demo_engine)
    person.press("next", **said)
    person.press("reset", password=NEW_PASSWORD, password_again=NEW_PASSWORD)
    with demo_engine.database.transaction() as session:
        member = find_member_by_number(session, KNOWN)
        assert member is not None
        erase_member(session, demo_engine, member_id=member.id, by=SYSTEM, now=NOW)
    with demo_engine.database.read() as session:
        assert session.get(SubjectKey, person.case.subject_key) is None
        rows = [
            repr(tuple(row))
            for table in all_tables().sorted_tables
            for row in session.execute(select(table))
        ]
        assert session.scalars(select(Reset)).all() == []
    for gone in (said["name"], said["identity_number"], "owner@example.org"):
        assert not [row for row in rows if gone in row]
