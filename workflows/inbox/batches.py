"""Many at once: one outcome given to up to a thousand tasks, each by itself.

A step allows it with the property `batch` in its diagram, which names the outcome. What is the
same wherever many are done at once is in `workflows.shared.many`; `batch_work` decides one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.cases import Case
from engine.database import Base
from engine.engine import Engine
from engine.errors import Rejected
from engine.language import N_
from engine.tasks import Task
from forms.lists import Language
from workflows.shared import many
from workflows.shared.access import Viewer, visible_tasks
from workflows.shared.many import BatchRow, ItemRow, Progress

MOST = 1000
PROPERTY = "batch"


class NothingTicked(Rejected):
    """No task was ticked."""

    message = N_("Tick at least one task.")


class TooManyTicked(Rejected):
    """More tasks than one batch takes."""

    message = N_("At most %(most)s tasks can be decided at once.")


class Batch(BatchRow, Base):
    """One person's decision on many tasks."""

    __tablename__ = "batch"
    __table_args__ = (Index("ix_batch_account_id", "account_id", "started_at"),)

    outcome: Mapped[str] = mapped_column(String(40))


class BatchItem(ItemRow, Base):
    """What became of one task of a batch."""

    __tablename__ = "batch_item"
    batch_table = "batch"

    task_id: Mapped[UUID]


KIND = many.Kind("inbox.batch", Batch, BatchItem)


@dataclass(frozen=True, slots=True)
class Offer:
    """An outcome that may be given to many tasks; task and release say how it is called."""

    outcome: str
    process_id: str
    element_id: str
    release_id: int
    task_ids: tuple[UUID, ...]


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
    batch: dict[str, object] = {
        "id": batch_id,
        "account_id": viewer.account_id,
        "outcome": outcome[:40],
        "language": language,
    }
    return many.begin(
        session,
        KIND,
        engine,
        batch=batch,
        items=lambda: [{"task_id": each} for each in _existing(session, wanted, viewer)],
        now=now,
    )


def try_again(session: Session, *, batch_id: UUID, viewer: Viewer, now: datetime) -> Batch:
    """Have those tasks of a batch tried again that were not decided; twice is once."""
    return many.try_again(session, KIND, batch_id, account_id=viewer.account_id, now=now)


def get_batch(session: Session, batch_id: UUID, *, viewer: Viewer) -> Batch:
    """One of the viewer's own batches; raises BatchNotFound."""
    return many.get_own(session, KIND, batch_id, account_id=viewer.account_id)


def count_progress(session: Session, batch_id: UUID) -> Progress:
    """How far a batch is."""
    return many.count_progress(session, KIND, batch_id)


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


def list_batches(session: Session, viewer: Viewer) -> list[Batch]:
    """The viewer's last batches, the newest first."""
    return many.list_batches(session, KIND, account_id=viewer.account_id)


def _existing(session: Session, wanted: Sequence[UUID], viewer: Viewer) -> list[UUID]:
    """Those that the viewer may know of: nothing is said of others, not even that they failed."""
    known = set(session.scalars(select(Task.id).where(Task.id.in_(wanted), visible_tasks(viewer))))
    found = [each for each in wanted if each in known]
    if not found:
        raise NothingTicked
    return found
