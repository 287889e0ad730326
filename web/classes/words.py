"""How pages of classes say what a class is."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from web import current
from web.words import name_offices
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.classes.settings import say_audience
from workflows.training_enrolment.places import Counts, counts_of
from workflows.training_enrolment.states import class_state


def describe_class(training_class: TrainingClass, counts: Counts, office: str) -> dict[str, Any]:
    """What lists and heads of pages say of a class."""
    seen = counts.completed + counts.absent
    return {
        "id": training_class.id,
        "address": url_for("classes.show_class", class_id=training_class.id),
        "name": training_class.name,
        "year": training_class.year,
        "office": office,
        "audience": say_audience(training_class),
        "opens": training_class.opens_date,
        "closes": training_class.closes_date,
        "starts": training_class.start_date,
        "ends": training_class.end_date,
        "begins": training_class.start_time.strftime("%H:%M"),
        "place": training_class.place,
        "hours": training_class.hours,
        "planned": training_class.planned,
        "capacity": training_class.capacity,
        "confirmed": counts.confirmed + seen,
        "placed": counts.placed + seen,
        "reserved": counts.reserved,
        "waiting": counts.waiting,
        "state": class_state(training_class, counts, current.now()),
        "is_cancelled": training_class.cancelled_at is not None,
        "has_begun": training_class.has_begun(current.now()),
    }


def describe_classes(session: Session, classes: Sequence[TrainingClass]) -> list[dict[str, Any]]:
    """What a list says of classes, with their numbers and sponsors, in few queries."""
    counts = counts_of(session, [each.id for each in classes])
    offices = name_offices(session, {each.association_id for each in classes})
    return [describe_class(each, counts[each.id], offices[each.association_id]) for each in classes]
