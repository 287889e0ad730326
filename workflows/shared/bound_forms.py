"""A form of a release with everything that its process gives it, in a reader's language."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from engine.releases import LoadedRelease
from forms.bound import BoundForm
from forms.form import Form, read_form
from forms.lists import Language
from workflows.shared.dates import ZONE
from workflows.shared.form_data import FormData, Key, Provider

NOTHING = FormData()


def bind_form(
    session: Session,
    *,
    engine: Engine,
    form_data: Mapping[Key, Provider],
    case: Case,
    process_id: str,
    element_id: str,
    language: Language,
    now: datetime,
    sent: Mapping[str, Any] | None = None,
) -> tuple[BoundForm, FormData]:
    """Bind the form of a step of a case, and give what its process knows beside it.

    `sent`: what was sent in it goes before what is known today.
    """
    provider = form_data.get((process_id, element_id))
    data = (
        NOTHING
        if provider is None
        else provider(session, engine=engine, case=case, language=language, now=now)
    )
    release = engine.releases.get(session, case.release_id)
    form = load_form(
        release,
        process_id=process_id,
        form_id=release.model.step(process_id, element_id).form_id or element_id,
    )
    context = {**data.given, **(sent or {})}
    return form.bind(context=context, language=language, now=now.astimezone(ZONE)), data


def load_form(release: LoadedRelease, *, process_id: str, form_id: str) -> Form:
    """A form of a release with its English texts, read once per release."""

    def make() -> Form:
        texts = release.documents.get(f"bpmn/{process_id}/{process_id}.en.json", b"{}")
        return read_form(
            release.documents[f"forms/{process_id}/{form_id}.form"],
            name=f"{process_id}/{form_id}",
            english=orjson.loads(texts),
        )

    return release.once(("form", process_id, form_id), make)
