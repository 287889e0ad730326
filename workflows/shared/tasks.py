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
from forms.receiving import Submitted, last
from forms.requirements import FieldError
from forms.slots import StoredFile as FileDescription
from workflows.shared.access import Viewer, can, check, check_task
from workflows.shared.applications import GROUNDS
from workflows.shared.bound_forms import bind_form
from workflows.shared.concerns import Concern
from workflows.shared.form_data import SEEN, AnswerCheck, Key, Provider
from workflows.shared.proofs import Deed, DeedKey, Facts, Given, Proof, Wrong
from workflows.shared.work import OpenForm, Work


class SlotNotFound(NotFound):
    """The form asks for no such file."""


class TooManyFiles(Rejected):
    """The field has all the files that it takes."""

    message = N_("You can attach at most %(most)s files here. Remove one first.")


class ActionNotFound(NotFound):
    """The form has no such button."""


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
class Proved:
    """What a step asks for and keeps nowhere was looked at: what came of it."""

    facts: Facts


NOTHING_PROVED = Proved({})


@dataclass(frozen=True)
class Tasks:
    """The tasks of an application: its engine, and what its processes give their forms."""

    engine: Engine
    form_data: Mapping[Key, Provider] = field(default_factory=dict)
    answer_checks: Mapping[Key, AnswerCheck] = field(default_factory=dict)
    proofs: Mapping[Key, Proof] = field(default_factory=dict)
    deeds: Mapping[DeedKey, Deed] = field(default_factory=dict)

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
        proved: Proved | None = None,
    ) -> Completed | Refused | Unconfirmed:
        """Complete a task with what was posted, or say what it still needs.

        `proved`: what `prove` made of the same; a form with secrets is not completed without.
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
            errors = reading.errors or self._check_answers(
                held, work, outcome, reading, seen=last(posted, SEEN), now=now
            )
            if errors:
                return Refused(_as_typed(work, reading), errors)
        if work.form.needs_confirmation(posted, outcome):
            work.keep_draft(reading.values)
            return Unconfirmed(replace(work.opened(), values=reading.values), outcome)
        if not validates:
            work.keep_draft(reading.values)
            return held.complete(outcome=outcome, values=None, by=viewer.actor, now=now)
        if held.step.lane != held.case.subject_kind:
            held.task.ground = _find_ground(outcome, reading.values)
        if proved is None and _key(held) in self.proofs:
            raise RuntimeError(f"{held.task.element_id}: nobody looked at what is secret")
        values = {**reading.values, **(NOTHING_PROVED if proved is None else proved).facts}
        return held.complete(outcome=outcome, values=values, by=viewer.actor, now=now, marks=marks)

    def prove(
        self,
        *,
        task_id: UUID,
        outcome: str,
        posted: Submitted,
        viewer: Viewer,
        language: Language,
        address: str,
        now: datetime,
    ) -> Proved | Refused:
        """Look at what a step asks for and keeps nowhere, before it is completed.

        Opens its own transactions; attempts are counted even if the step is not completed then.
        Where there is nothing secret, or a way out asks for nothing, nothing is done. Raises
        as `open`.
        """
        with self.engine.database.read() as session:
            task = session.get(Task, task_id)
            found = None if task is None else self.proofs.get((task.process_id, task.element_id))
            if found is None:
                return NOTHING_PROVED
            work = self._look_at(session, task_id, viewer, language, now)
            if not work.form.form.get_outcome(outcome).validates:
                return NOTHING_PROVED
            reading = work.read(posted, outcome)
            if reading.errors:
                return Refused(_as_typed(work, reading), reading.errors)
        given = Given(
            work.held.case, outcome, reading.secrets, reading.values, address=address, now=now
        )
        result = found(self.engine, given)
        if not isinstance(result, Wrong):
            return Proved(result)
        return self._refuse(work, posted, outcome, result)

    def do(
        self,
        *,
        task_id: UUID,
        action: str,
        posted: Submitted,
        viewer: Viewer,
        language: Language,
        address: str,
        now: datetime,
    ) -> Refused:
        """Do what a button asks for that stays on the page; with errors if something is wrong.

        Opens its own transactions. Raises ActionNotFound, else as `open`.
        """
        with self.engine.database.read() as session:
            work = self._look_at(session, task_id, viewer, language, now)
            found = self.deeds.get((*_key(work.held), action))
            if found is None:
                raise ActionNotFound
            reading = work.read(posted)
        given = Given(
            work.held.case, None, reading.secrets, reading.values, address=address, now=now
        )
        return self._refuse(work, posted, None, found(self.engine, given) or Wrong({}))

    def _refuse(self, work: Work, posted: Submitted, outcome: str | None, wrong: Wrong) -> Refused:
        """The step as it is now, with what was typed and what is wrong with it."""
        task, now = work.held.task, work.now
        with self.engine.database.read() as session:
            again = self._look_at(session, task.id, work.viewer, work.form.language, now)
            opened = _as_typed(again, again.read(posted, outcome))
            return Refused(opened, _field_errors(again, wrong.sentences))

    def _look_at(
        self, session: Session, task_id: UUID, viewer: Viewer, language: Language, now: datetime
    ) -> Work:
        """A task that the viewer may complete, not locked; raises as `open`."""
        task = session.get(Task, task_id)
        if task is None:
            raise TaskNotFound
        check(viewer, "complete", task)
        if task.state != "open":
            raise TaskIsOver(task)
        case = get_case(session, task.case_id)
        release = self.engine.releases.get(session, case.release_id)
        held = HeldTask(session, self.engine, task, case, release)
        return self._work_on(held, viewer, language, now)

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
        self,
        held: HeldTask,
        work: Work,
        outcome: str,
        reading: Reading,
        *,
        seen: str,
        now: datetime,
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
            seen=seen,
            now=now,
        )
        return _field_errors(work, wrong)


def _key(held: HeldTask) -> Key:
    return held.task.process_id, held.task.element_id


def _as_typed(work: Work, reading: Reading) -> OpenForm:
    """The form with what was typed, as far as it may stand on the page."""
    return replace(work.opened(), values={**reading.values, **reading.typed})


def _field_errors(work: Work, wrong: Mapping[str, str]) -> list[FieldError]:
    labels = {
        each.key: each.label(work.form.language, work.form.scope) for each in work.form.form.fields
    }
    return [FieldError(path, labels.get(path, ""), sentence) for path, sentence in wrong.items()]


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
