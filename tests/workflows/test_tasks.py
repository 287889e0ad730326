"""Working on a task: what the person, the form and the engine make of it together."""

from uuid import UUID

import pytest
from werkzeug.datastructures import MultiDict

import workflows
from engine.completing import TaskHasChanged, TaskIsOver
from engine.database import new_id
from engine.engine import Engine
from engine.errors import NotFound
from tests.workflows.conftest import NOW
from tests.workflows.walking import INFORMATION, Walk
from workflows.shared.access import Viewer, get_viewer
from workflows.shared.accounts import find_account
from workflows.shared.seasons import DEFERRAL, Season, list_slots
from workflows.shared.subjects import subject_of_case
from workflows.shared.tasks import Refused, Tasks
from workflows.shared.work import OpenForm

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


def to_deferral(engine: Engine) -> Walk:
    """Walk to the page of grounds and proof."""
    walk = Walk(engine, READY).start().do("fill_information", "defer", INFORMATION)
    return walk.do("accept_deferral_commitment", "confirm", {"version": 1, "agreed": True})


def open_form(walk: Walk, step: str) -> OpenForm:
    """The form of an open step, as its member finds it."""
    tasks = Tasks(walk.engine, WORKFLOWS.form_data)
    with walk.engine.database.read() as session:
        return tasks.open(
            session,
            task_id=walk.tasks()[step].id,
            viewer=viewer_of(walk.engine, READY),
            language="zh",
            now=NOW,
        )


def test_a_season_says_how_many_files_of_what_size_are_taken(demo_engine: Engine) -> None:
    walk = to_deferral(demo_engine)
    with demo_engine.database.transaction() as session:
        season = session.get_one(Season, find_season_id(walk))
        [slot] = list_slots(session, season_id=season.id, kind=DEFERRAL)
        assert (season.max_files, slot.max_bytes) == (5, 50 * 2**20)
        [shown] = open_form(walk, "state_deferral").form.all_slots
        assert (shown.max_files, shown.max_size) == (5, 50 * 2**20)
        season.max_files, slot.max_bytes = 1, 2**20
    [shown] = open_form(walk, "state_deferral").form.all_slots
    assert (shown.max_files, shown.max_size) == (1, 2**20)


def find_season_id(walk: Walk) -> int:
    """The season of a walk's case."""
    with walk.engine.database.read() as session:
        return subject_of_case(session, walk.case).season.id


def test_a_deferral_takes_the_grounds_that_its_season_recognises(demo_engine: Engine) -> None:
    walk = to_deferral(demo_engine)
    with demo_engine.database.transaction() as session:
        season = session.get_one(Season, find_season_id(walk))
        season.deferral_grounds = [{"value": "flood", "label": "洪水"}]
        session.flush()
        for slot in list_slots(session, season_id=season.id, kind=DEFERRAL):
            slot.required = False

    def send(ground: str) -> list[str]:
        tasks = Tasks(demo_engine, WORKFLOWS.form_data, WORKFLOWS.answer_checks)
        with demo_engine.database.transaction() as session:
            done = tasks.complete(
                session,
                task_id=walk.tasks()["state_deferral"].id,
                outcome="apply",
                posted=MultiDict({"ground": ground, "explanation": "说明"}),
                viewer=viewer_of(demo_engine, READY),
                language="zh",
                now=NOW,
            )
            return [each.path for each in done.errors] if isinstance(done, Refused) else []

    assert send("abroad") == ["ground"]
    assert send("flood") == []
    assert walk.steps == {"review_application"}
