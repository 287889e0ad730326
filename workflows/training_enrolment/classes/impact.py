"""What a change of a class touches, counted from its sign-ups before it is saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.language import _, ngettext
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.classes.changes import is_told_of
from workflows.training_enrolment.places import Counts


@dataclass(frozen=True)
class Effect:
    """One consequence; `is_hard`: it is not taken back by changing the class again."""

    sentence: str
    is_hard: bool = False


def describe_impact(
    training_class: TrainingClass,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    counts: Counts,
    *,
    now: datetime,
) -> list[Effect]:
    """What saving values does to who is signed up; empty when nobody is touched."""
    effects = []
    if is_told_of(before, after) and counts.live:
        effects.append(_told(training_class, counts, now))
    moving_up = min(after["capacity"] - counts.placed, counts.waiting)
    if moving_up > 0 and after["capacity"] > before["capacity"]:
        words = ngettext(
            "%(n)s person moves up from the waiting list and is told.",
            "%(n)s people move up from the waiting list and are told.",
            moving_up,
        )
        effects.append(Effect(words, is_hard=True))
    if not counts.live:
        return effects
    if before["hours"] != after["hours"]:
        words = ngettext(
            "%(n)s person who is signed up is credited the new hours.",
            "%(n)s people who are signed up are credited the new hours.",
            counts.live,
        )
        effects.append(Effect(words))
    if set(before["audience"]) - set(after["audience"]):
        effects.append(Effect(_("Who is signed up stays so, also if the class is for others now.")))
    if set(after["required_fields"]) - set(before["required_fields"]):
        effects.append(Effect(_("Who is signed up already is not asked for what is asked now.")))
    return effects


def _told(training_class: TrainingClass, counts: Counts, now: datetime) -> Effect:
    if now >= training_class.ends_at:
        return Effect(_("The class is over: nobody is told of it."))
    if training_class.has_begun(now):
        words = ngettext(
            "%(n)s person who is signed up is told of the new time or place.",
            "%(n)s people who are signed up are told of the new time or place.",
            counts.live,
        )
        return Effect(words, is_hard=True)
    words = ngettext(
        "%(n)s person who is signed up is told of the new time or place, and may leave.",
        "%(n)s people who are signed up are told of the new time or place, and may leave.",
        counts.live,
    )
    return Effect(words, is_hard=True)
