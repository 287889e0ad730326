"""Doing a batch: one outcome given to one task, as the person would who started the batch."""

from collections.abc import Collection, Mapping, Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case, get_case
from engine.completing import TaskHasChanged, TaskIsOver
from engine.engine import Engine
from engine.errors import HuijiError, NotAllowed, Rejected
from engine.language import N_
from engine.tasks import Task
from forms.lists import Language
from workflows.inbox.batches import PROPERTY, Batch, BatchItem
from workflows.shared.access import Viewer, get_viewer
from workflows.shared.accounts import get_account
from workflows.shared.actor_names import name_actors
from workflows.shared.many import Doing
from workflows.shared.step_names import StepNames
from workflows.shared.tasks import Refused, Tasks, Unconfirmed


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

    def prepared(self, session: Session, batch: Batch, items: Sequence[BatchItem]) -> "DecidingAs":
        """Decides as the person who started the batch, with his access of now."""
        account = get_account(session, batch.account_id)
        if not account.is_active:
            raise AccountIsClosed
        releases = _find_releases(
            session, self._tasks.engine, [each.task_id for each in items], batch.outcome
        )
        return DecidingAs(self._tasks, get_viewer(session, account), releases)

    def explain(self, session: Session, batch: Batch, item: BatchItem, error: HuijiError) -> str:
        """Why a task was not decided; of one that is over, who was faster."""
        if isinstance(error, TaskIsOver):
            return _say_over(session, self._tasks.engine, batch, item.task_id)
        return str(error)


class DecidingAs(Deciding):
    """Decides the tasks of a slice: `releases` are those of the cases that may be decided so."""

    def __init__(self, tasks: Tasks, viewer: Viewer, releases: Mapping[UUID, int]) -> None:
        super().__init__(tasks)
        self._viewer = viewer
        self._releases = releases

    def do(self, session: Session, batch: Batch, item: BatchItem) -> None:
        """Complete a task as the person would."""
        if item.task_id not in self._releases:
            raise DecidedOneByOne
        done = self._tasks.complete(
            session,
            task_id=item.task_id,
            outcome=batch.outcome,
            posted=Press(batch.outcome),
            viewer=self._viewer,
            language=cast(Language, batch.language),
            now=self._tasks.engine.now(),
        )
        if isinstance(done, Refused):
            raise AsksForMore(sentences=" ".join(each.sentence for each in done.errors))
        if isinstance(done, Unconfirmed):
            raise DecidedOneByOne
        if done.case.release_id != self._releases[item.task_id]:
            # It was moved to another release meanwhile, which may not allow it.
            raise TaskHasChanged


def _find_releases(
    session: Session, engine: Engine, task_ids: Collection[UUID], outcome: str
) -> dict[UUID, int]:
    """The tasks to which an outcome may be given in a batch, each with its case's release.

    Those that are over are among them: completing them says so.
    """
    rows = session.execute(
        select(Task.id, Task.process_id, Task.element_id, Task.state, Case.release_id)
        .join(Case, Case.id == Task.case_id)
        .where(Task.id.in_(task_ids))
    )
    found = dict[UUID, int]()
    for task_id, process_id, element_id, state, release_id in rows:
        step = engine.releases.get(session, release_id).model.step(process_id, element_id)
        if state != "open" or step.properties.get(PROPERTY) == outcome:
            found[task_id] = release_id
    return found


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
