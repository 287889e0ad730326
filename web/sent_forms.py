"""Forms as they were sent, for whoever may read them: the member, a reviewer, a printed page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

import forms
from engine.cases import Case
from forms.masking import mask
from web import current
from web.languages import spoken
from workflows.shared.application_kinds import find_application
from workflows.shared.applications import values_sent
from workflows.shared.dates import ZONE
from workflows.shared.form_data import FormData
from workflows.shared.step_names import StepNames
from workflows.shared.tasks import load_form


@dataclass(frozen=True)
class SentForm:
    """One form of an application with its step's name and what was answered."""

    element_id: str
    title: str
    bound: forms.BoundForm
    values: Mapping[str, Any]
    panels: Mapping[str, Any]

    def draw(self, **options: Any) -> Markup:
        """Draw the answers; the options are those of `forms.draw`."""
        return forms.draw(
            current_app.jinja_env,
            self.bound,
            self.values,
            panels=self.panels,
            file_address=address_of_file,
            **{"mode": "read", "reveal": True, **options},
        )


def list_sent_forms(
    session: Session,
    case: Case,
    *,
    round: int | None = None,
    element_ids: Sequence[str] | None = None,
) -> Iterator[SentForm]:
    """The forms of an application as it stood in a round, in page order; none of other cases."""
    engine, kind = current.engine(), find_application(case.kind)
    if kind is None:
        return
    release = engine.releases.get(session, case.release_id)
    names = StepNames(release, spoken())
    sent = values_sent(session, engine.vault, case=case, kind=kind.code, round=round)
    for element_id, values in sent.items():
        if element_ids is not None and element_id not in element_ids:
            continue
        process_id = _process_of(release.model.forms, element_id)
        form = load_form(release, process_id=process_id, form_id=element_id)
        data = _data_of(session, case, process_id, element_id)
        bound = form.bind(
            context={**data.given, **values},
            language=spoken(),
            now=current.now().astimezone(ZONE),
        )
        yield SentForm(
            element_id=element_id,
            title=names.step(process_id, element_id),
            bound=bound,
            # As it was sent: what the register says today must not creep in.
            values=cover_identity(bound, {**bound.complete(values), **values}),
            # The fee's panel says how the fee stands today, which is no part of what was sent.
            panels={name: data.panels[name] for name in data.panels if name != "fee"},
        )


def cover_identity(bound: forms.BoundForm, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with identity numbers masked: they are never shown whole, not even to oneself."""
    covered = dict(values)
    for component in bound.form.fields:
        is_identity = component.properties.get("mask") == "identity"
        if is_identity and component.is_locked and covered.get(component.key):
            covered[component.key] = mask("identity", str(covered[component.key]))
    return covered


def address_of_file(file: Mapping[str, Any]) -> str:
    """Where a file is shown."""
    return url_for("files.show", file_id=file["id"])


def _data_of(session: Session, case: Case, process_id: str, form_id: str) -> FormData:
    provider = current.workflows().form_data.get((process_id, form_id))
    if provider is None:
        return FormData()
    return provider(
        session, engine=current.engine(), case=case, language=spoken(), now=current.now()
    )


def _process_of(known: frozenset[tuple[str, str]], form_id: str) -> str:
    return next(process_id for process_id, each in sorted(known) if each == form_id)
