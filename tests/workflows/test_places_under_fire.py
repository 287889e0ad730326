"""300 sign up together for 100 places, then 50 cancel at once: nobody too many, none forgotten."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from engine.engine import Engine
from engine.jobs import CASES, Worker
from engine.tasks import Task
from tests.workflows.conftest import ROOT
from tests.workflows.enrolling import School, make_school
from workflows.shared.enrolments import Enrolment

PEOPLE, PLACES, LEAVING = 300, 100, 50
SECOND_CLICKS = 20
LEARN = 5
"""Of so many is looked whether their cases learn that a place is theirs."""
PROCESSES = {"postgresql": 4, "sqlite": 2}
"""SQLite serves one server and its worker; its writers stand in no line, they try again."""

Crowd = Callable[..., Counter[str]]


@pytest.fixture
def school(engine: Engine) -> School:
    """An association that offers classes."""
    return make_school(engine)


@pytest.fixture
def crowd(engine: Engine, tmp_path: Path) -> Iterator[Crowd]:
    """Lets four processes do something to all keys at once."""
    url = engine.database.url.render_as_string(hide_password=False)
    # Connections are not shared with the processes.
    engine.database.close()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.workflows.crowd", url, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        sending, answering = process.stdin, process.stdout
        assert sending is not None
        assert answering is not None

        def act(do: str, keys: Sequence[int], **order: Any) -> Counter[str]:
            order |= {"do": do, "keys": list(keys)}
            order["processes"] = PROCESSES[engine.database.url.get_backend_name()]
            sending.write(json.dumps(order) + "\n")
            sending.flush()
            return Counter(json.loads(answering.readline()))

        yield act
        sending.close()


def enrolments(engine: Engine) -> list[Enrolment]:
    """All sign-ups in their order of arrival."""
    with engine.database.read() as session:
        return list(session.scalars(select(Enrolment).order_by(Enrolment.number)))


def open_tasks(engine: Engine) -> set[UUID]:
    """The cases in which somebody has to confirm a sign-up."""
    with engine.database.read() as session:
        return set(session.scalars(select(Task.case_id).where(Task.state == "open")))


def test_the_cap_holds_and_freed_places_go_to_the_first(school: School, crowd: Crowd) -> None:
    engine = school.engine
    training_class = school.offer(capacity=PLACES)
    people = [each.id for each in school.members(PEOPLE)]
    came = crowd("sign_up", [*people, *people[:SECOND_CLICKS]], class_id=training_class.id)
    assert came == {"reserved": PLACES, "waiting": PEOPLE - PLACES, "already": SECOND_CLICKS}
    rows = enrolments(engine)
    assert [each.number for each in rows] == list(range(1, PEOPLE + 1))
    assert {each.person_id for each in rows} == set(people)
    assert [each.state for each in rows] == ["reserved"] * PLACES + ["waiting"] * (PEOPLE - PLACES)

    leaving = [each.id for each in rows[:PLACES:2]]
    assert len(leaving) == LEAVING
    left = crowd("cancel", [*leaving, *leaving[:10]], class_id=training_class.id)
    assert left == {"cancelled": LEAVING, "again": 10}
    states = [each.state for each in enrolments(engine)]
    assert states[:PLACES] == ["cancelled", "reserved"] * LEAVING
    assert states[PLACES:] == ["reserved"] * LEAVING + ["waiting"] * (PEOPLE - PLACES - LEAVING)

    # What waits for the association is as many as have their place, once their cases know it.
    assert len(open_tasks(engine)) == PLACES - LEAVING
    Worker(engine).run_due(queue=CASES, limit=LEARN)
    assert len(open_tasks(engine)) == PLACES - LEAVING + LEARN
    assert open_tasks(engine) <= {
        each.case_id for each in enrolments(engine) if each.state == "reserved"
    }
