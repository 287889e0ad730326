"""The forms of an application as they were sent, for whoever may read them.

The member, a reviewer and a printed page read the same: what the register says today does not
creep in, and an identity number is shown whole to nobody.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from engine.submissions import Sent, last_submissions
from forms import BoundForm, Change, Language
from forms.display import display
from forms.marks import label_of_mark
from forms.masking import mask
from workflows.shared.application_kinds import get_application
from workflows.shared.applications import GROUNDS, Decision
from workflows.shared.bound_forms import bind_form
from workflows.shared.form_data import FormData, Key, Provider
from workflows.shared.step_names import StepNames

IDENTITY = "identity"
OF_TODAY = frozenset({"fee", "decision", "year_today", "limits", "register_today"})
"""Panels that say how something stands today, which is no part of what was sent."""


@dataclass(frozen=True)
class SentForm:
    """One form of an application with its step's name and what was sent in it."""

    process_id: str
    element_id: str
    title: str
    form: BoundForm
    values: Mapping[str, Any]
    data: FormData
    sent: Sent

    @property
    def scope(self) -> str:
        """What keeps this form's fields apart from those of others on one page."""
        return f"{self.element_id}."

    @cached_property
    def panels(self) -> Mapping[str, Any]:
        """The parts of the form that are no fields, gathered when they are asked for."""
        return {name: data for name, data in self.data.panels.items() if name not in OF_TODAY}

    def covered(self) -> Mapping[str, Any]:
        """The values as people see them."""
        return cover_identity(self.form, self.values)

    def cover(self, change: Change) -> Change:
        """A change as people see it."""
        if change.path not in _identities(self.form):
            return change
        return change._replace(before=_cover(change.before), after=_cover(change.after))

    def label_of(self, path: str) -> str:
        """What the field or file at a path is called."""
        return label_of_mark(self.form, path)


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
        language: Language,
        now: datetime,
        round: int | None = None,
        element_ids: Collection[str] | None = None,
    ) -> list[SentForm]:
        """The forms of an application as they stood in a round, in page order.

        `round` None: as they stand now. `element_ids`: these of them only. Those of somebody who
        was erased cannot be read: there are none. A form that asked for nothing is left out.
        """
        release = self.engine.releases.get(session, case.release_id)
        names = StepNames(release, language)
        found = last_submissions(
            session,
            self.engine.vault,
            case_id=case.id,
            subject=case.subject_key,
            element_ids=[
                each
                for each in get_application(kind).forms
                if element_ids is None or each in element_ids
            ],
            round=round,
        )
        made = []
        for element_id, sent in found.items():
            if sent.is_erased:
                continue
            form, data = bind_form(
                session,
                engine=self.engine,
                form_data=self.form_data,
                case=case,
                process_id=sent.process_id,
                element_id=element_id,
                language=language,
                now=now,
                sent=sent.values,
            )
            if not _asks(form, sent.values):
                continue
            made.append(
                SentForm(
                    process_id=sent.process_id,
                    element_id=element_id,
                    title=names.step(sent.process_id, element_id),
                    form=form,
                    values={**form.complete(sent.values), **sent.values},
                    data=data,
                    sent=sent,
                )
            )
        return made


def _asks(form: BoundForm, values: Mapping[str, Any]) -> bool:
    """Whether a form shows anything but its buttons."""
    form.see(form.complete(values))
    shown = (each for each in form.form.components if form.visibility.shows(each))
    return any(each.type != "button" for each in shown)


def cover_identity(
    form: BoundForm, values: Mapping[str, Any], *, only_locked: bool = False
) -> dict[str, Any]:
    """The values with identity numbers covered; `only_locked` leaves what one types oneself."""
    covered = {
        key: _cover(values[key])
        for key in _identities(form, only_locked=only_locked)
        if values.get(key)
    }
    return {**values, **covered}


def _identities(form: BoundForm, *, only_locked: bool = False) -> list[str]:
    return [
        each.key
        for each in form.form.fields
        if each.properties.get("mask") == IDENTITY and (each.is_locked or not only_locked)
    ]


def _cover(text: object) -> str:
    return mask(IDENTITY, str(text or ""))


def say_answer(
    session: Session,
    engine: Engine,
    *,
    case: Case,
    sent: Sent,
    key: str,
    language: Language,
    now: datetime,
) -> str:
    """An answer of a sent form in words: the label of what was chosen; empty without one."""
    form, _data = bind_form(
        session,
        engine=engine,
        form_data={},
        case=case,
        process_id=sent.process_id,
        element_id=sent.element_id,
        language=language,
        now=now,
        sent=sent.values,
    )
    field = next((each for each in form.form.fields if each.key == key), None)
    if field is None:
        return ""
    return display(form, field, sent.values.get(key), form.see(form.complete(sent.values)))


def say_ground(
    session: Session,
    engine: Engine,
    *,
    case: Case,
    decision: Decision,
    language: Language,
    now: datetime,
) -> str:
    """The kind of reason that a decision was given, in words; empty where none was chosen."""
    key = GROUNDS.get(decision.outcome)
    if key is None:
        return ""
    return say_answer(
        session, engine, case=case, sent=decision.sent, key=key, language=language, now=now
    )
