"""What stands around every page of a draft: its name, its tabs, who else is there."""

from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from engine.language import _
from web.languages import spoken
from web.studio.naming import address_of_process
from workflows.studio.documents import (
    DIAGRAM,
    ENGLISH,
    FORM,
    TABLE,
    diagram_of,
    english_of,
    suffix_of,
)
from workflows.studio.drafts import read_documents
from workflows.studio.models import Draft
from workflows.studio.titles import title_documents, title_process


def describe_shell(session: Session, draft: Draft, *, here: str) -> dict[str, Any]:
    """The values of `studio/shell.html`; `here` is a document's path, or the name of a page."""
    documents = read_documents(session, draft.id)
    titles = title_documents(draft.process_id, documents, spoken())

    def describe(path: str, title: str) -> dict[str, Any]:
        return {
            "path": path,
            "title": title,
            "address": url_for("studio.edit", draft_id=draft.id, path=path),
            "is_here": path == here,
        }

    def list_of(suffix: str) -> list[dict[str, Any]]:
        found = [describe(path, titles[path]) for path in documents if suffix_of(path) == suffix]
        return sorted(found, key=lambda each: each["title"])

    return {
        "draft": {
            "id": str(draft.id),
            "process_id": draft.process_id,
            "process": title_process(draft.process_id, documents, spoken()),
            "address": url_for("studio.draft", draft_id=draft.id),
            "process_address": address_of_process(session, draft.process_id),
        },
        "tabs": {
            "here": here if "/" not in here else suffix_of(here),
            "diagram": describe(diagram_of(draft.process_id), _("Diagram")),
            "forms": list_of(FORM),
            "tables": list_of(TABLE),
            "english": describe(english_of(draft.process_id), _("English")),
            "suffixes": {"diagram": DIAGRAM, "form": FORM, "table": TABLE, "english": ENGLISH},
        },
    }
