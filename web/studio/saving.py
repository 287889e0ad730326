"""A draft's documents, for the scripts that edit them: read, saved, removed; and who is there."""

import re
from datetime import UTC
from typing import Any
from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue

from engine.errors import Rejected
from engine.language import N_, _
from web import current
from web.errors import answers_json
from web.studio.asked import read_asked
from web.studio.blueprint import bp
from web.studio.viewing import get_editor, get_viewer_of_processes
from workflows.shared.actor_names import name_accounts
from workflows.studio.documents import ENGLISH, FORM, suffix_of
from workflows.studio.drafts import (
    DocumentChanged,
    delete_document,
    get_document,
    save_document,
)
from workflows.studio.models import DraftDocument
from workflows.studio.presence import Other, list_versions, note_presence

VERSION = re.compile(r'(?:W/)?"(\d{1,9})"')

# A document opened by itself is a file to keep: nothing in it is drawn or run.
FILE_POLICY = "default-src 'none'; sandbox"


class VersionNotSaid(Rejected):
    """A change of nobody knows what."""

    message = N_("This was sent without the version that it changes. Load the page again.")


class PresenceNotSaid(Rejected):
    """A beat without what it must say."""

    message = N_("This window did not say which it is. Load the page again.")


@bp.get("/drafts/<uuid:draft_id>/documents/<path:path>")
@answers_json
def read_document(draft_id: UUID, path: str) -> ResponseReturnValue:
    """Give a document as it is, its version as ETag."""
    get_viewer_of_processes()
    with current.engine().database.read() as session:
        document = get_document(session, draft_id=draft_id, path=path)
    response = Response(document.data, mimetype=type_of(path))
    response.set_etag(str(document.version))
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["Content-Disposition"] = "attachment"
    return response


@bp.put("/drafts/<uuid:draft_id>/documents/<path:path>")
@answers_json
def put_document(draft_id: UUID, path: str) -> ResponseReturnValue:
    """Keep a document that was changed from the version in If-Match; `If-None-Match: *` is new."""
    is_new = request.headers.get("If-None-Match") == "*"
    expected = None if is_new else _expected_version()
    data = request.get_data()
    try:
        with current.engine().database.transaction() as session:
            editor = get_editor(session)
            document = save_document(
                session,
                draft_id=draft_id,
                path=path,
                data=data,
                expected=expected,
                by=editor.account_id,
                now=current.now(),
            )
    except DocumentChanged as error:
        return _tell(error)
    return {"version": document.version, "saved_at": _say_moment(document)}


@bp.delete("/drafts/<uuid:draft_id>/documents/<path:path>")
@answers_json
def remove_document(draft_id: UUID, path: str) -> ResponseReturnValue:
    """Take out the document that has the version in If-Match."""
    expected = _expected_version()
    try:
        with current.engine().database.transaction() as session:
            editor = get_editor(session)
            delete_document(
                session,
                draft_id=draft_id,
                path=path,
                expected=expected,
                by=editor.account_id,
                now=current.now(),
            )
    except DocumentChanged as error:
        return _tell(error)
    return {}


@bp.post("/drafts/<uuid:draft_id>/presence")
@answers_json
def note_window(draft_id: UUID) -> ResponseReturnValue:
    """Note that a window has the draft open; answer who else has, and every document's version."""
    get_viewer_of_processes()
    said = read_asked()
    if not isinstance(said, dict):
        raise PresenceNotSaid
    tab, document = said.get("tab"), said.get("document")
    if not isinstance(tab, str) or not isinstance(document, str) or "\x00" in document:
        raise PresenceNotSaid
    with current.engine().database.transaction() as session:
        editor = get_editor(session)
        others = note_presence(
            session,
            draft_id=draft_id,
            account_id=editor.account_id,
            tab=tab,
            document=document,
            now=current.now(),
        )
        versions = list_versions(session, draft_id)
    return {"others": [_describe_other(each) for each in others], "versions": dict(versions)}


def _expected_version() -> int:
    found = VERSION.fullmatch(request.headers.get("If-Match", "").strip())
    if found is None:
        raise VersionNotSaid
    return int(found[1])


def _tell(error: DocumentChanged) -> ResponseReturnValue:
    """Say that somebody saved meanwhile: which version, who and when."""
    with current.engine().database.read() as session:
        names = name_accounts(session, [error.by])
    return {
        "message": str(error),
        "version": error.version,
        "changed_by": names.get(error.by or 0, _("Somebody")),
        "changed_at": error.at.astimezone(UTC).isoformat(),
    }, 412


def _describe_other(other: Other) -> dict[str, Any]:
    return {
        "name": _("%(name)s (you, in another window)", name=other.name)
        if other.is_you
        else other.name,
        "document": other.document,
        "since": other.since.astimezone(UTC).isoformat(),
    }


def _say_moment(document: DraftDocument) -> str:
    return document.changed_at.astimezone(UTC).isoformat()


def type_of(path: str) -> str:
    """What a document is sent as."""
    return "application/json" if suffix_of(path) in (FORM, ENGLISH) else "application/xml"
