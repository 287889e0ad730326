"""Many at once: one outcome given to up to a thousand tasks, each by itself.

A step allows it with the property `batch` in its diagram, which names the outcome. A batch is
written down with all its tasks before any is decided, so that starting it twice is starting it
once and a crash resumes where it was; `batch_work` does it.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.cases import Case
from engine.database import Base, UtcDateTime
from engine.engine import Engine
from engine.errors import NotFound, Rejected
from engine.jobs import defer
from engine.language import N_
from engine.tasks import Task
from forms.lists import Language
from workflows.shared.access import Viewer, visible_tasks

MOST = 1000
JOB = "inbox.batch"

WAITING = "waiting"
DONE = "done"
FAILED = "failed"
RUNNING = "running"

PROPERTY = "batch"


class BatchNotFound(NotFound):
    """There is no such batch, or it is a colleague's."""

    message = N_("There is nothing at this address, or you may not see it.")


class NothingTicked(Rejected):
    """No task was ticked."""

    message = N_("Tick at least one task.")


class TooManyTicked(Rejected):
    """More tasks than one batch takes."""

    message = N_("At most %(most)s tasks can be decided at once.")


class Batch(Base):
    """One person's decision on many tasks; `id` was made with the page that asked for it."""

    __tablename__ = "batch"
    __table_args__ = (Index("ix_batch_account_id", "account_id", "started_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    outcome: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(2))
    state: Mapped[str] = mapped_column(String(10))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class BatchItem(Base):
    """What became of one task of a batch; `sentence` says why it was not decided."""

    __tablename__ = "batch_item"

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(String(10))
    sentence: Mapped[str] = mapped_column(Text, default="")


@dataclass(frozen=True, slots=True)
class Offer:
    """An outcome that may be given to many tasks; task and release say how it is called."""

    outcome: str
    process_id: str
    element_id: str
    release_id: int
    task_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is, in numbers."""

    total: int
    done: int
    failed: int

    @property
    def waiting(self) -> int:
        """How many are still to be decided."""
        return self.total - self.done - self.failed


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one task: `state`, and a sentence where it was not decided."""

    task: Task
    state: str
    sentence: str


def find_offers(session: Session, engine: Engine, task_ids: Collection[UUID]) -> list[Offer]:
    """The outcomes that may be given at once to several of these tasks, in one query.

    Tasks whose step is decided one by one are in no offer.
    """
    rows = session.execute(
        select(Task.id, Task.process_id, Task.element_id, Case.release_id)
        .join(Case, Case.id == Task.case_id)
        .where(Task.id.in_(task_ids), Task.state == "open")
        .order_by(Task.opened_at, Task.id)
    )
    found: dict[str, Offer] = {}
    ids: dict[str, list[UUID]] = {}
    for task_id, process_id, element_id, release_id in rows:
        model = engine.releases.get(session, release_id).model
        outcome = model.step(process_id, element_id).properties.get(PROPERTY)
        if outcome:
            found.setdefault(outcome, Offer(outcome, process_id, element_id, release_id, ()))
            ids.setdefault(outcome, []).append(task_id)
    return [
        Offer(each.outcome, each.process_id, each.element_id, each.release_id, tuple(ids[outcome]))
        for outcome, each in found.items()
    ]


def start_batch(
    session: Session,
    engine: Engine,
    *,
    batch_id: UUID,
    outcome: str,
    task_ids: Sequence[UUID],
    viewer: Viewer,
    language: Language,
    now: datetime,
) -> Batch:
    """Have an outcome given to tasks; a batch that was started already is only found again.

    Whether each may be decided is looked at when its turn comes. Raises NothingTicked,
    TooManyTicked, BatchNotFound for the key of a colleague's batch.
    """
    wanted = list(dict.fromkeys(task_ids))
    if not wanted:
        raise NothingTicked
    if len(wanted) > MOST:
        raise TooManyTicked(most=MOST)
    insert_one = sqlite.insert if engine.database.is_sqlite else postgresql.insert
    row = {
        "id": batch_id,
        "account_id": viewer.account_id,
        "outcome": outcome[:40],
        "language": language,
        "state": RUNNING,
        "started_at": now,
    }
    added = session.scalar(
        insert_one(Batch).values(row).on_conflict_do_nothing().returning(Batch.id)
    )
    if added is not None:
        session.execute(
            insert(BatchItem),
            [
                {"batch_id": batch_id, "position": each, "task_id": task_id, "state": WAITING}
                for each, task_id in enumerate(_existing(session, wanted, viewer))
            ],
        )
        _defer(session, batch_id, now=now)
    return get_batch(session, batch_id, viewer=viewer)


def try_again(session: Session, *, batch_id: UUID, viewer: Viewer, now: datetime) -> Batch:
    """Have those tasks of a batch tried again that were not decided; twice is once."""
    get_batch(session, batch_id, viewer=viewer)
    batch = session.get_one(Batch, batch_id, with_for_update=True, populate_existing=True)
    if batch.state == RUNNING:
        return batch
    failed = session.execute(
        update(BatchItem)
        .where(BatchItem.batch_id == batch_id, BatchItem.state == FAILED)
        .values(state=WAITING, sentence="")
        .returning(BatchItem.position)
        .execution_options(synchronize_session=False)
    )
    if failed.first() is not None:
        batch.state, batch.ended_at = RUNNING, None
        session.flush()
        _defer(session, batch_id, now=now)
    return batch


def get_batch(session: Session, batch_id: UUID, *, viewer: Viewer) -> Batch:
    """One of the viewer's own batches; raises BatchNotFound."""
    found = session.get(Batch, batch_id)
    if found is None or found.account_id != viewer.account_id:
        raise BatchNotFound
    return found


def count_progress(session: Session, batch_id: UUID) -> Progress:
    """How far a batch is."""
    rows = session.execute(
        select(BatchItem.state, func.count())
        .where(BatchItem.batch_id == batch_id)
        .group_by(BatchItem.state)
    )
    counts = Counter({state: count for state, count in rows})  # noqa: C416  rows are tuples to us
    return Progress(counts.total(), counts[DONE], counts[FAILED])


def list_results(session: Session, batch_id: UUID, *, state: str) -> list[Result]:
    """The tasks of a batch that are in a state, in its order."""
    rows = session.execute(
        select(Task, BatchItem.sentence)
        .join(BatchItem, BatchItem.task_id == Task.id)
        .where(BatchItem.batch_id == batch_id, BatchItem.state == state)
        .order_by(BatchItem.position)
    )
    return [Result(task, state, sentence) for task, sentence in rows]


def find_first_task(session: Session, batch_id: UUID) -> tuple[Task, int] | None:
    """A task of a batch, with the release of its case: they say how the outcome is called."""
    row = session.execute(
        select(Task, Case.release_id)
        .join(BatchItem, BatchItem.task_id == Task.id)
        .join(Case, Case.id == Task.case_id)
        .where(BatchItem.batch_id == batch_id)
        .order_by(BatchItem.position)
        .limit(1)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def list_batches(session: Session, viewer: Viewer, *, limit: int = 10) -> Mapping[UUID, Batch]:
    """The viewer's last batches, the newest first."""
    found = session.scalars(
        select(Batch)
        .where(Batch.account_id == viewer.account_id)
        .order_by(Batch.started_at.desc())
        .limit(limit)
    )
    return {each.id: each for each in found}


def _existing(session: Session, wanted: Sequence[UUID], viewer: Viewer) -> list[UUID]:
    """Those that the viewer may know of: nothing is said of others, not even that they failed."""
    known = set(session.scalars(select(Task.id).where(Task.id.in_(wanted), visible_tasks(viewer))))
    found = [each for each in wanted if each in known]
    if not found:
        raise NothingTicked
    return found


def _defer(session: Session, batch_id: UUID, *, now: datetime) -> None:
    defer(session, JOB, {"batch_id": str(batch_id)}, at=now, lock=f"batch:{batch_id}")
