"""A class as it was typed: read, checked against what is, and every wrong value named."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from engine.language import _, ngettext
from workflows.shared.dates import ZONE, local_date
from workflows.shared.setting_values import read_values
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.classes.settings import EVERYTHING
from workflows.training_enrolment.classes.values import read_class
from workflows.training_enrolment.places import Counts

Values = Mapping[str, Any]
Wrong = dict[str, str]

BEGINNING = frozenset({"start_date", "start_time"})
"""What says when a class begins."""


def check_new(raw: Values, *, now: datetime) -> tuple[dict[str, Any], Wrong]:
    """The plain values of what was typed for a new class, and what is wrong by field."""
    values, wrong = _read(raw)
    today = local_date(now).isoformat()
    for name in ("opens_date", "closes_date", "start_date", "end_date"):
        if name not in wrong and values[name] < today:
            wrong[name] = _("This day is over: a new class has days to come.")
    if wrong.keys().isdisjoint(BEGINNING) and _begins_at(values) <= now:
        wrong["start_time"] = _("This time is over: a class begins at a time to come.")
    return values, wrong


def check_changed(
    raw: Values, *, training_class: TrainingClass, counts: Counts, now: datetime
) -> tuple[dict[str, Any], Wrong]:
    """The plain values of what was typed for a class that is there, and what is wrong by field."""
    values, wrong = _read(raw)
    said = find_contradictions(
        {name: value for name, value in values.items() if name not in wrong},
        training_class=training_class,
        counts=counts,
        now=now,
    )
    return values, said | wrong


def find_contradictions(
    values: Values, *, training_class: TrainingClass, counts: Counts, now: datetime
) -> Wrong:
    """What of plain values contradicts the class as it is, and who is signed up for it."""
    wrong: Wrong = {}
    before = read_class(training_class)
    changed = {name for name, value in values.items() if value != before[name]}
    today = local_date(now).isoformat()
    over = _("This day is over: a class moves to a day to come.")
    for name in changed & BEGINNING:
        if training_class.has_begun(now):
            wrong[name] = _("The class has begun: its beginning stays as it is.")
    if "start_date" in changed - wrong.keys() and values["start_date"] < today:
        wrong["start_date"] = over
    is_known = values.keys() >= BEGINNING and wrong.keys().isdisjoint(BEGINNING)
    if changed & BEGINNING and is_known and _begins_at(values) <= now:
        # Nobody could leave any more who is told that he may.
        wrong["start_time"] = _("This time is over: a class begins at a time to come.")
    if "end_date" in changed and values["end_date"] < today:
        wrong["end_date"] = over
    if "capacity" in values and values["capacity"] < counts.placed:
        wrong["capacity"] = ngettext(
            "%(n)s person has a place already: it cannot be fewer.",
            "%(n)s people have a place already: it cannot be fewer.",
            counts.placed,
        )
    if "outside_url" in changed and values["outside_url"] and counts.live:
        wrong["outside_url"] = ngettext(
            "%(n)s person is signed up here already.",
            "%(n)s people are signed up here already.",
            counts.live,
        )
    if "hours" in changed and counts.completed:
        wrong["hours"] = ngettext(
            "%(n)s person has been credited these hours already.",
            "%(n)s people have been credited these hours already.",
            counts.completed,
        )
    return wrong


def _begins_at(values: Values) -> datetime:
    day, clock = date.fromisoformat(values["start_date"]), time.fromisoformat(values["start_time"])
    return datetime.combine(day, clock, ZONE)


def _read(raw: Values) -> tuple[dict[str, Any], Wrong]:
    wrong: Wrong = {}
    values = read_values(EVERYTHING.settings, raw, wrong)
    _check_order(values, wrong)
    return values, wrong


def _check_order(values: Values, wrong: Wrong) -> None:
    """ISO dates compare as texts; what could not be read is wrong already."""
    orders = (
        ("opens_date", "closes_date", "closes_date"),
        ("start_date", "end_date", "end_date"),
        ("closes_date", "start_date", "closes_date"),
        ("planned", "capacity", "planned"),
    )
    sentences = (
        _("Signing up must not end before it begins."),
        _("The class must not end before it begins."),
        _("Signing up ends on the first day of the class at the latest."),
        _("No more people are planned than may sign up."),
    )
    for (lower, upper, field), sentence in zip(orders, sentences, strict=True):
        if wrong.keys().isdisjoint((lower, upper)) and values[lower] > values[upper]:
            wrong[field] = sentence
