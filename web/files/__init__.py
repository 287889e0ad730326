"""Attached files: shown in place or downloaded by whoever may see their case."""

from uuid import UUID

from flask import Blueprint, Response, request, send_file

from engine.files import get_file
from web import current, visiting
from web.sessions import find_person, get_person
from workflows.shared.access import Viewer, check_file, get_visitor

bp = Blueprint("files", __name__)
blueprints = (bp,)

TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SHOWN_IN_PLACE = frozenset({"pdf", "jpg", "png"})

LOCKED_UP = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""What a file may do in a browser: nothing but be looked at, framed by our own pages."""


@bp.get("/files/<uuid:file_id>")
def show(file_id: UUID) -> Response:
    """Give a file to who may see it; with `download` as a file to keep."""
    viewer = _get_viewer()
    engine = current.engine()
    with engine.database.read() as session:
        file = get_file(session, file_id)
        check_file(session, viewer, file)
    is_shown = file.kind in SHOWN_IN_PLACE and "download" not in request.args
    response = send_file(
        engine.files.path(file.id),
        mimetype=TYPES.get(file.kind, "application/octet-stream"),
        as_attachment=not is_shown,
        download_name=file.name,
        conditional=True,
        etag=file.sha256,
        max_age=0,
    )
    response.headers["Content-Security-Policy"] = LOCKED_UP + (
        # A sandbox would keep the browser's own PDF viewer from starting.
        "" if file.kind == "pdf" else "; sandbox"
    )
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _get_viewer() -> Viewer:
    """Who is signed in, else the visit that looks at what it attached; raises SignInNeeded."""
    visit = visiting.find_own_visit() if find_person() is None else None
    return get_person().viewer if visit is None else get_visitor(visit)
