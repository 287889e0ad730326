"""Whatever fails at whatever point: the old state or the new one, never something between."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from engine.actors import Actor
from engine.cases import Case
from engine.completing import TaskIsOver, hold_task
from engine.engine import Engine
from engine.submissions import Submission
from engine.tasks import Task
from tests.engine.cast import MEMBER, REVIEWER, begin, complete, open_task
from tests.engine.snapshots import contradictions, snapshot

ROOT = Path(__file__).parents[2]


class PulledPlug(OperationalError):
    """What the fault raises: the database is gone."""

    def __init__(self, statement: str) -> None:
        super().__init__(statement, {}, ConnectionError())


@contextmanager
def fault_at(engine: Engine, number: int) -> Iterator[list[str]]:
    """Fail before the statement of that number; gives the statements seen."""
    seen: list[str] = []

    def before(_c: Any, _cu: Any, statement: str, *_: Any) -> None:
        seen.append(statement)
        if len(seen) == number:
            raise PulledPlug(statement)

    event.listen(engine.database.sql, "before_cursor_execute", before)
    try:
        yield seen
    finally:
        event.remove(engine.database.sql, "before_cursor_execute", before)


@pytest.mark.parametrize(("step", "outcome"), [("fill_in", "submit"), ("review", "return")])
def test_a_fault_at_any_statement_of_a_completion_changes_nothing(
    engine: Engine, step: str, outcome: str
) -> None:
    with engine.database.transaction() as session:
        case_id = begin(session, engine).id
        if step == "review":
            complete(session, engine, case_id, "fill_in", "submit", school="浙江大学")
    before = snapshot(engine.database)
    number, failed = 0, True
    while failed:
        number += 1
        with fault_at(engine, number) as seen:
            try:
                with engine.database.transaction() as session:
                    complete(session, engine, case_id, step, outcome, by=REVIEWER, reason="改")
                failed = False
            except PulledPlug:
                assert snapshot_without(engine, seen) == before
    assert number > 7
    with engine.database.read() as session:
        case = session.get_one(Case, case_id)
        assert list(contradictions(session, engine, case)) == []


def snapshot_without(engine: Engine, seen: list[str]) -> dict[str, list[tuple[object, ...]]]:
    """The database's rows, read without meeting the fault again."""
    seen.extend([""] * 1000)
    return snapshot(engine.database)


def test_many_at_once_on_one_task_one_wins_and_nothing_happens_twice(engine: Engine) -> None:
    with engine.database.transaction() as session:
        case_id = begin(session, engine).id
        task_id = open_task(session, case_id, "fill_in").id
    results: list[Actor | None] = []
    start = threading.Barrier(8)

    def click() -> None:
        if engine.database.is_sqlite:
            start.wait()
        try:
            with engine.database.transaction() as session:
                # As pages do: they look at the task before they complete it.
                session.get_one(Case, session.get_one(Task, task_id).case_id)
                if not engine.database.is_sqlite:
                    start.wait()
                held = hold_task(session, engine, task_id)
                held.complete(outcome="submit", values={"a": 1}, by=MEMBER, now=engine.now())
            results.append(None)
        except TaskIsOver as error:
            results.append(error.by)

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(results) == {None: 1, MEMBER: 7}
    with engine.database.read() as session:
        assert len(session.scalars(select(Submission)).all()) == 1
        assert list(contradictions(session, engine, session.get_one(Case, case_id))) == []


def test_after_thirty_kills_every_case_is_where_its_trail_says(engine: Engine) -> None:
    chance = random.Random(20260701)
    url = engine.database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.engine.load", url]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as load:
        assert load.stdin is not None
        assert load.stdout is not None
        print("begin\n" * 4, end="", file=load.stdin, flush=True)
        lives: dict[int, int] = {}
        killed: set[int] = set()
        while len(killed) < 30:
            pid = int(load.stdout.readline().split()[0])
            if pid in killed:
                continue  # its last words
            lives[pid] = lives.get(pid, chance.randrange(1, 12)) - 1
            if lives[pid] == 0:
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
                print("begin", file=load.stdin, flush=True)
        os.killpg(load.pid, signal.SIGKILL)
        load.stdout.read()
    with engine.database.read() as session:
        cases = list(session.scalars(select(Case)))
        assert len(cases) >= 30
        assert {case.id: list(contradictions(session, engine, case)) for case in cases} == {
            case.id: [] for case in cases
        }
