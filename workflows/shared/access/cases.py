"""Cases, tasks and files: what a rule opens, and what a step, a copy or a proof opens."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import Case, get_case
from engine.errors import NotAllowed, NotFound
from engine.files import StoredFile
from engine.language import N_
from engine.tasks import Task
from workflows.shared.access.rules import can, check
from workflows.shared.access.viewers import Viewer
from workflows.shared.access.visible import is_of_a_duty, visible_copies
from workflows.shared.applications import find_deciding_office
from workflows.shared.fees import FeeClaim

PROOFS = {"fees": FeeClaim.proof_file_id}
"""Files that a duty sees without their case: the columns that name them."""


class DecidedElsewhere(NotAllowed):
    """Another association had the last word, above the viewer's."""

    message = N_("Another association decided this last: a manager there can revoke it.")


def check_task(session: Session, viewer: Viewer | None, task: Task) -> None:
    """Let the viewer see a task: by a rule, or because a colleague copied it to him.

    A copy opens nothing to who has no duty any more for the association that the task is of.
    """
    if can(viewer, "see", task):
        return
    if viewer is not None and viewer.duties:
        copied = select(Task.id).where(Task.id == task.id, visible_copies(viewer))
        if session.scalar(copied) is not None:
            return
    raise NotFound


def check_case(session: Session, viewer: Viewer | None, case: Case) -> None:
    """Let the viewer see a case: by a rule, or because a step of it is for a duty of his.

    A step of another kind than the case's is beside it (a fee to confirm) and shows what it
    shows; it does not open the application.
    """
    if not can_see_case(session, viewer, case):
        raise NotFound


def can_see_case(session: Session, viewer: Viewer | None, case: Case) -> bool:
    """Whether the viewer sees a case, as `check_case` says, with all rounds of its application."""
    if can(viewer, "see", case):
        return True
    if viewer is None or not viewer.duties:
        return False
    step = select(Task.id).where(
        Task.case_id == case.id, Task.kind == case.kind, is_of_a_duty(viewer)
    )
    return session.scalar(step.limit(1)) is not None


def can_revoke(session: Session, viewer: Viewer | None, case: Case) -> bool:
    """Whether the viewer may take a case's decision back: a manager of who decided it last.

    A city undoes neither what its province decided after it nor what was upheld on appeal.
    """
    if viewer is None or not can(viewer, "revoke", case):
        return False
    return viewer.has("manage", find_deciding_office(session, case))


def check_revoke(session: Session, viewer: Viewer | None, case: Case) -> None:
    """Let the viewer take a case's decision back; raises DecidedElsewhere, or as `check`."""
    check(viewer, "revoke", case)
    if not can_revoke(session, viewer, case):
        raise DecidedElsewhere


def check_file(session: Session, viewer: Viewer | None, file: StoredFile) -> None:
    """Let the viewer see a file: with its case, or as a proof that is his duty to look at.

    Whoever was given a copy of a task sees what is attached to its case.
    """
    case = get_case(session, file.case_id)
    try:
        check_case(session, viewer, case)
    except NotFound:
        if viewer is not None and viewer.duties:
            copied = select(Task.id).where(Task.case_id == case.id, visible_copies(viewer))
            if session.scalar(copied.limit(1)) is not None:
                return
        for duty, proof in PROOFS.items():
            if viewer is None or not viewer.has(duty, case.association_id):
                continue
            if session.scalar(select(proof).where(proof == file.id).limit(1)) is not None:
                return
        raise
