"""What holds for all classes."""

from datetime import datetime, time, timedelta
from typing import Annotated, TypedDict

from engine.language import N_
from engine.signatures import Named
from workflows.shared.dates import ZONE
from workflows.shared.training_classes import TrainingClass

REMIND_DAYS = 3
REMIND_TIME = time(9)


def remind_at(training_class: TrainingClass) -> datetime:
    """When who is confirmed is reminded: some days before the class begins, in the morning."""
    day = training_class.start_date - timedelta(days=REMIND_DAYS)
    return datetime.combine(day, REMIND_TIME, ZONE)


class Times(TypedDict):
    """The times of a class, as ISO 8601 writes them."""

    begins_at: Annotated[str, Named(N_("Class begins"))]
    ends_at: Annotated[str, Named(N_("Class ends"))]
    remind_at: Annotated[str, Named(N_("When to remind"))]
    is_over: Annotated[bool, Named(N_("Class is over"))]


def describe_times(training_class: TrainingClass, now: datetime) -> Times:
    """The times of a class as its cases' diagram waits for them.

    Who is confirmed later than the reminder is not reminded at once: its time is the beginning
    then, when there is nothing to remind of any more.
    """
    begins_at, reminder = training_class.begins_at, remind_at(training_class)
    return {
        "begins_at": begins_at.isoformat(),
        "ends_at": training_class.ends_at.isoformat(),
        "remind_at": (reminder if reminder > now else begins_at).isoformat(),
        "is_over": now >= training_class.ends_at,
    }
