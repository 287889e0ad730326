"""Completing tasks in process: the product beside the floor, in one run, case by case in turn."""

import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import event, select
from werkzeug.datastructures import MultiDict

import workflows
from benchmarks import reference
from benchmarks.figures import Figure
from benchmarks.floor import Floor
from benchmarks.reference import WAY, StepTaken
from engine.cases import Case
from engine.completing import Completed
from engine.engine import Engine
from web.app import create_engine
from web.installing import release_shipped
from web.schema import migrate
from web.settings import Settings
from workflows import demo
from workflows.shared.access import Viewer, get_viewer
from workflows.shared.accounts import Account
from workflows.shared.tasks import Tasks

CASES = 40
WARM_UP = 5
ROUNDS = 20
ROUND_CASES = 10
FIRST_ROUND, NEXT_ROUND = WAY[:6], WAY[6:9] + WAY[5:6]
PASSWORD = "benchmark password"  # noqa: S105 - of invented accounts in a temporary database


@dataclass
class Bench:
    """A database with the demo, the product's tasks and the floor on it."""

    engine: Engine
    tasks: Tasks
    floor: Floor
    member: Viewer
    reviewer: Viewer
    statements: list[int] = field(default_factory=list)
    state_bytes: list[int] = field(default_factory=list)
    said: dict[tuple[str, str], MultiDict[str, str]] = field(default_factory=dict)
    number: int = 0

    def viewer(self, step: StepTaken) -> Viewer:
        """Who takes a step."""
        return self.reviewer if step.is_reviewer else self.member

    def product_case(self) -> list[float]:
        """Take one case all the way; ms of each completion."""
        self.number += 1
        with self.engine.database.transaction() as session:
            case_id = reference.begin(session, self.engine, self.number)
        return [self.take(case_id, step) for step in WAY]

    def take(self, case_id: UUID, step: StepTaken) -> float:
        """Complete a step of a case as a browser would; ms of it."""
        times: list[float] = []
        with self.engine.database.read() as session:
            task_id = reference.find_task(session, case_id, step)
        said = self.form_sent(task_id, step)
        with _timed(times), self.engine.database.transaction() as session:
            done = self.tasks.complete(
                session,
                task_id=task_id,
                outcome=step.outcome,
                posted=said,
                viewer=self.viewer(step),
                language="zh",
                now=self.engine.now(),
            )
        if not isinstance(done, Completed):
            raise TypeError(f"{step}: {done}")
        self.state_bytes.append(self._state_size(case_id))
        return times[0]

    def round_times(self, rounds: int) -> list[float]:
        """Take one case round by round; ms of each round, the returned ones' four completions."""
        self.number += 1
        with self.engine.database.transaction() as session:
            case_id = reference.begin(session, self.engine, self.number)
        times = [sum(self.take(case_id, step) for step in FIRST_ROUND)]
        times += [sum(self.take(case_id, step) for step in NEXT_ROUND) for _ in range(rounds - 1)]
        return times

    def floor_case(self) -> list[float]:
        """The same by hand; the forms' answers are those that the product was given."""
        self.number += 1
        with self.engine.database.transaction() as session:
            case_id = reference.begin(session, self.engine, self.number)
        times: list[float] = []
        task_id: UUID | None = None
        for step in WAY:
            if task_id is None:
                with self.engine.database.read() as session:
                    task_id = reference.find_task(session, case_id, step)
            viewer = self.viewer(step)
            said = self.said[step.key]
            with _timed(times), self.engine.database.transaction() as session:
                task_id = self.floor.complete(
                    session,
                    task_id=task_id,
                    outcome=step.outcome,
                    posted=said,
                    member_id=viewer.member_id,
                    reviews=viewer.duties.get("review", frozenset()),
                    by=viewer.actor,
                    now=self.engine.now(),
                )
        return times

    def form_sent(self, task_id: UUID, step: StepTaken) -> MultiDict[str, str]:
        """What a browser sends from a task's page."""
        with self.engine.database.read() as session:
            opened = self.tasks.open(
                session,
                task_id=task_id,
                viewer=self.viewer(step),
                language="zh",
                now=self.engine.now(),
            )
            said = reference.posted(opened.form, opened.values, step)
        self.said[step.key] = said
        return said

    def _state_size(self, case_id: UUID) -> int:
        with self.engine.database.read() as session:
            return len(session.scalars(select(Case.engine_state).where(Case.id == case_id)).one())


@contextmanager
def _timed(times: list[float]) -> Iterator[None]:
    began = time.perf_counter()
    yield
    times.append((time.perf_counter() - began) * 1e3)


def prepare(url: str, folder: Path, *, settings: Settings | None = None) -> Bench:
    """A fresh installation with the demo, on a database that is empty."""
    environment = {"HUIJI_VAR": str(folder), "HUIJI_DATABASE_URL": url}
    engine = create_engine(settings or Settings.from_environment(environment))
    found = workflows.collect()
    found.install(engine)
    migrate(engine.database, engine.vault)
    release_shipped(engine, reason="benchmark")
    with engine.database.transaction() as session:
        demo.seed(session, engine, password=PASSWORD, now=engine.now())
        accounts = [
            session.scalars(select(Account).where(Account.login == login)).one()
            for login in (reference.MEMBER_NO, reference.REVIEWER)
        ]
        viewers = [get_viewer(session, account) for account in accounts]
    return Bench(
        engine=engine,
        tasks=Tasks(engine, found.form_data, found.answer_checks),
        floor=Floor(engine, found.form_data),
        member=viewers[0],
        reviewer=viewers[1],
    )


def count_statements(bench: Bench, take: Callable[[], list[float]] | None = None) -> list[int]:
    """Statements between BEGIN and COMMIT of each completion; of one case, or of what is taken."""
    counts: list[int] = []
    running = [0]

    def begun(_connection: Any) -> None:
        running[0] = 0

    def executed(*_: Any) -> None:
        running[0] += 1

    def committed(_connection: Any) -> None:
        counts.append(running[0])

    sql = bench.engine.database.sql
    hooks: list[tuple[str, Callable[..., None]]] = [
        ("begin", begun),
        ("after_cursor_execute", executed),
        ("commit", committed),
    ]
    for name, function in hooks:
        event.listen(sql, name, function)
    (take or bench.product_case)()
    for name, function in hooks:
        event.remove(sql, name, function)
    return counts[1:]


def measure(name: str, url: str) -> list[Figure]:
    """Figures of one database."""
    with tempfile.TemporaryDirectory() as folder:
        bench = prepare(url, Path(folder))
        for _ in range(WARM_UP):
            bench.product_case()
            bench.floor_case()
        product: list[float] = []
        floor: list[float] = []
        gc.collect()
        for _ in range(CASES):
            # In turn, so that both meet the same moods of the machine.
            product += bench.product_case()
            floor += bench.floor_case()
        counts = count_statements(bench)
        rounds = [bench.round_times(ROUNDS) for _ in range(ROUND_CASES)]
        late = statistics.median(each[-1] for each in rounds)
        early = statistics.median(each[1] for each in rounds)
        bench.engine.database.close()
    return [
        Figure(
            f"completion_function_{name}",
            statistics.mean(product),
            "ms",
            statistics.mean(floor),
            f"median {statistics.median(product):.2f} and {statistics.median(floor):.2f}",
        ),
        Figure(
            f"round_{ROUNDS}_function_{name}",
            late,
            "ms",
            early,
            "the last round beside the second one, four completions each",
        ),
        Figure("statements", min(counts), "", note=f"each of the ten: {counts} ({name})"),
        Figure("state_bytes", max(bench.state_bytes), "bytes", note=f"largest at rest ({name})"),
    ]
