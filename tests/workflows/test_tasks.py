"""Working on a task: what the person, the form and the engine make of it together."""

from uuid import UUID

import pytest
from werkzeug.datastructures import MultiDict

import workflows
from engine.database import new_id
from engine.engine import Engine
from engine.errors import NotFound
from engine.moves import TaskHasChanged, TaskIsOver
from tests.workflows.conftest import NOW
from tests.workflows.walking import INFORMATION, Walk
from workflows.shared.access import Viewer, get_viewer
from workflows.shared.accounts import find_account
from workflows.shared.tasks import Tasks

READY, OTHER = "330000100001", "330000100003"
WORKFLOWS = workflows.collect()


def viewer_of(engine: Engine, login: str, user_type: str = "member") -> Viewer:
    """A demo account as it is signed in."""
    with engine.database.read() as session:
        account = find_account(session, user_type=user_type, login=login)
        assert account is not None
        return get_viewer(session, account)


def complete(
    engine: Engine, login: str, task_id: UUID, *, outcome: str, round_seen: int | None = None
) -> None:
    """Send an empty form of a task."""
    tasks = Tasks(engine, WORKFLOWS.form_data, WORKFLOWS.answer_checks)
    with engine.database.transaction() as session:
        tasks.complete(
            session,
            task_id=task_id,
            outcome=outcome,
            posted=MultiDict(),
            viewer=viewer_of(engine, login),
            language="zh",
            now=NOW,
            round_seen=round_seen,
        )


def test_that_a_step_is_over_is_told_only_to_who_could_have_done_it(demo_engine: Engine) -> None:
    walk = Walk(demo_engine, READY).start()
    done = walk.tasks()["fill_information"].id
    walk.do("fill_information", "apply", INFORMATION)
    with pytest.raises(TaskIsOver):
        complete(demo_engine, READY, done, outcome="apply")
    for task_id in (done, new_id()):
        with pytest.raises(NotFound):
            complete(demo_engine, OTHER, task_id, outcome="apply")


def test_that_a_round_has_passed_is_told_only_to_whose_step_it_is(demo_engine: Engine) -> None:
    walk = Walk(demo_engine, READY).start()
    task_id = walk.tasks()["fill_information"].id
    with pytest.raises(TaskHasChanged):
        complete(demo_engine, READY, task_id, outcome="apply", round_seen=7)
    with pytest.raises(NotFound):
        complete(demo_engine, OTHER, task_id, outcome="apply", round_seen=7)
