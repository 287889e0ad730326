"""Who may use the studio."""

from sqlalchemy.orm import Session

from web.staff import get_staff_person
from workflows.shared.access import SYSTEM, Viewer, check, check_edit_processes


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
