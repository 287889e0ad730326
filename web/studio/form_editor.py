"""The editor of a form: what can be set at its components, what it may show and read."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine.language import _
from forms.lists import LIST_NAMES, get_list
from forms.names_read import find_names_read
from forms.panels import list_panels
from web.languages import spoken
from web.studio.editing import describes
from web.studio.form_settings import SETTINGS
from web.studio.form_settings.words import LIST_TITLES, PALETTE, SECTIONS, TYPES
from workflows.studio.documents import FORM
from workflows.studio.models import Draft, DraftDocument

LONGEST_LIST = 60
"""Lists with more entries than that are not offered to pick from: regions."""


@describes(FORM)
def describe_form(_session: Session, draft: Draft, document: DraftDocument) -> Mapping[str, object]:
    """What `studio/edit_form.html` needs beside the document."""
    panels, given = list_panels(process=draft.process_id), find_names_read(document.data)
    return {"form_fields": {**_describe_fields(), "panels": panels, "given": given}}


def _describe_fields() -> dict[str, Any]:
    """What the palette and the panel are drawn from, in the language of the page."""
    language = spoken()
    return {
        "types": [
            {"type": kind, "name": _(name), "part": part, "help": _(about)}
            for kind, (name, part, about) in TYPES.items()
        ],
        "palette": [{"part": part, "title": _(title)} for part, title in PALETTE.items()],
        "sections": [{"section": key, "title": _(title)} for key, title in SECTIONS.items()],
        "settings": [each.describe() for each in SETTINGS],
        "words": {f"list.{name}": _(title) for name, title in LIST_TITLES.items()},
        "lists": {
            name: [{"value": each.value, "label": each.label} for each in options]
            for name in LIST_NAMES
            if len(options := get_list(name, language)) <= LONGEST_LIST
        },
    }
