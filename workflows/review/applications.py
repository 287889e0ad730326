"""A whole application as its reviewer sees it: its forms, its rounds, what changed between them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from engine.submissions import NewMark, Sent, last_submissions
from engine.tasks import Task
from forms import BoundForm, Change, Language, compare, mark_paths, read_marks
from forms.marks import label_of_mark
from forms.masking import mask
from forms.receiving import Submitted
from workflows.shared.application_kinds import get_application
from workflows.shared.applications import REVIEW, Decision, list_decisions
from workflows.shared.dates import ZONE
from workflows.shared.form_data import FormData, Key, Provider
from workflows.shared.tasks import load_form

NOTHING = FormData()
IDENTITY = "identity"
NO_VALUES: Mapping[str, Any] = {}


@dataclass(frozen=True)
class SentForm:
    """One form of an application with what was sent in it."""

    process_id: str
    element_id: str
    form: BoundForm
    values: Mapping[str, Any]
    panels: Mapping[str, Any]
    sent: Sent

    @property
    def scope(self) -> str:
        """What keeps this form's fields apart from those of others on one page."""
        return f"{self.element_id}."

    @property
    def values_shown(self) -> Mapping[str, Any]:
        """The values as a reviewer sees them: an identity number is never shown whole."""
        covered = {key: _cover(self.values[key]) for key in self._identities if key in self.values}
        return {**self.values, **covered}

    def cover(self, change: Change) -> Change:
        """A change with its identity numbers covered."""
        if change.path not in self._identities:
            return change
        return change._replace(before=_cover(change.before), after=_cover(change.after))

    @property
    def _identities(self) -> list[str]:
        return [
            each.key for each in self.form.form.fields if each.properties.get("mask") == IDENTITY
        ]

    def label_of(self, path: str) -> str:
        """What the field or file at a path is called."""
        return label_of_mark(self.form, path)


@dataclass(frozen=True)
class Round:
    """One time that an application was sent, and what was decided of it, if anything was."""

    number: int
    kind: str
    sent_at: datetime
    decision: Decision | None


@dataclass(frozen=True)
class FormChanges:
    """What changed in one form; `is_new` when the round before had no such form."""

    element_id: str
    process_id: str
    is_new: bool
    changes: Sequence[Change]


@dataclass(frozen=True)
class RoundChanges:
    """What changed from one round to the next."""

    before: Round
    after: Round
    forms: Sequence[FormChanges]


@dataclass(frozen=True)
class Applications:
    """Reads applications: the engine that keeps them, and what processes give their forms."""

    engine: Engine
    form_data: Mapping[Key, Provider]

    def read_forms(
        self,
        session: Session,
        *,
        case: Case,
        kind: str,
        round: int,
        language: Language,
        now: datetime,
    ) -> list[SentForm]:
        """The forms of an application as they stood in a round, in page order."""
        release = self.engine.releases.get(session, case.release_id)
        found = last_submissions(
            session,
            self.engine.vault,
            case_id=case.id,
            subject=case.subject_key,
            element_ids=get_application(kind).forms,
            round=round,
        )
        made = []
        for element_id, sent in found.items():
            provider = self.form_data.get((sent.process_id, element_id))
            data = (
                NOTHING
                if provider is None
                else provider(session, engine=self.engine, case=case, language=language, now=now)
            )
            form_id = release.model.step(sent.process_id, element_id).form_id or element_id
            form = load_form(release, process_id=sent.process_id, form_id=form_id)
            bound = form.bind(context=data.given, language=language, now=now.astimezone(ZONE))
            made.append(
                SentForm(sent.process_id, element_id, bound, sent.values, data.panels, sent)
            )
        return made

    def list_rounds(self, session: Session, *, case: Case) -> list[Round]:
        """Every round that came to review, the first one first."""
        sent = session.execute(
            select(Task.round, Task.kind, Task.opened_at)
            .where(Task.case_id == case.id, Task.element_id == REVIEW)
            .order_by(Task.opened_at)
        )
        decisions = {
            each.round: each for each in list_decisions(session, self.engine.vault, case=case)
        }
        rounds = {
            number: Round(number, kind, at, decisions.get(number)) for number, kind, at in sent
        }
        return [rounds[number] for number in sorted(rounds)]

    def compare_rounds(
        self,
        session: Session,
        *,
        case: Case,
        before: Round,
        after: Round,
        language: Language,
        now: datetime,
    ) -> RoundChanges:
        """What changed between two rounds: field by field, row by row, file by file."""
        old = {
            each.element_id: each
            for each in self.read_forms(
                session,
                case=case,
                kind=before.kind,
                round=before.number,
                language=language,
                now=now,
            )
        }
        found = []
        for form in self.read_forms(
            session, case=case, kind=after.kind, round=after.number, language=language, now=now
        ):
            known = old.get(form.element_id)
            if known is not None and known.sent.id == form.sent.id:
                continue
            changes = compare(
                form.form,
                NO_VALUES if known is None else known.values,
                form.values,
                reveal=True,
            )
            if changes:
                covered = [form.cover(each) for each in changes]
                found.append(FormChanges(form.element_id, form.process_id, known is None, covered))
        return RoundChanges(before, after, found)


def _cover(text: object) -> str:
    return mask(IDENTITY, str(text or ""))


def read_new_marks(forms: Iterable[SentForm], posted: Submitted) -> list[NewMark]:
    """The marks that a reviewer set on the forms of an application."""
    return [
        NewMark(form.element_id, mark.path, mark.comment)
        for form in forms
        for mark in read_marks(posted, mark_paths(form.form, form.values), scope=form.scope)
    ]
