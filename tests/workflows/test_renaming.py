"""Somebody who is called otherwise now is so in what is open, whoever wrote the new name."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from engine.actors import Actor
from engine.cases import Case
from engine.engine import Engine
from engine.jobs import Worker
from engine.lifecycle import cancel_case
from engine.tasks import Task
from tests.workflows.conftest import NOW
from tests.workflows.office import MEMBER, OTHER, applied, viewer
from tests.workflows.tables import Table
from workflows.register.changes import edit_entry, version_of
from workflows.shared.register import find_member_by_number
from workflows.shared.register_changes import EDIT, recording
from workflows.shared.register_writing import write_fields
from workflows.shared.supervision import SERVICE, SupervisionPlatform
from workflows.supervision_platform.reading import Update
from workflows.supervision_platform.updates import take_update

NEW = "新名字"


def by_its_association(engine: Engine) -> None:
    """The association changes the entry on its page."""
    with engine.database.transaction() as session:
        member = find_member_by_number(session, MEMBER)
        assert member is not None
        edit_entry(
            session,
            engine,
            holder=member,
            typed={"name": NEW, "reason": "更正"},
            version=version_of(session, member),
            viewer=viewer(session, "zj_manage"),
            address="",
            now=NOW,
        )


def by_a_table(engine: Engine) -> None:
    """A table is taken over."""
    Table(engine, "members").send([("会员编号", "姓名"), (MEMBER, NEW)]).confirm()


def by_the_platform(engine: Engine) -> None:
    """The supervision platform calls."""
    engine.services[SERVICE] = SupervisionPlatform("https://platform.example.org/", (b"k" * 32,))
    with engine.database.transaction() as session:
        member = find_member_by_number(session, MEMBER)
        assert member is not None
        member.kind = "cpa"
    with engine.database.transaction() as session:
        take_update(session, engine, update=Update(MEMBER, 1, {"name": NEW}), now=NOW)


def by_a_process(engine: Engine) -> None:
    """Whatever else writes a member and says so in his trail."""
    with engine.database.transaction() as session:
        member = find_member_by_number(session, MEMBER)
        assert member is not None
        by = Actor("staff", 1)
        with recording(session, engine.vault, member, source=EDIT, by=by, now=NOW):
            write_fields(session, engine.vault, member, {"name": NEW})


def names(engine: Engine, number: str, state: str) -> tuple[set[str], set[str]]:
    """What somebody is called in his cases and tasks of a state."""
    with engine.database.read() as session:
        return (
            set(
                session.scalars(
                    select(Case.subject_name).where(Case.subject_no == number, Case.state == state)
                )
            ),
            set(
                session.scalars(
                    select(Task.subject_name).where(Task.subject_no == number, Task.state == state)
                )
            ),
        )


@pytest.mark.parametrize("rename", [by_its_association, by_a_table, by_the_platform, by_a_process])
def test_what_is_open_has_the_new_name(
    demo_engine: Engine, rename: Callable[[Engine], None]
) -> None:
    applied(demo_engine)
    others = names(demo_engine, OTHER, "open")
    rename(demo_engine)
    Worker(demo_engine).run_due()
    assert names(demo_engine, MEMBER, "open") == ({NEW}, {NEW})
    assert names(demo_engine, OTHER, "open") == others


def test_what_is_over_keeps_the_name_under_which_it_was_decided(demo_engine: Engine) -> None:
    walk = applied(demo_engine)
    before = walk.case.subject_name
    with demo_engine.database.transaction() as session:
        assert walk.case_id is not None
        by = Actor("staff", 1)
        cancel_case(session, demo_engine, case_id=walk.case_id, status="closed", by=by, now=NOW)
    by_its_association(demo_engine)
    Worker(demo_engine).run_due()
    assert walk.case.subject_name == before
    assert names(demo_engine, MEMBER, "completed")[1] == {before}
