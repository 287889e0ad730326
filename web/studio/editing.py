"""The pages on which a draft's documents are edited: one template for each kind of document."""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from web import current
from web.drawings import answer_drawing
from web.languages import spoken
from web.studio.blueprint import bp
from web.studio.shell import describe_shell
from web.studio.viewing import get_editor
from workflows.studio.documents import (
    DIAGRAM,
    ENGLISH,
    FORM,
    TABLE,
    check_path,
    diagram_of,
    name_of,
    suffix_of,
)
from workflows.studio.drafts import get_document, get_draft
from workflows.studio.models import Draft, DraftDocument
from workflows.studio.titles import title_documents

TEMPLATES = {
    DIAGRAM: "studio/edit_diagram.html",
    TABLE: "studio/edit_decision.html",
    FORM: "studio/edit_form.html",
}

Describe = Callable[[Session, Draft, DraftDocument], Mapping[str, object]]
_describing: dict[str, Describe] = {}


def describes(suffix: str) -> Callable[[Describe], Describe]:
    """Mark what gives the template of a kind of document more values of its own."""

    def mark(describe: Describe) -> Describe:
        _describing[suffix] = describe
        return describe

    return mark


@bp.get("/drafts/<uuid:draft_id>")
def draft(draft_id: UUID) -> ResponseReturnValue:
    """Lead to the diagram of a draft."""
    with current.engine().database.read() as session:
        get_editor(session)
        process_id = get_draft(session, draft_id).process_id
    return redirect(url_for("studio.edit", draft_id=draft_id, path=diagram_of(process_id)))


@bp.get("/drafts/<uuid:draft_id>/edit/<path:path>")
def edit(draft_id: UUID, path: str) -> ResponseReturnValue:
    """Show the editor of a document; what it edits, its script reads from its address."""
    if suffix_of(path) == ENGLISH:
        return redirect(url_for("studio.english", draft_id=draft_id))
    with current.engine().database.read() as session:
        get_editor(session)
        draft = get_draft(session, draft_id)
        check_path(draft.process_id, path)
        document = get_document(session, draft_id=draft_id, path=path)
        suffix = suffix_of(path)
        describe = _describing.get(suffix)
        page = render_template(
            TEMPLATES[suffix],
            **describe_shell(session, draft, here=path),
            document=_describe(draft, document),
            **(describe(session, draft, document) if describe else {}),
        )
    return answer_drawing(page)


def _describe(draft: Draft, document: DraftDocument) -> dict[str, object]:
    path = document.path
    titles = title_documents(draft.process_id, {path: document.data}, spoken())
    address = url_for("studio.draft", draft_id=draft.id)
    return {
        "path": path,
        "name": name_of(path),
        "title": titles.get(path, ""),
        "version": document.version,
        "address": url_for("studio.read_document", draft_id=draft.id, path=path),
        "check_address": f"{address}/check",
        "preview_address": f"{address}/preview",
        "is_new": "new" in request.args,
    }
