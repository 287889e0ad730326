"""What a class says, as plain values: ISO dates, times such as 09:00, hundredths, lists."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from workflows.shared.settings import DATE, TIME
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.classes.settings import EVERYTHING


def read_class(training_class: TrainingClass) -> dict[str, Any]:
    """What a class says."""
    return {each.name: _plain(getattr(training_class, each.name)) for each in EVERYTHING.settings}


def read_copy(training_class: TrainingClass) -> dict[str, Any]:
    """What a class of its kind says; its days are to be chosen anew."""
    days = {each.name: None for each in EVERYTHING.settings if each.kind == DATE}
    return read_class(training_class) | days


def kept_as(values: Mapping[str, Any]) -> dict[str, Any]:
    """Plain values as the table keeps them."""
    kept = dict(values)
    for each in EVERYTHING.settings:
        if each.kind == DATE:
            kept[each.name] = date.fromisoformat(values[each.name])
        elif each.kind == TIME:
            kept[each.name] = time.fromisoformat(values[each.name])
    return kept


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value.strftime("%H:%M") if isinstance(value, time) else value
