"""Who may use the studio, and the rules that its pages with drawings live by."""

from flask import Response, make_response
from sqlalchemy.orm import Session

from web.security import policy
from web.staff import get_staff_person
from workflows.shared.access import SYSTEM, Viewer, check, check_edit_processes

DRAWING_POLICY = {
    # The drawing libraries position everything by style attributes.
    "style_src": "'self' 'unsafe-inline'",
    "frame_ancestors": "'self'",
}


def get_viewer_of_processes() -> Viewer:
    """Who is signed in, if he may look at processes; for others there is nothing."""
    viewer = get_staff_person().viewer
    check(viewer, "see_processes", SYSTEM)
    return viewer


def get_editor(session: Session) -> Viewer:
    """Who is signed in, if he may change processes; raises ProcessesAreForAll, or NotFound."""
    viewer = get_staff_person().viewer
    check_edit_processes(session, viewer)
    return viewer


def answer_drawing(page: str) -> Response:
    """Answer with a page on which something is drawn."""
    response = make_response(page)
    response.headers["Content-Security-Policy"] = policy(**DRAWING_POLICY)
    return response
