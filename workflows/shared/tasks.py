"""Working on a task: its form opened, what was typed kept, files attached, the task completed.

This is where the engine's task, the process's form and the person's access come together. All
of it happens in the caller's transaction.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from engine.cases import get_case
from engine.completing import (
    Completed,
    HeldTask,
    TaskHasChanged,
    TaskIsOver,
    TaskNotFound,
    hold_task,
)
from engine.engine import Engine
from engine.errors import NotAllowed, NotFound, Rejected
from engine.files import Received, add_file
from engine.language import N_
from engine.submissions import NewMark
from engine.tasks import Task
from forms.actions import Action
from forms.bound import BoundForm, Reading
from forms.form import OutcomeNotFound
from forms.lists import Language
from forms.receiving import Submitted
from forms.requirements import FieldError
from forms.slots import StoredFile as FileDescription
from workflows.shared.access import Viewer, can, check, check_task
from workflows.shared.applications import GROUNDS
from workflows.shared.bound_forms import bind_form
from workflows.shared.concerns import Concern
from workflows.shared.form_data import AnswerCheck, Key, Provider
from workflows.shared.work import OpenForm, Work


class SlotNotFound(NotFound):
    """The form asks for no such file."""


class TooManyFiles(Rejected):
    """The field has all the files that it takes."""

    message = N_("You can attach at most %(most)s files here. Remove one first.")


class NeedsSecondPerson(NotAllowed):
    """The step is for a second person, and this one took part in what it is about."""

    message = N_("You took part in this yourself: another person must decide here.")


@dataclass(frozen=True)
class Refused:
    """A form that was not accepted: what was typed, and a sentence for each wrong field."""

    opened: OpenForm
    errors: list[FieldError]


@dataclass(frozen=True)
class Unconfirmed:
    """An outcome whose question is not answered yet; what was typed is kept."""

    opened: OpenForm
    outcome: str


@dataclass(frozen=True)
class Tasks:
    """The tasks of an application: its engine, and what its processes give their forms."""

    engine: Engine
    form_data: Mapping[Key, Provider] = field(default_factory=dict)
    answer_checks: Mapping[Key, AnswerCheck] = field(default_factory=dict)

    def open(
        self,
        session: Session,
        *,
        task_id: UUID,
        viewer: Viewer,
        language: Language,
        now: datetime,
    ) -> OpenForm:
        """A task's form to look at or fill in.

        Raises NotFound for who may not see it, TaskIsOver when it waits for nobody any more.
        """
        task = session.get(Task, task_id)
        if task is None:
            raise TaskNotFound
        check_task(session, viewer, task)
        if task.state != "open":
            raise TaskIsOver(task)
        case = get_case(session, task.case_id)
        release = self.engine.releases.get(session, case.release_id)
        held = HeldTask(session, self.engine, task, case, release)
        opened = self._work_on(held, viewer, language, now).opened()
        if can(viewer, "complete", task) and not _is_second_person(held, viewer):
            return replace(opened, obstacle=str(NeedsSecondPerson()))
        return opened

    def complete(
        self,
        session: Session,
        *,
        task_id: UUID,
        outcome: str,
        posted: Submitted,
        viewer: Viewer,
        language: Language,
        now: datetime,
        round_seen: int | None = None,
        marks: Collection[NewMark] = (),
    ) -> Completed | Refused | Unconfirmed:
        """Complete a task with what was posted, or say what it still needs.

        Raises TaskIsOver and TaskHasChanged for a stale page, OutcomeNotFound, NeedsSecondPerson.
        """
        held = self._hold(session, task_id, viewer, round_seen=round_seen)
        if not _is_second_person(held, viewer):
            raise NeedsSecondPerson
        work = self._work_on(held, viewer, language, now)
        validates = work.form.form.get_outcome(outcome).validates
        if not validates and outcome not in {way.id for way in work.form.outcomes}:
            raise OutcomeNotFound
        reading = work.read(posted, outcome if validates else None)
        if validates:
            # Nobody is asked whether he is sure of what cannot be taken.
            errors = reading.errors or self._check_answers(held, work, outcome, reading, now)
            if errors:
                return Refused(replace(work.opened(), values=reading.values), errors)
        if work.form.needs_confirmation(posted, outcome):
            work.keep_draft(reading.values)
            return Unconfirmed(replace(work.opened(), values=reading.values), outcome)
        if not validates:
            work.keep_draft(reading.values)
            return held.complete(outcome=outcome, values=None, by=viewer.actor, now=now)
        if held.step.lane != held.case.subject_kind:
            held.task.ground = _find_ground(outcome, reading.values)
        return held.complete(
            outcome=outcome, values=reading.values, by=viewer.actor, now=now, marks=marks
        )

    def keep(
        self,
        session: Session,
        *,
        task_id: UUID,
        posted: Submitted,
        viewer: Viewer,
        language: Language,
        now: datetime,
        action: Action | None = None,
    ) -> OpenForm:
        """Keep what was typed as a draft and carry out an action of the form (a row, a file)."""
        held = self._hold(session, task_id, viewer)
        work = self._work_on(held, viewer, language, now)
        values = work.read(posted).values
        if action is not None:
            values = work.form.change_rows(values, action)
            values = _without_file(work.form, values, action)
        work.keep_draft(values)
        return replace(work.opened(), values=values)

    def attach(
        self,
        session: Session,
        *,
        task_id: UUID,
        slot_name: str,
        received: Received,
        name: str,
        kind: str,
        viewer: Viewer,
        language: Language,
        now: datetime,
    ) -> FileDescription:
        """Put a received and checked file into a slot of the form; raises TooManyFiles."""
        held = self._hold(session, task_id, viewer)
        work = self._work_on(held, viewer, language, now)
        slot = work.form.find_slot(slot_name)
        if slot is None:
            raise SlotNotFound
        values = dict(work.values())
        there = [each for each in values.get(slot.field) or [] if isinstance(each, dict)]
        if len(there) >= slot.max_files:
            raise TooManyFiles(most=slot.max_files)
        row = add_file(
            session,
            received,
            case_id=held.case.id,
            name=name,
            kind=kind,
            by=viewer.actor,
            now=now,
        )
        described: Any = row.describe(slot=slot.name)
        work.keep_draft({**values, slot.field: [*there, described]})
        file: FileDescription = described
        return file

    def _hold(
        self, session: Session, task_id: UUID, viewer: Viewer, *, round_seen: int | None = None
    ) -> HeldTask:
        """Lock a task for who may complete it; what became of it is nobody else's business."""
        try:
            held = hold_task(session, self.engine, task_id, round_seen=round_seen)
        except (TaskIsOver, TaskHasChanged):
            check(viewer, "complete", session.get_one(Task, task_id))
            raise
        check(viewer, "complete", held.task)
        return held

    def _work_on(self, held: HeldTask, viewer: Viewer, language: Language, now: datetime) -> Work:
        bound, data = bind_form(
            held.session,
            engine=self.engine,
            form_data=self.form_data,
            case=held.case,
            process_id=held.task.process_id,
            element_id=held.task.element_id,
            language=language,
            now=now,
        )
        return Work(held, viewer, bound, data, now)

    def _check_answers(
        self, held: HeldTask, work: Work, outcome: str, reading: Reading, now: datetime
    ) -> list[FieldError]:
        found = self.answer_checks.get((held.task.process_id, held.task.element_id))
        if found is None:
            return []
        wrong = found(
            held.session,
            engine=self.engine,
            case=held.case,
            outcome=outcome,
            values=reading.values,
            now=now,
        )
        labels = {
            each.key: each.label(work.form.language, work.form.scope)
            for each in work.form.form.fields
        }
        return [
            FieldError(path, labels.get(path, ""), sentence) for path, sentence in wrong.items()
        ]


def _is_second_person(held: HeldTask, viewer: Viewer) -> bool:
    """Whether the viewer did none of the steps of this round for which a step is the second.

    Nor any of them in the case that this one concerns: nobody judges his own decision.
    """
    steps = held.step.properties.get("second_person", "").split()
    if not steps:
        return True
    concerned = select(Concern.concerned_id).where(Concern.case_id == held.case.id)
    done = select(Task.id).where(
        or_(
            and_(Task.case_id == held.case.id, Task.round == held.task.round),
            Task.case_id.in_(concerned),
        ),
        Task.element_id.in_(steps),
        Task.state == "completed",
        Task.completed_by_kind == viewer.actor.kind,
        Task.completed_by == viewer.actor.id,
    )
    return held.session.scalar(done.limit(1)) is None


def _find_ground(outcome: str, values: Mapping[str, Any]) -> str | None:
    """What kind of reason an outcome was given, for counting; None where none was chosen."""
    found = values.get(GROUNDS.get(outcome, "ground"))
    return found if isinstance(found, str) else None


def _without_file(form: BoundForm, values: dict[str, Any], action: Action) -> dict[str, Any]:
    if action.kind != "remove_file":
        return values
    return {
        component.key: [
            file for file in values.get(component.key) or () if file["id"] != action.target
        ]
        if component.type == "filepicker"
        else values.get(component.key)
        for component in form.form.fields
    }
