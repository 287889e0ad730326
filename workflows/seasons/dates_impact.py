"""What other dates of a season touch, and other demands for hours."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select

from engine.language import _, ngettext
from workflows.seasons.absentees import (
    NO_DRAFT,
    UNSENT,
    AbsenteeFilters,
    count_absentees,
    count_to_be_inspected,
    to_be_inspected,
)
from workflows.seasons.effects import Effect, Ground
from workflows.seasons.hours_impact import MOST, count_missing
from workflows.shared.register import Member


def touch_window(ground: Ground) -> list[Effect]:
    """What other dates do to running applications and to who is to be inspected."""
    effects = []
    old, new = (date.fromisoformat(each["closes_date"]) for each in (ground.before, ground.after))
    unsent, returned = ground.count(*UNSENT), ground.count("returned")
    if new < old and new < ground.today:
        effects.append(
            Effect(
                unsent,
                ngettext(
                    "%(n)s application that was not sent can no longer be sent and will be closed.",
                    "%(n)s applications that were not sent can no longer be sent and will be "
                    "closed.",
                    unsent,
                ),
                is_hard=True,
            )
        )
    elif new < old:
        effects.append(
            Effect(
                unsent,
                ngettext(
                    "%(n)s application that was not sent has to be sent by %(date)s, earlier than "
                    "its member was told.",
                    "%(n)s applications that were not sent have to be sent by %(date)s, earlier "
                    "than their members were told.",
                    unsent,
                    date=new,
                ),
                is_hard=True,
            )
        )
    elif new > old:
        effects.append(
            Effect(
                unsent,
                ngettext(
                    "%(n)s application that was not sent can be sent until %(date)s.",
                    "%(n)s applications that were not sent can be sent until %(date)s.",
                    unsent,
                    date=new,
                ),
            )
        )
    if new < old:
        effects.append(_not_begun(ground, new))
    if new != old:
        effects.append(
            Effect(
                returned,
                ngettext(
                    "%(n)s returned application gets another last day for being sent again.",
                    "%(n)s returned applications get another last day for being sent again.",
                    returned,
                ),
                is_hard=new < old,
            )
        )
    opens = date.fromisoformat(ground.after["opens_date"])
    if ground.changes("opens_date") and opens > ground.today:
        total = count_to_be_inspected(ground.session, ground.season, ground.associations)
        effects.append(
            Effect(
                total,
                ngettext(
                    "%(n)s member can begin from %(date)s only; what runs goes on.",
                    "%(n)s members can begin from %(date)s only; what runs goes on.",
                    total,
                    date=opens,
                ),
            )
        )
    return [*effects, *_cut_off(ground), *_hours_day(ground)]


def _not_begun(ground: Ground, day: date) -> Effect:
    """Who has not begun to apply, and was told a later day."""
    count = count_absentees(
        ground.session, ground.season, AbsenteeFilters(draft=NO_DRAFT), ground.associations
    )
    if day < ground.today:
        said = ngettext(
            "%(n)s member who has not begun cannot apply any more.",
            "%(n)s members who have not begun cannot apply any more.",
            count,
        )
    else:
        said = ngettext(
            "%(n)s member who has not begun has time until %(date)s only.",
            "%(n)s members who have not begun have time until %(date)s only.",
            count,
            date=day,
        )
    return Effect(count, said, is_hard=True)


def _cut_off(ground: Ground) -> list[Effect]:
    if not ground.changes("cut_off_date"):
        return []
    old, new = (date.fromisoformat(each["cut_off_date"]) for each in (ground.before, ground.after))
    first, last = sorted((old, new))
    between = (
        select(func.count())
        .select_from(Member)
        .where(
            to_be_inspected(ground.season, ground.associations, joined_by=last),
            Member.admission_date > first,
        )
    )
    count = ground.session.scalar(between) or 0
    if new > old:
        said = ngettext(
            "%(n)s member more has to be inspected.",
            "%(n)s members more have to be inspected.",
            count,
        )
    else:
        said = ngettext(
            "%(n)s member need not be inspected any more; an application that runs goes on.",
            "%(n)s members need not be inspected any more; applications that run go on.",
            count,
        )
    return [Effect(count, said, is_hard=new > old)]


def _hours_day(ground: Ground) -> list[Effect]:
    if not ground.changes("hours_until_date"):
        return []
    day = date.fromisoformat(ground.after["hours_until_date"])
    return _missing(ground, {"hours_until_date": day})


def touch_hours(ground: Ground) -> list[Effect]:
    """What other demands for hours do to who has not sent an application."""
    names = (
        "hours_required",
        "hours_required_joined_late",
        "late_joining_month",
        "late_joining_day",
        "hours_free_age",
    )
    if not ground.changes(*names):
        return []
    return _missing(ground, {name: ground.after[name] for name in names})


def _missing(ground: Ground, changed: Mapping[str, Any]) -> list[Effect]:
    """Who of those that have not sent an inspection would lack hours, or no longer lack them."""
    found = count_missing(
        ground.session,
        ground.engine,
        ground.season,
        ground.associations,
        changed,
        statuses=(*UNSENT, "returned"),
        today=ground.today,
    )
    effects = [
        Effect(
            found.newly_missing,
            ngettext(
                "%(n)s application that was not sent, or returned, now lacks hours.",
                "%(n)s applications that were not sent, or returned, now lack hours.",
                found.newly_missing,
            ),
            is_hard=True,
        ),
        Effect(
            found.no_longer_missing,
            ngettext(
                "%(n)s application lacks no hours any more.",
                "%(n)s applications lack no hours any more.",
                found.no_longer_missing,
            ),
        ),
    ]
    if found.total > found.looked_at:
        said = _(
            "These numbers are of the first %(most)s of %(n)s applications that were not sent; "
            "the others were not worked out.",
            most=MOST,
            n=found.total,
        )
        effects.append(Effect(found.total, said))
    return effects
