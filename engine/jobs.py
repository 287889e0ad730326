"""Jobs: what is done later or elsewhere, kept in the database until it is done.

A job is written in the transaction that wants it, so it exists exactly when its reason does.
This is the table carrier, the same on both databases: a worker claims the next due row with
one UPDATE … RETURNING. A job function that takes `session` runs in one transaction together
with the removal of its row, and so happens once; one that does not (it leaves the process)
may be tried again and must be repeatable. What the latter returns, if anything, is called with
the session of the transaction that removes its row: there it notes what came of it. A job may
come again (see `engine.recurring`).

Each job waits in a queue, and each queue has a thread of its own in every process that works:
whoever waits for a provider outside keeps no case waiting.
"""

import inspect
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Index,
    String,
    Text,
    and_,
    delete,
    exists,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from engine.database import Base, Json, UtcDateTime, new_id
from engine.recurring import Schedule, row_id
from engine.write_queue import in_no_hurry

if TYPE_CHECKING:
    from engine.engine import Engine

Ending = Callable[[Session], None]
Function = TypeVar("Function", bound=Callable[..., Ending | None])

LEASE = timedelta(minutes=5)
"""A worker that does not come back within this time has died: its job is claimed again."""
FIRST_DELAY = timedelta(seconds=2)
LONGEST_DELAY = timedelta(hours=1)
IDLE_SECONDS = 0.5

PATIENCE = 0.5
"""Seconds for which people who wait to write go before the next job, at most."""

WHILE_CASES_MOVE = 10
"""A pause is so many times longer while a job moves cases: somebody may be waiting for that."""

CASES = "cases"
"""The queue of everything that moves cases, and of whatever does not say another one."""

_RUNNING = text("state = 'running'")

log = logging.getLogger(__name__)


class Job(Base):
    """One thing to do, not before `due_at`; never two with the same `lock` at once."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_due", "queue", "state", "due_at"),
        Index("uq_job_lock", "lock", unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    queue: Mapped[str] = mapped_column(String(30), server_default=CASES)
    args: Mapped[dict[str, Any]] = mapped_column(Json)
    lock: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime())
    attempts: Mapped[int]
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    error: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True, slots=True)
class JobFunction:
    """A registered job: its function, how often it is tried, what is done when it failed.

    `recurs`: when it is done again by itself, without arguments. `queues`: where it may wait.
    `pause`: seconds that its queue's thread leaves to others afterwards.
    """

    name: str
    function: Callable[..., Ending | None]
    attempts: int
    given: frozenset[str]
    gives_up: Callable[..., None] | None
    recurs: Schedule | None = None
    queues: tuple[str, ...] = (CASES,)
    pause: float = 0.0


@dataclass(slots=True)
class Jobs:
    """All job functions of an application."""

    by_name: dict[str, JobFunction] = field(default_factory=dict)

    @property
    def queues(self) -> tuple[str, ...]:
        """Every queue in which a job may wait."""
        named = [queue for each in self.by_name.values() for queue in each.queues]
        return tuple(dict.fromkeys((CASES, *named)))

    def add(self, *modules: ModuleType) -> None:
        """Register every function of the modules that is marked as a job."""
        for module in modules:
            for found in _jobs_of(module):
                self.by_name[found.name] = found


@cache
def _jobs_of(module: ModuleType) -> tuple[JobFunction, ...]:
    functions = (each for each in vars(module).values() if isinstance(each, FunctionType))
    found = (getattr(each, "__job__", None) for each in functions)
    return tuple(each for each in found if isinstance(each, JobFunction))


def job(
    name: str,
    *,
    attempts: int = 8,
    gives_up: Callable[..., None] | None = None,
    recurs: Schedule | None = None,
    queues: tuple[str, ...] = (CASES,),
    pause: float = 0.0,
) -> Callable[[Function], Function]:
    """Mark a function as a job.

    It takes `engine`, `now` and, if it runs in a transaction, `session` by name, and its
    arguments by keyword. After the last failed attempt `gives_up(session, engine, error=…,
    now=…, **arguments)` is called in a transaction of its own. One that recurs takes no
    arguments; it may have itself deferred besides, to go on with what is left. `queues`: those in
    which whoever defers it has it wait. One that comes in thousands and is in no hurry says a
    `pause`.
    """

    def mark(function: Function) -> Function:
        given = frozenset(inspect.signature(function).parameters) & {"session", "engine", "now"}
        made = JobFunction(name, function, attempts, given, gives_up, recurs, queues, pause)
        function.__job__ = made  # type: ignore[attr-defined]
        return function

    return mark


def defer(
    session: Session,
    name: str,
    args: Mapping[str, object],
    *,
    at: datetime,
    lock: str | None = None,
    queue: str = CASES,
) -> None:
    """Have a job done once this transaction is committed, not before `at`."""
    session.execute(insert(Job), [_row(name, args, at=at, lock=lock, queue=queue)])


def defer_many(
    session: Session,
    jobs: Sequence[tuple[str, Mapping[str, object], datetime, str | None]],
    *,
    queue: str = CASES,
) -> None:
    """Several jobs (name, arguments, due time, lock) of one queue in one statement."""
    if jobs:
        session.execute(
            insert(Job),
            [_row(name, args, at=at, lock=lock, queue=queue) for name, args, at, lock in jobs],
        )


def plan_recurring(engine: "Engine") -> None:
    """Have every job that recurs done from now on; said at every start of a worker."""
    insert_one = sqlite.insert if engine.database.is_sqlite else postgresql.insert
    now = engine.now()
    with engine.database.transaction() as session:
        for known in engine.jobs.by_name.values():
            if known.recurs is None:
                continue
            row = _row(
                known.name,
                {},
                at=known.recurs.first(now),
                lock=known.name,
                queue=known.queues[0],
            )
            row["id"] = row_id(known.name)
            session.execute(insert_one(Job).values(row).on_conflict_do_nothing())
            # A version that knew another time, or no such job, may have left its row behind.
            latest = known.recurs.next(now)
            is_astray = or_(Job.state == "failed", and_(Job.state == "due", Job.due_at > latest))
            session.execute(
                update(Job)
                .where(Job.id == row["id"], is_astray)
                .values(state="due", due_at=latest, attempts=0)
            )


def _row(
    name: str, args: Mapping[str, object], *, at: datetime, lock: str | None, queue: str
) -> dict[str, object]:
    return {
        "id": new_id(),
        "name": name,
        "queue": queue,
        "args": dict(args),
        "lock": lock,
        "state": "due",
        "due_at": at,
        "attempts": 0,
        "claimed_until": None,
        "error": None,
    }


class Worker:
    """Does due jobs, those of a queue one after another; several may share a database."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Work in threads of this process until `stop`, one for each queue; plans what recurs."""
        plan_recurring(self._engine)
        for queue in self._engine.jobs.queues:
            thread = threading.Thread(
                target=self._work, args=(queue,), name=f"huiji-worker-{queue}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Finish the jobs at hand and end the threads."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def run_due(self, *, limit: int = 10_000, queue: str | None = None) -> int:
        """Do every job that is due now, of one queue or of all; returns how many were tried."""
        tried = 0
        while tried < limit and not self._stop.is_set():
            self._engine.database.give_way(at_most=PATIENCE)
            claimed = self._claim(queue)
            if claimed is None:
                break
            self._run(claimed)
            tried += 1
            known = self._engine.jobs.by_name.get(claimed.name)
            if queue is not None and known is not None and known.pause:
                self._stop.wait(known.pause * (WHILE_CASES_MOVE if self._cases_move() else 1))
        return tried

    def _cases_move(self) -> bool:
        """Whether any worker does a job that moves cases."""
        moving = select(Job.id).where(Job.queue == CASES, Job.state == "running").limit(1)
        with self._engine.database.read() as session:
            return session.scalar(moving) is not None

    def _work(self, queue: str) -> None:
        with in_no_hurry():
            while not self._stop.is_set():
                try:
                    self.run_due(queue=queue)
                except Exception:
                    # The database may be away for a moment: the loop outlives it.
                    log.exception("the worker could not look for jobs")
                self._stop.wait(IDLE_SECONDS)

    def _claim(self, queue: str | None = None) -> Job | None:
        now = self._engine.now()
        other = aliased(Job)
        is_claimable = or_(
            and_(Job.state == "due", Job.due_at <= now),
            and_(Job.state == "running", Job.claimed_until < now),
        )
        if queue is not None:
            is_claimable = and_(Job.queue == queue, is_claimable)
        is_locked = exists().where(
            other.lock == Job.lock, other.state == "running", other.id != Job.id
        )
        candidate = (
            select(Job.id)
            .where(is_claimable, or_(Job.lock.is_(None), ~is_locked))
            .order_by(Job.due_at, Job.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        with self._engine.database.read() as session:
            # Looking takes no write lock: an idle worker stands in nobody's way.
            if session.scalar(select(Job.id).where(is_claimable).limit(1)) is None:
                return None
        try:
            with self._engine.database.transaction() as session:
                return session.scalars(
                    update(Job)
                    .where(Job.id == candidate.scalar_subquery())
                    .values(state="running", claimed_until=now + LEASE, attempts=Job.attempts + 1)
                    .returning(Job)
                    .execution_options(synchronize_session=False)
                ).one_or_none()
        except IntegrityError:
            # Another worker took a job with the same lock in the same moment: next time.
            return None

    def _run(self, claimed: Job) -> None:
        known = self._engine.jobs.by_name.get(claimed.name)
        if known is None:
            self._set_aside(claimed, f"no job is called {claimed.name}")
            return
        given: dict[str, Any] = {"engine": self._engine, "now": self._engine.now()}
        given = {name: value for name, value in given.items() if name in known.given}
        try:
            if "session" in known.given:
                with self._engine.database.transaction() as session:
                    if self._holds(session, claimed):
                        known.function(session=session, **given, **claimed.args)
                        self._end(session, claimed, known)
            else:
                ending = known.function(**given, **claimed.args)
                with self._engine.database.transaction() as session:
                    if ending is not None:
                        ending(session)
                    self._end(session, claimed, known)
        except Exception as error:  # a job ends here, whatever went wrong in it
            log.warning("job %s (%s) failed", claimed.name, claimed.id, exc_info=True)
            self._failed(claimed, known, error)

    def _holds(self, session: Session, claimed: Job) -> bool:
        """Whether the claim still stands: its lease may have run out and others have taken it."""
        query = select(Job.id).where(_as_claimed(claimed)).with_for_update()
        return session.scalar(query) is not None

    def _end(
        self, session: Session, claimed: Job, known: JobFunction, *, error: str | None = None
    ) -> None:
        """Take away the row of a job that is over, or let it wait for its next time."""
        if known.recurs is None or claimed.id != row_id(known.name):
            session.execute(delete(Job).where(_as_claimed(claimed)))
            return
        session.execute(
            update(Job)
            .where(_as_claimed(claimed))
            .values(
                state="due",
                due_at=known.recurs.next(self._engine.now()),
                attempts=0,
                claimed_until=None,
                error=error,
            )
        )

    def _failed(self, claimed: Job, known: JobFunction, error: Exception) -> None:
        sentence = f"{type(error).__name__}: {error}"[:2000]
        if claimed.attempts >= known.attempts:
            self._give_up(claimed, known, error, sentence)
            return
        delay = min(FIRST_DELAY * 2 ** (claimed.attempts - 1), LONGEST_DELAY)
        with self._engine.database.transaction() as session:
            session.execute(
                update(Job)
                .where(_as_claimed(claimed))
                .values(
                    state="due",
                    due_at=self._engine.now() + delay,
                    claimed_until=None,
                    error=sentence,
                )
            )

    def _give_up(self, claimed: Job, known: JobFunction, error: Exception, sentence: str) -> None:
        """After the last attempt: what the job says for this, its next time, or set aside."""
        if known.gives_up is None and known.recurs is None:
            self._set_aside(claimed, sentence)
            return
        with self._engine.database.transaction() as session:
            if not self._holds(session, claimed):
                return
            if known.gives_up is not None:
                now = self._engine.now()
                known.gives_up(session, self._engine, error=error, now=now, **claimed.args)
            self._end(session, claimed, known, error=sentence)

    def _set_aside(self, claimed: Job, sentence: str) -> None:
        with self._engine.database.transaction() as session:
            session.execute(
                update(Job)
                .where(_as_claimed(claimed))
                .values(state="failed", claimed_until=None, error=sentence)
            )


def _as_claimed(claimed: Job) -> ColumnElement[bool]:
    """The job as this worker claimed it: each claim counts one attempt more."""
    return and_(Job.id == claimed.id, Job.state == "running", Job.attempts == claimed.attempts)
