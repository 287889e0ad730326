"""Who may apply for an inspection, and when: every no is a fact with its sentence."""

from datetime import datetime

from engine.errors import Conflict, Rejected
from engine.language import N_
from workflows.shared.register import NON_PRACTISING, Member, NotAMember
from workflows.shared.results import YearlyResult
from workflows.shared.seasons import Season
from workflows.shared.windows import check_open


class NoSeason(Rejected):
    """The member's association has no season."""

    message = N_("Your association has not announced an inspection yet.")


class RegisteredLater(Rejected):
    """The member joined after the inspected year."""

    message = N_("You joined after %(date)s and need not be inspected for %(year)s.")


class NotForThisKind(Rejected):
    """Only non-practising members are inspected this way."""

    message = N_("This inspection is for non-practising members only.")


class AlreadyDecided(Conflict):
    """The year has its result."""

    message = N_("The inspection for %(year)s is decided already.")


class CannotWithdraw(Conflict):
    """The application is not with the association, or was decided a moment ago."""

    message = N_("This application is not waiting for review, so it cannot be withdrawn.")


def check_may_apply(
    *, member: Member, season: Season | None, result: YearlyResult | None, now: datetime
) -> Season:
    """Check that a member may start the season's inspection now.

    Raises the errors above, NotOpenYet or WindowClosed. Inspection policy: members registered
    by 31 December of the year before the window (the season's cut-off), within the window.
    """
    if member.kind != NON_PRACTISING:
        raise NotForThisKind
    if member.state != "active":
        raise NotAMember
    if season is None:
        raise NoSeason
    if result is not None:
        raise AlreadyDecided(year=season.year)
    if member.admission_date is not None and member.admission_date > season.cut_off_date:
        raise RegisteredLater(date=season.cut_off_date, year=season.year)
    check_open(season, now=now)
    return season
