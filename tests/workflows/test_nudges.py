"""Asking for speed: once a day, while the application is with the association."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engine.engine import Engine
from engine.errors import HuijiError, NotAllowed, NotFound
from engine.tasks import Task, claim
from engine.trail import events
from tests.workflows.conftest import NOW
from tests.workflows.office import MEMBER, OTHER, account, applied, review_of, viewer
from tests.workflows.walking import INFORMATION, REVIEWER, Walk
from workflows.inbox.nudges import NothingToNudge, NudgedToday, nudge
from workflows.shared.access import Viewer, get_viewer
from workflows.shared.accounts import Account, find_account
from workflows.shared.messages import Message

FIRST, SECOND = "zj_review", "zj_review2"


def member(engine: Engine, number: str = MEMBER) -> Viewer:
    """A member as he is signed in."""
    with engine.database.read() as session:
        found = find_account(session, user_type="member", login=number)
        assert found is not None
        return get_viewer(session, found)


def ask(engine: Engine, walk: Walk, *, days: int = 0, number: str = MEMBER) -> None:
    """Ask for speed some days later."""
    with engine.database.transaction() as session:
        now = NOW + timedelta(days=days)
        me = member(engine, number)
        nudge(session, engine, case_id=walk.case.id, viewer=me, now=now)


def told(engine: Engine) -> list[str]:
    """Who was told, by login."""
    with engine.database.read() as session:
        rows = session.scalars(
            select(Account.login)
            .join(Message, Message.recipient_id == Account.id)
            .where(Message.template == "task_nudged")
            .order_by(Message.id)
        )
        return list(rows)


def test_a_nudge_is_counted_told_and_in_the_trail(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    with demo_engine.database.transaction() as session:
        key = account(session, FIRST).id
        session.execute(update(Task).where(Task.id == review_of(walk)).values(assigned_to=key))
    ask(demo_engine, walk)
    task = walk.tasks()["review_application"]
    assert (task.nudges, task.nudged_at) == (1, NOW)
    assert told(demo_engine) == [FIRST]
    with demo_engine.database.read() as session:
        last = events(session, walk.case.id)[-1]
    assert (last.kind, last.data["task"]) == ("task_nudged", str(task.id))


def test_once_a_day_is_enough(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    ask(demo_engine, walk)
    with pytest.raises(NudgedToday):
        ask(demo_engine, walk)
    ask(demo_engine, walk, days=1)
    assert walk.tasks()["review_application"].nudges == 2


def test_a_new_round_on_the_same_day_is_the_same_day(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    ask(demo_engine, walk)
    walk.withdraw()
    walk.do("fill_information", "apply", INFORMATION)
    walk.apply()
    with pytest.raises(NudgedToday):
        ask(demo_engine, walk)


def test_pressing_twice_at_once_counts_once(demo_engine: Engine) -> None:
    walk = applied(demo_engine)

    def press() -> str:
        try:
            ask(demo_engine, walk)
        except HuijiError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(2) as threads:
        said = sorted(each.result() for each in [threads.submit(press) for _ in range(2)])
    assert said == ["", str(NudgedToday())]
    assert walk.tasks()["review_application"].nudges == 1


def test_who_is_on_it_is_told_when_it_is_assigned_to_nobody(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    ask(demo_engine, walk)
    assert told(demo_engine) == []
    with demo_engine.database.transaction() as session:
        tomorrow = NOW + timedelta(days=1)
        claim(session, review_of(walk), by=viewer(session, SECOND).actor, now=tomorrow)
    ask(demo_engine, walk, days=1)
    assert told(demo_engine) == [SECOND]


def test_what_was_decided_meanwhile_is_said(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    walk.do("review_application", "approve", by=REVIEWER)
    with pytest.raises(NothingToNudge):
        ask(demo_engine, walk)


def test_what_is_with_the_member_himself_is_not_nudged(demo_engine: Engine) -> None:
    walk = Walk(demo_engine, MEMBER).start()
    with pytest.raises(NothingToNudge):
        ask(demo_engine, walk)


def test_only_the_member_himself_asks(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    with pytest.raises(NotFound):
        ask(demo_engine, walk, number=OTHER)
    with demo_engine.database.transaction() as session:
        staff, case_id = viewer(session, FIRST), walk.case.id
        with pytest.raises(NotAllowed):
            nudge(session, demo_engine, case_id=case_id, viewer=staff, now=NOW)
