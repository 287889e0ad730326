"""Doing a batch: one outcome given to one task, as the person would who started the batch."""

from typing import cast
from uuid import UUID

from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import get_case
from engine.completing import TaskIsOver
from engine.engine import Engine
from engine.errors import HuijiError, NotAllowed, Rejected
from engine.language import N_
from engine.tasks import Task
from forms.lists import Language
from workflows.inbox.batches import PROPERTY, Batch, BatchItem
from workflows.shared.access import get_viewer
from workflows.shared.accounts import get_account
from workflows.shared.actor_names import name_actors
from workflows.shared.many import Doing
from workflows.shared.step_names import StepNames
from workflows.shared.tasks import Refused, Tasks


class Press:
    """A form of which nothing is filled in, sent with one button."""

    def __init__(self, outcome: str) -> None:
        self._outcome = outcome

    def getlist(self, key: str, /) -> list[str]:
        """Every field is empty; the question of the outcome is answered with yes."""
        return [self._outcome] if key in ("outcome", "confirmed") else []


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


class Deciding(Doing[Batch, BatchItem]):
    """Gives a batch's outcome to its tasks, one after another."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks

    def do(self, session: Session, batch: Batch, item: BatchItem) -> None:
        """Complete a task as the person would who started the batch, with his access of now."""
        engine = self._tasks.engine
        account = get_account(session, batch.account_id)
        if not account.is_active:
            raise AccountIsClosed
        _check_allowed(session, engine, item.task_id, batch.outcome)
        done = self._tasks.complete(
            session,
            task_id=item.task_id,
            outcome=batch.outcome,
            posted=Press(batch.outcome),
            viewer=get_viewer(session, account),
            language=cast(Language, batch.language),
            now=engine.now(),
        )
        if isinstance(done, Refused):
            raise AsksForMore(sentences=" ".join(each.sentence for each in done.errors))

    def explain(self, session: Session, batch: Batch, item: BatchItem, error: HuijiError) -> str:
        """Why a task was not decided; of one that is over, who was faster."""
        if isinstance(error, TaskIsOver):
            return _say_over(session, self._tasks.engine, batch, item.task_id)
        return str(error)


def _check_allowed(session: Session, engine: Engine, task_id: UUID, outcome: str) -> None:
    task = session.get_one(Task, task_id)
    if task.state != "open":
        return  # completing it says so
    release_id = get_case(session, task.case_id).release_id
    model = engine.releases.get(session, release_id).model
    if model.step(task.process_id, task.element_id).properties.get(PROPERTY) != outcome:
        raise DecidedOneByOne


def _say_over(session: Session, engine: Engine, batch: Batch, task_id: UUID) -> str:
    """Who was faster, and what he decided."""
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
