"""What came of a visitor's case, as its browser is told, or the desktop that waited for a phone."""

from flask import render_template
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.language import N_, _
from web import current, visiting
from web.languages import spoken
from workflows.shared.resets import find_reset
from workflows.shared.step_names import StepNames

STUCK_TITLE = N_("This takes longer")
STUCK = N_("Something has to be looked at here first. Please call technical support.")
"""Where a case waits for nobody: an operation failed, and an administrator has to see to it."""


def show_end(session: Session, case: Case, *, is_elsewhere: bool = False) -> str:
    """Say what came of a case: the end's name and documentation in its diagram.

    `is_elsewhere`: it came to it on the phone, and this is the desktop.
    """
    names = StepNames(current.engine().releases.get(session, case.release_id), spoken())
    reset = find_reset(session, case.subject_id)
    title, sentence = _(STUCK_TITLE), _(STUCK)
    if case.ended_in is not None:
        title = names.step(case.process_id, case.ended_in)
        sentence = names.about(case.process_id, case.ended_in)
    return render_template(
        "reset/end.html",
        title=title,
        sentence=sentence,
        is_phone=is_on_phone(),
        is_done=case.status == "reset_done",
        binding="" if reset is None else reset.binding,
        is_elsewhere=is_elsewhere,
    )


def is_on_phone() -> bool:
    """Whether the visit goes on in a phone's browser."""
    visit = visiting.find_own_visit()
    return visit is not None and visit.is_phone
