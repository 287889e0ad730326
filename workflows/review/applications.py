"""A whole application as its reviewer sees it: its rounds, and what changed between them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.submissions import NewMark
from engine.tasks import Task
from forms import Change, Language, compare, mark_paths, read_marks
from forms.display import Reveal
from forms.receiving import Submitted
from workflows.shared import sent_forms
from workflows.shared.application_kinds import find_application
from workflows.shared.applications import DECISIONS, FIRST_REVIEWS, Decision, list_decisions
from workflows.shared.sent_forms import SentForm

NO_VALUES: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Round:
    """One time that an application was sent, and what was decided of it last, if anything was."""

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


class Applications(sent_forms.Applications):
    """Reads applications with their rounds, and compares these."""

    def list_rounds(self, session: Session, *, case: Case) -> list[Round]:
        """Every round that came to review, the first one first."""
        sent = session.execute(
            select(Task.round, Task.kind, Task.opened_at)
            .where(Task.case_id == case.id, Task.element_id.in_(FIRST_REVIEWS))
            .order_by(Task.opened_at)
        )
        decisions = {
            each.round: each for each in list_decisions(session, self.engine.vault, case=case)
        }
        rounds: dict[int, Round] = {}
        for number, kind, at in sent:
            # Whatever was sent back or revoked is reviewed again; it was sent once.
            rounds.setdefault(number, Round(number, kind, at, decisions.get(number)))
        return [rounds[number] for number in sorted(rounds)]

    def find_decision(self, session: Session, *, case: Case, task: Task) -> Decision | None:
        """What was decided in one step of a case's review."""
        found = list_decisions(session, self.engine.vault, case=case)
        return next((each for each in found if each.sent.task_id == task.id), None)

    def compare_rounds(
        self,
        session: Session,
        *,
        case: Case,
        before: Round,
        after: Round,
        language: Language,
        now: datetime,
        reveal: Reveal = False,
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
                NO_VALUES if known is None else known.sent.values,
                form.sent.values,
                reveal=reveal,
            )
            if changes:
                covered = [form.cover(each) for each in changes]
                found.append(FormChanges(form.element_id, form.process_id, known is None, covered))
        return RoundChanges(before, after, found)


def kind_under_review(session: Session, task: Task) -> str | None:
    """The kind of the application that a task is about; None if it is about something else."""
    kind: str | None = task.kind
    if task.element_id in DECISIONS:
        # The later steps of a round have kinds of their own; its first one has the application's.
        first = select(Task.kind).where(
            Task.case_id == task.case_id,
            Task.element_id.in_(FIRST_REVIEWS),
            Task.round == task.round,
        )
        kind = session.scalar(first.limit(1))
    return kind if kind is not None and find_application(kind) is not None else None


def read_new_marks(forms: Iterable[SentForm], posted: Submitted) -> list[NewMark]:
    """The marks that a reviewer set on the forms of an application."""
    return [
        NewMark(form.element_id, mark.path, mark.comment)
        for form in forms
        for mark in read_marks(posted, mark_paths(form.form, form.values), scope=form.scope)
    ]
