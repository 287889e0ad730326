"""The ledger of hours as an association keeps it: looked at, entered, corrected.

Nothing that was entered is deleted: hours are taken back by an entry of the opposite. What waits
for hours hears of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Conflict, Rejected
from engine.language import N_
from engine.message_events import publish
from workflows.register.ledger_entries import FIRST_YEAR, OFFICE, LedgerChange, check_year
from workflows.shared.dates import local_date
from workflows.shared.hours import (
    HoursEntry,
    HoursExemption,
    credit_hours,
    reverse_hours,
)
from workflows.shared.register import Member

MOST_HOURS = 100_000
NEWEST_HOURS = 200


class NotHours(Rejected):
    """Not a number of hours."""

    message = N_("Enter hours above 0, at most 1000, with at most two decimals.")


class NotADay(Rejected):
    """A day that is none, or is still to come."""

    message = N_("Enter a day that was, as 2024-03-15.")


class NotTakenBack(Conflict):
    """There is nothing to take back, or others credited it."""

    message = N_("These hours were taken back already, or are not the association’s own entry.")


@dataclass(frozen=True)
class HoursYear:
    """A year of the hours ledger."""

    year: int
    total: int
    exemption: HoursExemption | None


def list_hours_years(
    session: Session, member: Member, entries: Sequence[HoursEntry]
) -> Sequence[HoursYear]:
    """The sums of a member's entries by year, with the years that he is exempt from."""
    query = select(HoursExemption).where(HoursExemption.member_id == member.id)
    exempt = {each.year: each for each in session.scalars(query)}
    totals: dict[int, int] = {}
    for each in entries:
        totals[each.year] = totals.get(each.year, 0) + each.hours
    years = sorted({*totals, *exempt}, reverse=True)
    return [HoursYear(each, totals.get(each, 0), exempt.get(each)) for each in years]


def enter_hours(
    change: LedgerChange,
    *,
    year: int | None,
    hours: int | None,
    earned_date: date | None,
    title: str,
    key: UUID,
) -> bool:
    """Enter hours in hundredths; False where this was entered already."""
    change.begin("enter_hours")
    of = check_year(year, change.now)
    if hours is None or not 0 < hours <= MOST_HOURS:
        raise NotHours
    today = local_date(change.now)
    if earned_date is None or not date(FIRST_YEAR, 1, 1) <= earned_date <= today:
        raise NotADay
    is_new = credit_hours(
        change.session,
        member_id=change.member.id,
        year=of,
        earned_date=earned_date,
        hours=hours,
        title=title.strip()[:200],
        source=OFFICE,
        external_key=f"{OFFICE}:{key}",
        now=change.now,
    )
    if is_new:
        entered = {"hours": hours, "title": title.strip()[:200]}
        change.note(f"hours.{of}", before={}, after=entered)
    return is_new


def take_hours_back(change: LedgerChange, *, entry_id: int) -> None:
    """Take an entry of the association's own back, by one of the opposite. Raises NotTakenBack."""
    change.begin("enter_hours")
    entry = change.get(HoursEntry, entry_id)
    if not is_own(entry) or not reverse_hours(change.session, external_key=entry.external_key):
        raise NotTakenBack
    taken = {"hours": entry.hours, "title": entry.title}
    change.note(f"hours.{entry.year}", before=taken, after={})


def exempt_from_hours(change: LedgerChange, *, year: int | None, is_exempt: bool) -> None:
    """Say that a member need not earn hours in a year, or that he has to; again is fine."""
    session, member, now = change.session, change.member, change.now
    said = change.begin("enter_hours")
    of = check_year(year, now)
    found = session.get(HoursExemption, (member.id, of))
    before = {} if found is None else {"exempt": True}
    if is_exempt and found is None:
        session.add(HoursExemption(member_id=member.id, year=of, reason=said[:200]))
    elif not is_exempt and found is not None:
        session.delete(found)
    session.flush()
    after = {"exempt": True} if is_exempt else {}
    if before == after:
        return
    change.note(f"hours_exemption.{of}", before=before, after=after)
    publish(session, name="hours_credited", key=str(member.id), now=now)


def is_own(entry: HoursEntry) -> bool:
    """Whether an entry was made by the association by hand, and is no taking back of one."""
    return entry.source == OFFICE and "/" not in entry.external_key
