"""Processes are every association's: who changes and releases them."""

from sqlalchemy.orm import Session

from engine.errors import NotAllowed
from engine.language import N_
from workflows.shared.access.rules import SYSTEM, can, check
from workflows.shared.access.viewers import Viewer
from workflows.shared.associations import get_top


class ProcessesAreForAll(NotAllowed):
    """Somebody wants to change a process who looks after one association, or only reads."""

    message = N_(
        "Processes are the same for all associations: only an administrator of the "
        "national association changes and releases them."
    )


def can_edit_processes(session: Session, viewer: Viewer | None) -> bool:
    """Whether the viewer may change and release processes: they are every association's."""
    return can(viewer, "edit_processes", get_top(session))


def check_edit_processes(session: Session, viewer: Viewer | None) -> None:
    """Let the viewer change processes; raises ProcessesAreForAll, or as `check`."""
    check(viewer, "see_processes", SYSTEM)
    if not can_edit_processes(session, viewer):
        raise ProcessesAreForAll
