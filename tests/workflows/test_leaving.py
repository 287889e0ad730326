"""Members who change association or kind, or leave, while something of theirs is open."""

from collections.abc import Sequence

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case
from engine.engine import Engine
from engine.noting import texts
from engine.tasks import Task
from engine.trail import Event
from tests.workflows.conftest import NOW
from tests.workflows.walking import Walk
from workflows.shared.associations import Association
from workflows.shared.leaving import change_association, change_kind, end_membership
from workflows.shared.messages import Message
from workflows.shared.register import CPA, Member, find_member_by_number

GUANGZHOU = "440100100001"
BY = Actor("staff", 1)


def applied(engine: Engine, number: str = GUANGZHOU) -> Walk:
    """An application that waits for its review."""
    return Walk(engine, number).start().to_materials().apply()


def find(session: Session, number: str = GUANGZHOU) -> Member:
    member = find_member_by_number(session, number)
    assert member is not None
    return member


def move(engine: Engine, code: str) -> Sequence[Case]:
    """Move the member of Guangzhou to another association."""
    with engine.database.transaction() as session:
        office = session.scalars(select(Association).where(Association.code == code)).one()
        return change_association(
            session, engine, member=find(session), association_id=office.id, by=BY, now=NOW
        )


def offices(engine: Engine, walk: Walk) -> dict[str, str]:
    """The code of the association that each open step of a case waits for."""
    with engine.database.read() as session:
        return {
            step: session.get_one(Association, task.association_id or 0).code
            for step, task in walk.tasks().items()
        }


def test_a_live_case_goes_to_the_new_association_with_what_waits_there(
    demo_engine: Engine,
) -> None:
    walk = applied(demo_engine)
    assert [each.id for each in move(demo_engine, "330000")] == [walk.case_id]
    assert offices(demo_engine, walk) == {"review_application": "330000"}
    assert walk.case.association_id == walk.member.association_id
    with demo_engine.database.read() as session:
        kinds = select(Event.kind).where(Event.case_id == walk.case_id)
        assert "case_moved" in session.scalars(kinds).all()
    walk.do("review_application", "approve", by=BY)
    assert walk.case.status == "in_second_review"


def test_what_waits_above_waits_above_the_new_association(demo_engine: Engine) -> None:
    walk = applied(demo_engine).do("review_application", "approve", by=BY)
    assert offices(demo_engine, walk) == {"second_review": "440000"}
    move(demo_engine, "440600")
    assert offices(demo_engine, walk) == {"second_review": "440000"}
    move(demo_engine, "330000")
    assert offices(demo_engine, walk) == {"second_review": "330000"}
    walk.do("second_review", "approve", by=BY)
    assert walk.case.status == "passed"


def test_moving_twice_moves_once(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    assert move(demo_engine, "330000")
    assert list(move(demo_engine, "330000")) == []
    with demo_engine.database.read() as session:
        moves = select(Event).where(Event.case_id == walk.case_id, Event.kind == "case_moved")
        assert len(session.scalars(moves).all()) == 1


def test_who_resigns_has_his_cases_closed_and_is_told_why(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    for _again in range(2):
        with demo_engine.database.transaction() as session:
            end_membership(
                session,
                demo_engine,
                member=find(session),
                state="resigned",
                reason="本人申请退会。",
                by=BY,
                now=NOW,
            )
    assert (walk.case.state, walk.case.status) == ("cancelled", "closed")
    assert walk.steps == set()
    with demo_engine.database.read() as session:
        told = session.scalars(select(Message).where(Message.template == "case_closed")).one()
        assert "本人申请退会。" in told.text
        assert (
            "本人申请退会。"
            in texts(session, demo_engine.vault, case=session.get_one(Case, walk.case_id)).values()
        )


def test_the_dead_are_told_nothing(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    with demo_engine.database.transaction() as session:
        end_membership(
            session,
            demo_engine,
            member=find(session),
            state="dead",
            reason="会员已去世。",
            by=BY,
            now=NOW,
        )
    assert walk.case.state == "cancelled"
    with demo_engine.database.read() as session:
        told = select(Message).where(Message.template == "case_closed")
        assert session.scalars(told).all() == []


def test_who_becomes_a_practising_member_is_not_inspected_here(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    with demo_engine.database.transaction() as session:
        closed = change_kind(
            session,
            demo_engine,
            member=find(session),
            kind=CPA,
            reason="转为执业会员。",
            by=BY,
            now=NOW,
        )
        assert [each.id for each in closed] == [walk.case_id]
        open_tasks = select(Task).where(Task.case_id == walk.case_id, Task.state == "open")
        assert session.scalars(open_tasks).all() == []
    assert walk.member.kind == CPA


def test_cases_are_locked_the_newest_first_and_the_member_after_them(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    said = list[str]()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    with demo_engine.database.transaction() as session:
        member = find(session)
        event.listen(demo_engine.database.sql, "before_cursor_execute", note)
        change_kind(
            session,
            demo_engine,
            member=member,
            kind=CPA,
            reason="转为执业会员。",
            by=BY,
            now=NOW,
        )
    first, second, *_rest = said
    assert "ORDER BY" in first
    assert [each.partition("FROM ")[2].split()[0] for each in (first, second)] == [
        '"case"',
        "member",
    ]
    assert walk.case.state == "cancelled"
