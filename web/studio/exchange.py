"""A process as files to keep, for other tools; and files that come back into its draft."""

from uuid import UUID

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import Conflict, Rejected
from engine.language import ngettext
from web import current
from web.numbers import small_int
from web.security import takes
from web.studio.blueprint import bp
from web.studio.documents import show_documents_again
from web.studio.saving import VersionNotSaid
from web.studio.viewing import get_editor, get_viewer_of_processes
from workflows.studio.current import documents_of
from workflows.studio.documents import own_documents
from workflows.studio.drafts import get_draft, read_documents
from workflows.studio.exchange import LARGEST_UPLOAD, NothingSent, pack, read_upload, take_documents
from workflows.studio.going_back import get_release

ZIP = "application/zip"
AROUND = 2**16
"""What a form has around its file."""


@bp.get("/processes/<process_id>/releases/<int:number>/export.zip")
def export_release(process_id: str, number: int) -> ResponseReturnValue:
    """Give all documents of a release as one file."""
    get_viewer_of_processes()
    with current.engine().database.read() as session:
        release = get_release(session, process_id=process_id, number=number)
        documents = own_documents(process_id, documents_of(session, release.id))
    return _send(f"{process_id}-{number}.zip", pack(documents))


@bp.get("/drafts/<uuid:draft_id>/export.zip")
def export_draft(draft_id: UUID) -> ResponseReturnValue:
    """Give all documents of a draft as one file."""
    get_viewer_of_processes()
    with current.engine().database.read() as session:
        process_id = get_draft(session, draft_id).process_id
        documents = read_documents(session, draft_id)
    return _send(f"{process_id}-draft.zip", pack(documents))


@bp.post("/drafts/<uuid:draft_id>/import")
@takes(LARGEST_UPLOAD + AROUND)
def import_documents(draft_id: UUID) -> ResponseReturnValue:
    """Take a file's documents into the draft: each replaces the one of its name."""
    sent = request.files.get("file")
    version = request.form.get("draft_version", type=small_int)
    try:
        with current.engine().database.read() as session:
            get_editor(session)
            process_id = get_draft(session, draft_id).process_id
        if sent is None:
            raise NothingSent
        if version is None:
            raise VersionNotSaid
        documents = read_upload(process_id, sent.filename or "", sent.read())
        with current.engine().database.transaction() as session:
            editor = get_editor(session)
            take_documents(
                session,
                draft_id=draft_id,
                documents=documents,
                version=version,
                by=editor.account_id,
                now=current.now(),
            )
    except (Conflict, Rejected) as error:
        return show_documents_again(draft_id, error)
    flash(
        ngettext(
            "%(n)s document was taken into the draft.",
            "%(n)s documents were taken into the draft.",
            len(documents),
        ),
        "success",
    )
    return redirect(url_for("studio.list_draft_documents", draft_id=draft_id))


def _send(name: str, data: bytes) -> Response:
    response = Response(data, mimetype=ZIP)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
