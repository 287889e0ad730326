"""Completing a task: it is held with its case, and what was sent is kept as the case runs on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import drafts, submissions
from engine.actors import Actor
from engine.cases import Case
from engine.database import new_id
from engine.errors import Conflict, NotFound
from engine.language import N_
from engine.moving import Move, passed
from engine.releases import LoadedRelease
from engine.spiff import Step
from engine.submissions import NewMark
from engine.tasks import Task

if TYPE_CHECKING:
    from engine.engine import Engine


class TaskNotFound(NotFound):
    """No such task."""


class TaskIsOver(Conflict):
    """Somebody completed the task, or its case went another way (then `outcome` is None)."""

    message = N_("This step is done already; nothing was changed by you.")

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.case_id = task.case_id
        self.element_id = task.element_id
        self.outcome = task.outcome
        self.at = task.completed_at
        self.by = (
            Actor(task.completed_by_kind, task.completed_by) if task.completed_by_kind else None
        )


class TaskHasChanged(Conflict):
    """The person saw another round than the one that is open."""

    message = N_("The application has changed since you opened it.")


@dataclass(frozen=True, slots=True)
class Completed:
    """What completing a task came to.

    `submission_id` is that of what was kept, `next_task_id` the step that the case's subject
    is at now.
    """

    case: Case
    submission_id: UUID | None
    next_task_id: UUID | None


@dataclass(frozen=True, slots=True)
class HeldTask:
    """An open task whose case is locked for this transaction."""

    session: Session
    engine: "Engine"
    task: Task
    case: Case
    release: LoadedRelease

    @property
    def step(self) -> Step:
        """The task's step in the diagram."""
        return self.release.model.step(self.task.process_id, self.task.element_id)

    def complete(
        self,
        *,
        outcome: str,
        values: Mapping[str, object] | None,
        by: Actor,
        now: datetime,
        marks: Collection[NewMark] = (),
    ) -> Completed:
        """Complete the task and run the case on.

        `values` None: the person left without sending (上一步); nothing but the outcome is kept.
        """
        session, task, case = self.session, self.task, self.case
        move = Move(session, self.engine, case, by=by, now=now)
        instance = move.load()
        round_seen = case.round
        task.state, task.outcome = "completed", outcome
        task.completed_at, task.completed_by_kind, task.completed_by = now, by.kind, by.id
        submission_id, digest = None, None
        if values is not None:
            submission_id = new_id()
            with session.no_autoflush:
                digest = self._keep(
                    submission_id, outcome, values, by=by, now=now, round=round_seen
                )
                submissions.add_marks(
                    session,
                    self.engine.vault,
                    subject=case.subject_key,
                    case_id=case.id,
                    submission_id=submission_id,
                    round=round_seen,
                    marks=marks,
                )
                drafts.drop_draft(session, case_id=case.id, element_id=task.element_id)
        said = move.say(
            "task_completed",
            task=str(task.id),
            process=task.process_id,
            element=task.element_id,
            outcome=outcome,
            round=round_seen,
            submission=str(submission_id) if submission_id else None,
            digest=digest,
        )
        # What was sent is there before the process goes on: operations may read it.
        instance.complete_task(task.id, {f"{task.element_id}_outcome": outcome}, local=values or {})
        said["passed"] = passed(instance)
        move.store(instance, completed=task.id)
        return Completed(case, submission_id, move.find_subject_task())

    def _keep(
        self,
        submission_id: UUID,
        outcome: str,
        values: Mapping[str, object],
        *,
        by: Actor,
        now: datetime,
        round: int,
    ) -> str:
        task, case = self.task, self.case
        sealed, digest = submissions.seal_values(
            self.engine.vault, self.session, case.subject_key, values
        )
        submissions.add_submission(
            self.session,
            {
                "id": submission_id,
                "case_id": case.id,
                "task_id": task.id,
                "process_id": task.process_id,
                "element_id": task.element_id,
                "round": round,
                "release_id": case.release_id,
                "outcome": outcome,
                "sealed": sealed,
                "at": now,
                "by_kind": by.kind,
                "by_id": by.id,
            },
        )
        return digest


def hold_task(
    session: Session, engine: "Engine", task_id: UUID, *, round_seen: int | None = None
) -> HeldTask:
    """Lock an open task with its case; raises TaskNotFound, TaskIsOver, TaskHasChanged."""
    row = session.execute(
        select(Task, Case)
        # The case first, as everybody locks them: rows are locked in the order of the tables.
        .select_from(Case)
        .join(Task, Task.case_id == Case.id)
        .where(Task.id == task_id)
        # Both: a second writer must see the task as the first one left it, also if he read it
        # before he had the lock.
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise TaskNotFound
    task, case = row
    if task.state != "open":
        raise TaskIsOver(task)
    if round_seen is not None and round_seen != task.round:
        raise TaskHasChanged
    return HeldTask(session, engine, task, case, engine.releases.get(session, case.release_id))
