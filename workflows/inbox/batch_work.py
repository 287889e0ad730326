"""Doing a batch: task after task, each in a transaction of its own, by a job."""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import get_case
from engine.completing import TaskIsOver
from engine.engine import Engine
from engine.errors import HuijiError, NotAllowed, Rejected
from engine.jobs import defer, job
from engine.language import N_
from engine.tasks import Task
from forms.lists import Language
from workflows.inbox.batches import DONE, FAILED, JOB, PROPERTY, WAITING, Batch, BatchItem
from workflows.shared.access import get_viewer
from workflows.shared.accounts import get_account
from workflows.shared.actor_names import name_actors
from workflows.shared.step_names import StepNames
from workflows.shared.tasks import Refused, Tasks

SLICE = 50
"""So many in one run of the job, which is then long over before its lease is."""


class Press:
    """A form of which nothing is filled in, sent with one button."""

    def __init__(self, outcome: str) -> None:
        self._outcome = outcome

    def getlist(self, key: str, /) -> list[str]:
        """Every field is empty; the question of the outcome is answered with yes."""
        return [self._outcome] if key in ("outcome", "confirmed") else []


BREATH = 0.02
"""Seconds between two tasks on SQLite: its writers do not queue, and who tries again in the
meantime has to find the lock free."""

Speaking = Callable[[Language], AbstractContextManager[None]]

log = logging.getLogger(__name__)


class DecidedOneByOne(Rejected):
    """The step's diagram does not allow the outcome to be given to many."""

    message = N_("This step is decided one by one: open the task.")


class AsksForMore(Rejected):
    """The form cannot be sent as it is."""

    message = N_("This cannot be decided without looking at it: %(sentences)s")


class AccountIsClosed(NotAllowed):
    """Who started the batch cannot sign in any more."""

    message = N_("The account was closed.")


class DecidedAlready(Rejected):
    """Somebody was faster."""

    message = N_("%(name)s has decided this already: %(outcome)s")


class DecidedByYourself(Rejected):
    """The person had decided it on another page."""

    message = N_("You have decided this already: %(outcome)s")


class WentAnotherWay(Rejected):
    """The case does not wait for this step any more."""

    message = N_("There is nothing to decide any more: the application went another way.")


def batch_job(tasks: Tasks, speaking: Speaking) -> Callable[..., None]:
    """The job of an application: `tasks` complete, `speaking` puts sentences into a language."""

    def give_up(
        session: Session, _engine: Engine, *, error: Exception, now: datetime, batch_id: str
    ) -> None:
        """End a batch whose job failed for good: what still waits was not decided, and says so."""
        batch = session.get(Batch, UUID(batch_id), with_for_update=True)
        if batch is None:
            return
        with speaking(cast(Language, batch.language)):
            sentence = str(HuijiError())
        session.execute(
            update(BatchItem)
            .where(BatchItem.batch_id == batch.id, BatchItem.state == WAITING)
            .values(state=FAILED, sentence=sentence)
        )
        batch.state, batch.ended_at = DONE, now
        log.error("batch %s ended before it was through: %s", batch_id, type(error).__name__)

    @job(JOB, gives_up=give_up)
    def work(engine: Engine, now: datetime, *, batch_id: str) -> None:
        """Decide the next tasks of a batch; have the job done again while there are more."""
        key = UUID(batch_id)
        with engine.database.read() as session:
            batch = session.get(Batch, key)
            if batch is None:
                return
            waiting = (
                select(BatchItem)
                .where(BatchItem.batch_id == key, BatchItem.state == WAITING)
                .order_by(BatchItem.position)
            )
            items = session.scalars(waiting.limit(SLICE)).all()
        with speaking(cast(Language, batch.language)):
            for item in items:
                _decide(tasks, batch, item)
                if engine.database.is_sqlite:
                    time.sleep(BREATH)
        with engine.database.transaction() as session:
            # A second worker may be at its last item: whoever ends that one finds none.
            if session.scalar(waiting.limit(1).with_for_update()) is not None:
                defer(session, JOB, {"batch_id": batch_id}, at=now, lock=f"batch:{batch_id}")
                return
            ended = session.get_one(Batch, key)
            ended.state, ended.ended_at = DONE, engine.now()

    return work


def _decide(tasks: Tasks, batch: Batch, waiting: BatchItem) -> None:
    """Decide one task, or write down why not."""
    database = tasks.engine.database
    try:
        with database.transaction() as session:
            item = _hold(session, waiting)
            if item is None:
                return
            # Kept with the decision or not at all: nothing is decided twice.
            item.state = DONE
            _complete(session, tasks, batch, item.task_id)
            return
    except OperationalError:
        # No database is no fault of this task: the whole job comes again.
        raise
    except TaskIsOver:
        sentence = _say_over(tasks, batch, waiting.task_id)
    except HuijiError as error:
        sentence = str(error)
    except Exception:  # a task of a batch ends here: the others go on
        log.warning("batch %s failed at task %s", batch.id, waiting.task_id, exc_info=True)
        sentence = str(HuijiError())
    with database.transaction() as session:
        item = _hold(session, waiting)
        if item is not None:
            item.state, item.sentence = FAILED, sentence


def _hold(session: Session, waiting: BatchItem) -> BatchItem | None:
    """Lock an item that still waits: a second worker finds it done."""
    key = (waiting.batch_id, waiting.position)
    item = session.get_one(BatchItem, key, with_for_update=True)
    return item if item.state == WAITING else None


def _complete(session: Session, tasks: Tasks, batch: Batch, task_id: UUID) -> None:
    """Complete a task as the person would who started the batch, with his access of now."""
    account = get_account(session, batch.account_id)
    if not account.is_active:
        raise AccountIsClosed
    _check_allowed(session, tasks.engine, task_id, batch.outcome)
    done = tasks.complete(
        session,
        task_id=task_id,
        outcome=batch.outcome,
        posted=Press(batch.outcome),
        viewer=get_viewer(session, account),
        language=cast(Language, batch.language),
        now=tasks.engine.now(),
    )
    if isinstance(done, Refused):
        raise AsksForMore(sentences=" ".join(each.sentence for each in done.errors))


def _check_allowed(session: Session, engine: Engine, task_id: UUID, outcome: str) -> None:
    task = session.get_one(Task, task_id)
    if task.state != "open":
        return  # completing it says so
    release_id = get_case(session, task.case_id).release_id
    model = engine.releases.get(session, release_id).model
    if model.step(task.process_id, task.element_id).properties.get(PROPERTY) != outcome:
        raise DecidedOneByOne


def _say_over(tasks: Tasks, batch: Batch, task_id: UUID) -> str:
    """Who was faster, and what he decided."""
    engine = tasks.engine
    with engine.database.read() as session:
        task = session.get_one(Task, task_id)
        if task.outcome is None or task.completed_by_kind is None:
            return str(WentAnotherWay())
        release = engine.releases.get(session, get_case(session, task.case_id).release_id)
        names = StepNames(release, cast(Language, batch.language))
        outcome = names.outcome(task.process_id, task.element_id, task.outcome)
        if task.completed_by == batch.account_id:
            return str(DecidedByYourself(outcome=outcome))
        by = Actor(task.completed_by_kind, task.completed_by)
        return str(DecidedAlready(name=name_actors(session, [by])[by], outcome=outcome))
