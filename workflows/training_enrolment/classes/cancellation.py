"""Cancelling a class: it stays in every list with its reason, and everybody is told."""

from datetime import datetime

from sqlalchemy.orm import Session

from engine.errors import Conflict, Rejected
from engine.language import N_
from workflows.shared.edits import record_edit
from workflows.shared.training_classes import TrainingClass, hold_class
from workflows.training_enrolment.classes.changes import subject_of
from workflows.training_enrolment.places import tell_class_cancelled

LONGEST_REASON = 500


class CancelReasonMissing(Rejected):
    """Who was signed up reads why the class was cancelled."""

    message = N_("Say why, in at most %(most)s characters.")


class ClassHasBegun(Conflict):
    """A class that has begun is not cancelled any more."""

    message = N_("The class has begun: it cannot be cancelled any more.")


def check_reason(reason: str) -> str:
    """The reason without spaces around it; raises CancelReasonMissing."""
    said = reason.strip()
    if not 0 < len(said) <= LONGEST_REASON:
        raise CancelReasonMissing(most=LONGEST_REASON)
    return said


def cancel_class(
    session: Session, *, class_id: int, reason: str, by: int, now: datetime
) -> TrainingClass:
    """Cancel a class and have everybody told who is signed up; cancelled twice it is once.

    Each case ends by a job of its own. Raises CancelReasonMissing, ClassHasBegun. `by`: the
    account.
    """
    said = check_reason(reason)
    training_class = hold_class(session, class_id)
    if training_class.cancelled_at is not None:
        return training_class
    if training_class.has_begun(now):
        raise ClassHasBegun
    training_class.cancelled_at, training_class.cancel_reason = now, said
    training_class.version += 1
    session.flush()
    tell_class_cancelled(session, training_class, now)
    record_edit(
        session,
        association_id=training_class.association_id,
        subject=subject_of(training_class),
        before={"cancelled": False, "version": training_class.version - 1},
        after={"cancelled": True, "version": training_class.version},
        reason=said,
        by=by,
        now=now,
    )
    return training_class
