"""培训状态 and 报名确认状态: where a class and a sign-up stand, in words."""

from datetime import datetime

from engine.language import N_, _
from workflows.shared.dates import local_date
from workflows.shared.enrolments import (
    ABSENT,
    CANCELLED,
    COMPLETED,
    CONFIRMED,
    REFUSED,
    RESERVED,
    UNPLACED,
    WAITING,
)
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.places import Counts

NOT_OPEN = "not_open"
OPEN = "open"
FULL = "full"
"""One may sign up, for the waiting list."""
CLOSED = "closed"
RUNNING = "running"
OVER = "over"
CLASS_CANCELLED = "cancelled"
OUTSIDE = "outside"
"""One signs up elsewhere."""

STATE_LABELS = {
    NOT_OPEN: N_("Not open yet"),
    OPEN: N_("Open for sign-up"),
    FULL: N_("Full"),
    CLOSED: N_("Sign-up closed"),
    RUNNING: N_("In progress"),
    OVER: N_("Over"),
    CLASS_CANCELLED: N_("Class cancelled"),
    OUTSIDE: N_("Sign-up elsewhere"),
}
"""培训状态, in the order in which a class goes through them."""

NOT_SIGNED_UP = ""

ENROLMENT_LABELS = {
    NOT_SIGNED_UP: N_("Not signed up"),
    RESERVED: N_("Waiting for confirmation"),
    CONFIRMED: N_("Sign-up confirmed"),
    WAITING: N_("On the waiting list"),
    REFUSED: N_("Sign-up refused"),
    CANCELLED: N_("Sign-up cancelled"),
    ABSENT: N_("Absent"),
    COMPLETED: N_("Completed"),
    UNPLACED: N_("No place"),
}
"""报名确认状态; the empty code is that of who did not sign up."""


def class_state(training_class: TrainingClass, counts: Counts, now: datetime) -> str:
    """The state of a class at a moment."""
    day = local_date(now)
    if training_class.cancelled_at is not None:
        return CLASS_CANCELLED
    if now >= training_class.ends_at:
        return OVER
    if training_class.has_begun(now):
        return RUNNING
    if training_class.outside_url:
        return OUTSIDE
    if day < training_class.opens_date:
        return NOT_OPEN
    if day > training_class.closes_date:
        return CLOSED
    return FULL if counts.waiting or counts.placed >= training_class.capacity else OPEN


def state_label(code: str) -> str:
    """The state of a class in the reader's language."""
    return _(STATE_LABELS[code])


def enrolment_label(code: str | None) -> str:
    """The state of a sign-up in the reader's language; None: there is none."""
    return _(ENROLMENT_LABELS[code or NOT_SIGNED_UP])
