"""Drawing a task's form: its panels get what only the web knows, addresses above all."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app
from markupsafe import Markup
from sqlalchemy.orm import Session

import forms
from engine.cases import Case
from web.payments.panel import complete_fee_panel
from web.sent_forms import address_of_file, draw_sent_form, list_sent_forms
from workflows.shared.application_kinds import ApplicationKind, find_sent
from workflows.shared.sent_forms import cover_identity
from workflows.shared.work import OpenForm


def draw_open_form(
    session: Session,
    opened: OpenForm,
    *,
    errors: Sequence[forms.FieldError] = (),
    confirming: str | None = None,
    drawn: Mapping[str, Any] | None = None,
) -> Markup:
    """A task's form to fill in, with everything around its fields.

    `drawn`: panels that the page completed itself.
    """
    panels = {**opened.panels, **(drawn or {})}
    if "fee" in panels:
        panels["fee"] = complete_fee_panel(session, opened)
    kind = find_sent(opened.task.element_id)
    if kind is not None and kind.change_outcomes:
        panels["answers"] = _draw_answers(session, opened.case, kind)
    return forms.draw(
        current_app.jinja_env,
        opened.form,
        cover_identity(opened.form, opened.values, only_locked=True),
        errors=errors,
        marks=[forms.Mark(path, comment) for path, comment in opened.marks.items()],
        panels=panels,
        confirming=confirming,
        file_address=address_of_file,
        reveal=True,
    )


def _draw_answers(session: Session, case: Case, kind: ApplicationKind) -> list[Markup]:
    """Check-your-answers: each form with the outcome that leads back to it."""
    changes = kind.change_outcomes
    return [
        draw_sent_form(
            each, reveal=True, panels=each.panels, change_outcome=changes[each.element_id]
        )
        for each in list_sent_forms(session, case, element_ids=tuple(changes))
    ]
