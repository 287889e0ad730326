"""Many at once: the same thing done to hundreds, each by itself, in the name of one person.

What a person asked for is written down as a batch with all its items before any is done: so
starting it twice is starting it once, by the id that was made with the page that asked, and a
crash resumes where it was. Jobs do the items, a slice in one run: each in a transaction of its
own, or on SQLite, where only one writes at a time, a few in one that takes each back by itself.
One that fails is listed with a sentence and stops no other. Others come in between: on SQLite who
waits for the lock goes first, on PostgreSQL two slices are done beside each other, unless their
kind says `in_order`.

To have something done to many:

- two tables, `class SignUps(BatchRow, Base)` and `class SignUpItem(ItemRow, Base)` with columns
  of their own, and `KIND = Kind("training.sign_ups", SignUps, SignUpItem)`;
- `begin(session, KIND, engine, batch={...}, items=lambda: [{...}, ...], now=now)` in the
  transaction of the request; `get_own`, `count_progress`, `list_items`, `try_again`;
- a `Doing` whose `do` does one item in its transaction: it raises a HuijiError to say why not.
  What it writes into the item's own columns is kept with what it did. `explain` makes the
  sentence of an error, and may write into the item's own columns too; `prepared` may look up once
  what is the same for a slice;
- `register(KIND, doing, engine, speaking)` by whoever sets the application up, as
  `web.inbox.batches.init_app` does.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar, cast
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, String, Text, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column

from engine.database import Database, UtcDateTime
from engine.engine import Engine
from engine.errors import HuijiError, NotFound
from engine.jobs import JobFunction, defer, job
from engine.language import N_
from forms.lists import Language

WAITING = "waiting"
DONE = "done"
FAILED = "failed"
RUNNING = "running"

SLICE = 50
"""So many in one run of the job, which is then long over before its lease is."""

LANES = 2
"""On PostgreSQL so many jobs share a batch: a core each, where there are two."""

AT_A_TIME = 0.06
"""Seconds for which several items keep SQLite's write lock together; one always has its turn."""

PATIENCE = 0.5
"""Seconds for which people who wait for SQLite's write lock go first, at most."""

BREATH = 0.004
"""Seconds in which it is free besides: what waits in the background finds its gaps."""

Speaking = Callable[[Language], AbstractContextManager[None]]
"""Puts sentences into a language for a while."""

log = logging.getLogger(__name__)


class BatchNotFound(NotFound):
    """There is no such batch, or it is somebody else's."""

    message = N_("There is nothing at this address, or you may not see it.")


class BatchRow:
    """What one person asked for; `id` was made with the page that asked for it."""

    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    language: Mapped[str] = mapped_column(String(2))
    state: Mapped[str] = mapped_column(String(10))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class ItemRow:
    """What became of one item of a batch; `sentence` says why it was not done."""

    batch_table: ClassVar[str]

    position: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)
    state: Mapped[str] = mapped_column(String(10))
    sentence: Mapped[str] = mapped_column(Text, default="")

    @declared_attr
    def batch_id(cls) -> Mapped[UUID]:  # noqa: N805 - a class, as SQLAlchemy says
        """The batch, of the table that the class names in `batch_table`."""
        key = ForeignKey(f"{cls.batch_table}.id")
        return mapped_column(key, primary_key=True, sort_order=-2)


B = TypeVar("B", bound=BatchRow)
I = TypeVar("I", bound=ItemRow)  # noqa: E741 - an item


@dataclass(frozen=True, slots=True)
class Kind(Generic[B, I]):
    """One kind of batch: its job's name and its two tables.

    `in_order`: its items are done in their order, never two beside each other.
    """

    job: str
    batch: type[B]
    item: type[I]
    in_order: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is, in numbers."""

    total: int
    done: int
    failed: int

    @property
    def waiting(self) -> int:
        """How many are still to be done."""
        return self.total - self.done - self.failed


class Doing(Generic[B, I]):
    """How the items of a kind are done."""

    def prepared(self, session: Session, batch: B, items: Sequence[I]) -> "Doing[B, I]":
        """What does the items of a slice, once what is the same for them was looked up.

        A HuijiError is why none of them can be done.
        """
        del session, batch, items
        return self

    def do(self, session: Session, batch: B, item: I) -> None:
        """Do one item in this transaction; raises HuijiError to say why not."""
        raise NotImplementedError

    def explain(self, session: Session, batch: B, item: I, error: HuijiError) -> str:
        """The sentence that is listed; in a transaction after the one that failed."""
        del session, batch, item
        return str(error)


def begin(
    session: Session,
    kind: Kind[B, I],
    engine: Engine,
    *,
    batch: Mapping[str, object],
    items: Callable[[], Sequence[Mapping[str, object]]],
    now: datetime,
) -> B:
    """Write a batch down and have it done; one that was begun already is only found again.

    `batch`: its id, account_id, language and columns of its own; `items`: those of each item, asked
    for only if the batch is new. Raises BatchNotFound for the id of somebody else's.
    """
    insert_one = sqlite.insert if engine.database.is_sqlite else postgresql.insert
    row = {**batch, "state": RUNNING, "started_at": now}
    added = session.scalar(
        insert_one(kind.batch).values(row).on_conflict_do_nothing().returning(kind.batch.id)
    )
    if added is not None:
        rows = [
            {**each, "batch_id": added, "position": position, "state": WAITING}
            for position, each in enumerate(items())
        ]
        if rows:
            session.execute(insert(kind.item), rows)
        _defer_lanes(session, kind, added, count=len(rows), now=now)
    return get_own(
        session, kind, cast(UUID, batch["id"]), account_id=cast(int, batch["account_id"])
    )


def try_again(
    session: Session, kind: Kind[B, I], batch_id: UUID, *, account_id: int, now: datetime
) -> B:
    """Have those items of a batch done again that failed; twice is once."""
    get_own(session, kind, batch_id, account_id=account_id)
    batch = session.get_one(kind.batch, batch_id, with_for_update=True, populate_existing=True)
    if batch.state == RUNNING:
        return batch
    failed = session.scalars(
        update(kind.item)
        .where(kind.item.batch_id == batch_id, kind.item.state == FAILED)
        .values(state=WAITING, sentence="")
        .returning(kind.item.position)
        .execution_options(synchronize_session=False)
    ).all()
    if failed:
        batch.state, batch.ended_at = RUNNING, None
        session.flush()
        _defer_lanes(session, kind, batch_id, count=len(failed), now=now)
    return batch


def get_own(session: Session, kind: Kind[B, I], batch_id: UUID, *, account_id: int) -> B:
    """A batch of the account's; raises BatchNotFound."""
    found = session.get(kind.batch, batch_id)
    if found is None or found.account_id != account_id:
        raise BatchNotFound
    return found


def count_progress(session: Session, kind: Kind[B, I], batch_id: UUID) -> Progress:
    """How far a batch is."""
    rows = session.execute(
        select(kind.item.state, func.count())
        .where(kind.item.batch_id == batch_id)
        .group_by(kind.item.state)
    )
    counts = Counter({state: count for state, count in rows})  # noqa: C416  rows are tuples to us
    return Progress(counts.total(), counts[DONE], counts[FAILED])


def list_items(
    session: Session, kind: Kind[B, I], batch_id: UUID, *, states: Collection[str] = (DONE, FAILED)
) -> list[I]:
    """The items of a batch that are in one of some states, in its order."""
    found = session.scalars(
        select(kind.item)
        .where(kind.item.batch_id == batch_id, kind.item.state.in_(states))
        .order_by(kind.item.position)
    )
    return list(found)


def list_batches(
    session: Session, kind: Kind[B, I], *, account_id: int, limit: int = 10
) -> list[B]:
    """An account's last batches, the newest first."""
    found = session.scalars(
        select(kind.batch)
        .where(kind.batch.account_id == account_id)
        .order_by(kind.batch.started_at.desc())
        .limit(limit)
    )
    return list(found)


def register(kind: Kind[B, I], doing: Doing[B, I], engine: Engine, speaking: Speaking) -> None:
    """Let an engine do batches of a kind; `speaking` puts sentences into a language."""

    def give_up(
        session: Session,
        _engine: Engine,
        *,
        error: Exception,
        now: datetime,
        batch_id: str,
        lane: int = 0,
        lanes: int = 1,
    ) -> None:
        """End what a job failed to do for good: what still waits was not done, and says so."""
        batch = session.get(kind.batch, UUID(batch_id))
        if batch is None:
            return
        with speaking(cast(Language, batch.language)):
            sentence = str(HuijiError())
        session.execute(
            update(kind.item)
            .where(*_waits(kind, batch.id, lane, lanes))
            .values(state=FAILED, sentence=sentence)
            .execution_options(synchronize_session=False)
        )
        _end_if_through(session, kind, batch.id, now=now)
        log.error("batch %s ended before it was through: %s", batch_id, type(error).__name__)

    @job(kind.job, gives_up=give_up)
    def work(now: datetime, *, batch_id: str, lane: int = 0, lanes: int = 1) -> None:
        """Do the next items of a lane; have the job done again while there are more."""
        key = UUID(batch_id)
        its_own = _waits(kind, key, lane, lanes)
        with engine.database.read() as session:
            batch = session.get(kind.batch, key)
            if batch is None:
                return
            waiting = select(kind.item).where(*its_own).order_by(kind.item.position)
            items = session.scalars(waiting.limit(SLICE)).all()
            ready = _prepare(doing, session, batch, items)
        with speaking(cast(Language, batch.language)):
            _Slice(engine.database, kind, ready, batch).do([each.position for each in items])
        with engine.database.transaction() as session:
            if session.scalar(select(kind.item.position).where(*its_own).limit(1)) is not None:
                _defer(session, kind, key, lane, lanes, now=now)
            else:
                _end_if_through(session, kind, key, now=engine.now())

    known: JobFunction = work.__job__  # type: ignore[attr-defined]
    engine.jobs.by_name[known.name] = known


class _Unable(Doing[B, I]):
    """Does no item of a slice: what is the same for all of them forbids it."""

    def __init__(self, doing: Doing[B, I], error: HuijiError) -> None:
        self._doing, self._error = doing, error

    def do(self, session: Session, batch: B, item: I) -> None:
        """Say why not."""
        raise self._error

    def explain(self, session: Session, batch: B, item: I, error: HuijiError) -> str:
        """As for any other item."""
        return self._doing.explain(session, batch, item, error)


def _prepare(doing: Doing[B, I], session: Session, batch: B, items: Sequence[I]) -> Doing[B, I]:
    try:
        return doing.prepared(session, batch, items)
    except HuijiError as error:
        return _Unable(doing, error)


@dataclass(frozen=True, slots=True)
class _Slice(Generic[B, I]):
    """Items that are done one after another, and what does them."""

    database: Database
    kind: Kind[B, I]
    doing: Doing[B, I]
    batch: B

    def do(self, positions: Sequence[int]) -> None:
        """Do the items at some positions; where one fails, write down why."""
        waiting = list(positions)
        while waiting:
            done, error = self._do_some(waiting)
            if error is not None:
                self._write_down(waiting[done], error)
                done += 1
            waiting = waiting[done:]
            self._give_way()

    def _give_way(self) -> None:
        if self.database.is_sqlite:
            self.database.give_way(at_most=PATIENCE)
            time.sleep(BREATH)

    def _do_some(self, positions: Sequence[int]) -> tuple[int, HuijiError | None]:
        """Do the first ones in one transaction: how many, and what was wrong with the next one.

        After one that failed the transaction takes no more: what its session remembers may be of
        what was taken back.
        """
        until = time.monotonic() + (AT_A_TIME if self.database.is_sqlite else 0)
        done = 0
        try:
            with self.database.transaction() as session:
                for position in positions:
                    error = self._try(session, position)
                    if error is not None:
                        return done, error
                    done += 1
                    if time.monotonic() >= until:
                        break
        except OperationalError:
            if not done:
                raise
            # Those before it are done without it.
            return self._do_some(positions[:done])
        return done, None

    def _try(self, session: Session, position: int) -> HuijiError | None:
        try:
            with session.begin_nested():
                item = self._hold(session, position)
                if item is not None:
                    # Kept with what is done or not at all: nothing is done twice.
                    item.state = DONE
                    self.doing.do(session, self.batch, item)
        except OperationalError:
            # No database is no fault of this item: the whole job comes again.
            raise
        except HuijiError as error:
            return error
        except Exception:  # an item ends here: the others go on
            log.warning("batch %s failed at its item %s", self.batch.id, position, exc_info=True)
            return HuijiError()
        return None

    def _write_down(self, position: int, error: HuijiError) -> None:
        with self.database.transaction() as session:
            item = self._hold(session, position)
            if item is not None:
                item.state = FAILED
                item.sentence = self.doing.explain(session, self.batch, item, error)

    def _hold(self, session: Session, position: int) -> I | None:
        """Lock an item that still waits: a second worker finds it done."""
        item = self.kind.item
        query = select(item).where(item.batch_id == self.batch.id, item.position == position)
        found = session.scalars(query.with_for_update()).one()
        return found if found.state == WAITING else None


def _waits(
    kind: Kind[Any, Any], batch_id: UUID, lane: int = 0, lanes: int = 1
) -> tuple[ColumnElement[bool], ...]:
    """The condition of those items of a lane that still wait."""
    item = kind.item
    is_here = item.position % lanes == lane
    return (item.batch_id == batch_id, item.state == WAITING, is_here)


def _end_if_through(
    session: Session, kind: Kind[Any, Any], batch_id: UUID, *, now: datetime
) -> None:
    """End a batch of which nothing waits any more; the last lane to be through finds that."""
    batch = session.get_one(kind.batch, batch_id, with_for_update=True, populate_existing=True)
    waiting = select(kind.item.position).where(*_waits(kind, batch_id)).limit(1)
    if batch.state == RUNNING and session.scalar(waiting) is None:
        batch.state, batch.ended_at = DONE, now


def _defer_lanes(
    session: Session, kind: Kind[Any, Any], batch_id: UUID, *, count: int, now: datetime
) -> None:
    """Have so many items of a batch done."""
    is_alone = kind.in_order or session.get_bind().dialect.name == "sqlite"
    most = 1 if is_alone else LANES
    lanes = max(1, min(most, count))
    for lane in range(lanes):
        _defer(session, kind, batch_id, lane, lanes, now=now)


def _defer(
    session: Session, kind: Kind[Any, Any], batch_id: UUID, lane: int, lanes: int, *, now: datetime
) -> None:
    args = {"batch_id": str(batch_id), "lane": lane, "lanes": lanes}
    defer(session, kind.job, args, at=now, lock=f"batch:{batch_id}:{lane}")
