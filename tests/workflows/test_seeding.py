"""A database filled with a whole country's work behaves like one that people filled."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select
from stdnum.cn import ric
from werkzeug.datastructures import MultiDict

import workflows
from engine.actors import SYSTEM
from engine.cases import Case
from engine.completing import Completed
from engine.database import Database
from engine.engine import Engine
from engine.releases import make_release
from engine.shipped import gather_unit, list_processes
from engine.tasks import Task
from tests.workflows.conftest import NOW, PASSWORD, ROOT, make_engine
from web.verifying import check_trails
from workflows import seeding
from workflows.inbox.filters import Filters
from workflows.inbox.queries import count_kinds, list_tasks
from workflows.shared.access import Viewer, get_viewer
from workflows.shared.accounts import Account
from workflows.shared.register import Member, identity_number
from workflows.shared.results import find_result_of_case
from workflows.shared.tasks import Tasks

SIZE = seeding.Size(members=300, cases=900)
WORKFLOWS = workflows.collect()


@pytest.fixture
def filled(database: Database, tmp_path: Path) -> Engine:
    """An engine on a filled database."""
    engine = make_ready(database, tmp_path)
    *_, last = seeding.fill(engine, SIZE, password=PASSWORD, now=NOW)
    assert last.members == SIZE.members
    return engine


def make_ready(database: Database, folder: Path) -> Engine:
    """An engine on a database with the processes and nothing else."""
    engine = make_engine(database, folder)
    for process_id in list_processes(ROOT):
        with database.transaction() as session:
            make_release(
                session,
                process_id=process_id,
                documents=gather_unit(process_id, ROOT),
                checks=engine.checks,
                reason="as shipped",
                by=SYSTEM,
                now=NOW,
            )
    return engine


def reviewer_of(engine: Engine, task: Task) -> Viewer:
    """Somebody who may decide a task."""
    with engine.database.read() as session:
        for account in session.scalars(select(Account).where(Account.user_type == "staff")):
            viewer = get_viewer(session, account)
            if viewer.has(task.duty, task.association_id):
                return viewer
    raise LookupError


def test_everything_asked_for_is_there_and_every_trail_holds(filled: Engine) -> None:
    with filled.database.read() as session:
        members = session.scalars(select(Member)).all()
        statuses = Counter(session.scalars(select(Case.status)))
        open_tasks = session.scalar(select(func.count()).where(Task.state == "open")) or 0

    assert len(members) == SIZE.members
    assert statuses.total() == SIZE.cases
    assert statuses["passed"] > SIZE.cases / 2
    assert {"draft", "in_review", "returned", "awaiting_fee_confirmation"} <= set(statuses)
    assert open_tasks > SIZE.members * 0.25
    assert not [case_id for case_id, broken in check_trails(filled) if broken]
    for each in members[:50]:
        number = identity_number(filled.vault, each)
        assert number[-1] == str(ric.calc_check_digit(number))


def test_a_filled_in_application_is_opened_and_approved_like_any_other(filled: Engine) -> None:
    tasks = Tasks(filled, WORKFLOWS.form_data, WORKFLOWS.answer_checks)
    with filled.database.read() as session:
        approved = select(Task).where(Task.element_id == "review_application", Task.state == "open")
        found = session.scalars(approved).all()
        by_season = {each.case_id: each for each in found}
    task = next(each for each in by_season.values() if each.kind == "inspection")
    viewer = reviewer_of(filled, task)
    later = NOW + timedelta(minutes=1)

    with filled.database.transaction() as session:
        opened = tasks.open(session, task_id=task.id, viewer=viewer, language="zh", now=later)
        done = tasks.complete(
            session,
            task_id=task.id,
            outcome="approve",
            posted=MultiDict(),
            viewer=viewer,
            language="zh",
            now=later,
        )
        assert opened.case.subject_name == task.subject_name
        assert isinstance(done, Completed)
        assert done.case.status in {"passed", "in_second_review"}
        result = find_result_of_case(session, case_id=task.case_id)
        assert (result is not None) is (done.case.status == "passed")

    assert not [case_id for case_id, broken in check_trails(filled) if broken]


def test_the_inbox_of_each_desk_lists_what_is_there(filled: Engine) -> None:
    with filled.database.read() as session:
        one = session.scalars(
            select(Task).where(Task.state == "open", Task.lane == "association").limit(1)
        ).one()
        viewer = reviewer_of(filled, one)
        page = list_tasks(session, viewer, Filters(), now=NOW, limit=1000)
        counts = count_kinds(session, viewer, Filters(), now=NOW)
        expected = session.scalars(
            select(Task.id).where(
                Task.state == "open",
                Task.association_id.in_({each for some in viewer.duties.values() for each in some}),
                Task.duty.in_(viewer.duties),
            )
        ).all()

    assert {each.id for each in page.tasks} == set(expected)
    assert sum(counts.values()) == len(expected)


def test_a_database_in_which_something_is_is_not_empty(filled: Engine) -> None:
    with filled.database.read() as session:
        assert not seeding.is_empty(session)


def test_broken_off_it_leaves_what_is_there_so_far_whole(
    database: Database, tmp_path: Path
) -> None:
    engine = make_ready(database, tmp_path)
    before = indexes_of(database)
    filling = seeding.fill(engine, seeding.Size(2001, 3000), password=PASSWORD, now=NOW)
    so_far = next(filling)
    filling.close()

    assert so_far.members == 2000
    assert indexes_of(database) == before
    with database.transaction() as session:
        last_id = session.scalar(select(func.max(Account.id))) or 0
        account = Account(user_type="staff", login="new", name="", created_at=NOW)
        session.add(account)
        session.flush()
        assert account.id > last_id


def indexes_of(database: Database) -> dict[str, set[str | None]]:
    """The names of each table's indexes."""
    inspector = inspect(database.sql)
    return {
        table: {each["name"] for each in inspector.get_indexes(table)}
        for table in inspector.get_table_names()
    }
