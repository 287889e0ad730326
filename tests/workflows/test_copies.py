"""Copying tasks: who reads them, who never does, and what is said of it."""

import pytest
from sqlalchemy import delete, select

from engine.cases import Case
from engine.engine import Engine
from engine.errors import NotAllowed, NotFound
from engine.tasks import Task
from engine.trail import events
from tests.workflows.conftest import NOW
from tests.workflows.office import IN_GUANGZHOU, account, applied, review_of, viewer
from tests.workflows.walking import Walk
from workflows.inbox.copies import (
    NobodyToCopyTo,
    ReaderIsOutside,
    copy_task,
    list_copies,
    mark_read,
)
from workflows.inbox.filters import Filters
from workflows.inbox.queries import list_tasks
from workflows.shared.access import check, check_task
from workflows.shared.accounts import StaffDuty
from workflows.shared.messages import Message

FIRST, CLERK = "zj_review", "zj_fees"


def copy_to(engine: Engine, walk: Walk, *readers: str, by: str = FIRST, note: str = "") -> None:
    """Copy a review to people."""
    with engine.database.transaction() as session:
        copy_task(
            session,
            engine,
            task_id=review_of(walk),
            to=[account(session, each).id for each in readers],
            viewer=viewer(session, by),
            now=NOW,
            note=note,
        )


def can_read(engine: Engine, walk: Walk, login: str) -> bool:
    """Whether somebody may open a review."""
    with engine.database.read() as session:
        try:
            check_task(session, viewer(session, login), session.get_one(Task, review_of(walk)))
        except NotFound:
            return False
        return True


def listed(engine: Engine, login: str) -> int:
    """How many copies somebody finds in his inbox."""
    with engine.database.read() as session:
        filters = Filters(is_copied=True)
        return len(list_tasks(session, viewer(session, login), filters, now=NOW).tasks)


def test_a_reader_reads_and_decides_nothing(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    assert not can_read(demo_engine, walk, CLERK)

    copy_to(demo_engine, walk, CLERK, note="请了解")

    assert can_read(demo_engine, walk, CLERK)
    assert listed(demo_engine, CLERK) == 1
    with demo_engine.database.transaction() as session:
        task, reader = session.get_one(Task, review_of(walk)), viewer(session, CLERK)
        for action in ("complete", "claim", "assign", "copy"):
            with pytest.raises(NotFound):
                check(reader, action, task)
        case = session.get_one(Case, walk.case_id)
        (copy,) = list_copies(session, demo_engine, case=case, task=task)
        assert (copy.note, copy.read_at) == ("请了解", None)
        mark_read(session, task_id=task.id, viewer=reader, now=NOW)
        (copy,) = list_copies(session, demo_engine, case=case, task=task)
        assert copy.read_at == NOW


def test_a_copy_ends_with_the_last_duty_at_the_association(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    copy_to(demo_engine, walk, CLERK)
    with demo_engine.database.transaction() as session:
        clerk = account(session, CLERK)
        session.execute(delete(StaffDuty).where(StaffDuty.account_id == clerk.id))
        elsewhere = viewer(session, "gd_review").association_id
        session.add(StaffDuty(account_id=clerk.id, association_id=elsewhere, duty="fees"))

    assert not can_read(demo_engine, walk, CLERK)
    assert listed(demo_engine, CLERK) == 0


def test_a_copy_never_leaves_the_association(demo_engine: Engine) -> None:
    walk = applied(demo_engine, IN_GUANGZHOU)

    for outside in (FIRST, "sz_review"):
        with pytest.raises(ReaderIsOutside):
            copy_to(demo_engine, walk, outside, by="gz_review")
    with pytest.raises(NobodyToCopyTo):
        copy_to(demo_engine, walk, by="gz_review")
    with pytest.raises(NotFound):
        copy_to(demo_engine, walk, "gd_review", by=FIRST)
    with pytest.raises(NotAllowed):
        copy_to(demo_engine, walk, "gd_review", by="audit")
    copy_to(demo_engine, walk, "gd_review", by="gz_review")

    assert can_read(demo_engine, walk, "gd_review")


def test_an_unread_copy_is_not_sent_again_and_a_read_one_is(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    for _time in range(2):
        copy_to(demo_engine, walk, CLERK)
    with demo_engine.database.transaction() as session:
        mark_read(session, task_id=review_of(walk), viewer=viewer(session, CLERK), now=NOW)
    copy_to(demo_engine, walk, CLERK, note="再看一次")

    with demo_engine.database.read() as session:
        kinds = [each.kind for each in events(session, walk.case.id)]
        told = session.scalars(select(Message).where(Message.template == "task_copied")).all()
    assert (kinds.count("task_copied"), len(told)) == (2, 2)
