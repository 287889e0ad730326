"""The window 年检时间 of a season: when it takes applications, and when they come too late."""

from datetime import date, datetime, timedelta

from engine.errors import Rejected
from engine.language import N_
from workflows.shared.dates import local_date
from workflows.shared.seasons import Season


class NotOpenYet(Rejected):
    """The window has not begun."""

    message = N_("The inspection for %(year)s is not open yet. It opens on %(date)s.")


class WindowClosed(Rejected):
    """The window has ended."""

    message = N_("The inspection for %(year)s closed on %(date)s.")


def check_open(season: Season, *, now: datetime) -> None:
    """Check that a season takes applications now; raises NotOpenYet or WindowClosed."""
    today = local_date(now)
    if today < season.opens_date:
        raise NotOpenYet(year=season.year, date=season.opens_date)
    _check_not_after(season, season.closes_date, today)


def check_takes(season: Season, *, round: int, now: datetime) -> None:
    """Check that an application of this round may still be sent; raises WindowClosed.

    Inspection policy: a returned application may be sent again within the season's days after
    its window; a first one may not.
    """
    grace = season.resubmission_days if round > 1 else 0
    _check_not_after(season, season.closes_date + timedelta(days=grace), local_date(now))


def _check_not_after(season: Season, last: date, today: date) -> None:
    if today > last:
        raise WindowClosed(year=season.year, date=last)
