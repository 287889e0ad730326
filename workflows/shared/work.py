"""A task under somebody's hands: its form bound, what stands in it, what is typed into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import drafts
from engine.cases import Case
from engine.completing import HeldTask
from engine.spiff import Step
from engine.submissions import last_submissions
from engine.tasks import Task
from forms.bound import BoundForm, Reading
from forms.receiving import Submitted
from forms.slots import StoredFile as FileDescription
from workflows.shared.access import Viewer
from workflows.shared.applications import find_last_return
from workflows.shared.form_data import FormData


@dataclass(frozen=True)
class OpenForm:
    """A task's form as its person finds it.

    `values`: the draft, else what was sent last in this case, else what the register knows.
    `marks`: the reviewer's comments on this form, by the path of the field. `obstacle`: why the
    viewer may look at it and not complete it, a sentence; empty when he may.
    """

    task: Task
    case: Case
    step: Step
    form: BoundForm
    values: Mapping[str, Any]
    panels: Mapping[str, Any]
    marks: Mapping[str, str]
    obstacle: str = ""


@dataclass
class Work:
    """A held task with its form bound."""

    held: HeldTask
    viewer: Viewer
    form: BoundForm
    data: FormData
    now: datetime

    @property
    def owner(self) -> int | None:
        """Whose alone a draft is: what a reviewer types is not for his colleagues to find."""
        is_subjects = self.held.step.lane == self.held.case.subject_kind
        return None if is_subjects else self.viewer.account_id

    def values(self) -> Mapping[str, Any]:
        """What stands in the form: the draft, else what was sent last, else the register's."""
        session, case, task = self.held.session, self.held.case, self.held.task
        vault = self.held.engine.vault
        draft = drafts.find_draft(
            session,
            vault,
            case_id=case.id,
            subject=case.subject_key,
            element_id=task.element_id,
            owner=self.owner,
        )
        if draft is not None:
            return draft
        if self.held.step.lane != case.subject_kind:
            # A decision is made anew each time; what one applies with is filled in as sent.
            return self.data.prefill
        last = last_submissions(
            session,
            vault,
            case_id=case.id,
            subject=case.subject_key,
            element_ids=[task.element_id],
        )
        return last[task.element_id].values if last else self.data.prefill

    def opened(self) -> OpenForm:
        """The form as its person finds it."""
        held = self.held
        values = self.form.complete(self.values())
        self.form.see(values)
        return OpenForm(
            task=held.task,
            case=held.case,
            step=held.step,
            form=self.form,
            values=values,
            panels=self.data.panels,
            marks=self._marks(),
        )

    def read(self, posted: Submitted, outcome: str | None = None) -> Reading:
        """Read what was posted; files are those that were attached before."""
        is_draft = outcome is None
        has_files = any(each.type == "filepicker" for each in self.form.form.fields)
        before = self.values() if is_draft or has_files else {}
        return self.form.read(
            posted, outcome=outcome, files=_by_slot(self.form, before), values_before=before
        )

    def keep_draft(self, values: Mapping[str, Any]) -> None:
        """Keep what was typed."""
        held = self.held
        drafts.save_draft(
            held.session,
            held.engine.vault,
            case_id=held.case.id,
            subject=held.case.subject_key,
            element_id=held.task.element_id,
            values=values,
            now=self.now,
            owner=self.owner,
        )

    def _marks(self) -> dict[str, str]:
        held = self.held
        if held.case.round == 1 or held.step.lane != held.case.subject_kind:
            return {}
        last = find_last_return(held.session, held.engine.vault, case=held.case)
        return {
            mark.path: mark.comment
            for mark in (last.marks if last else ())
            if mark.element_id == held.task.element_id
        }


def _by_slot(form: BoundForm, values: Mapping[str, Any]) -> dict[str, list[FileDescription]]:
    found: dict[str, list[FileDescription]] = {}
    for component in form.form.fields:
        if component.type == "filepicker":
            for file in values.get(component.key) or ():
                found.setdefault(file["slot"], []).append(file)
    return found
