"""Forms as they were sent, drawn for whoever may read them."""

from collections.abc import Collection, Mapping
from typing import Any

from flask import current_app, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

import forms
from engine.cases import Case
from forms.display import Reveal
from web import current
from web.languages import spoken
from workflows.shared.application_kinds import find_application
from workflows.shared.sent_forms import Applications, SentForm


def list_sent_forms(
    session: Session,
    case: Case,
    *,
    round: int | None = None,
    element_ids: Collection[str] | None = None,
) -> list[SentForm]:
    """The forms of an application as it stood in a round, in page order; none of other cases."""
    kind = find_application(case.kind)
    if kind is None:
        return []
    return Applications(current.engine(), current.workflows().form_data).read_forms(
        session,
        case=case,
        kind=kind.code,
        language=spoken(),
        now=current.now(),
        round=round,
        element_ids=element_ids,
    )


def draw_sent_form(sent: SentForm, *, reveal: Reveal, **options: Any) -> Markup:
    """Draw what was answered in a form; the options are those of `forms.draw`."""
    return forms.draw(
        current_app.jinja_env,
        sent.form,
        sent.covered(),
        mode="read",
        scope=sent.scope,
        reveal=reveal,
        file_address=address_of_file,
        **options,
    )


def address_of_file(file: Mapping[str, Any]) -> str:
    """Where a file is shown."""
    return url_for("files.show", file_id=file["id"])
