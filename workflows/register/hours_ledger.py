"""The ledger of hours as an association keeps it: looked at, entered, corrected.

Nothing that was entered is deleted: hours are taken back by an entry of the opposite. What waits
for hours hears of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.errors import Conflict, NotFound, Rejected
from engine.language import N_
from engine.message_events import publish
from workflows.register.changes import check_reason
from workflows.register.ledger_entries import FIRST_YEAR, OFFICE, check_year, note_entry
from workflows.shared.access import Viewer, check
from workflows.shared.dates import local_date
from workflows.shared.hours import (
    HoursEntry,
    HoursExemption,
    credit_hours,
    reverse_hours,
)
from workflows.shared.register import Member, hold_member

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
    session: Session,
    engine: Engine,
    *,
    member: Member,
    year: int | None,
    hours: int | None,
    earned_date: date | None,
    title: str,
    reason: str,
    key: UUID,
    viewer: Viewer,
    now: datetime,
) -> bool:
    """Enter hours in hundredths; False where this was entered already."""
    check(viewer, "enter_hours", member)
    said = check_reason(reason)
    of = check_year(year, now)
    if hours is None or not 0 < hours <= MOST_HOURS:
        raise NotHours
    today = local_date(now)
    if earned_date is None or not date(FIRST_YEAR, 1, 1) <= earned_date <= today:
        raise NotADay
    hold_member(session, member.id)
    is_new = credit_hours(
        session,
        member_id=member.id,
        year=of,
        earned_date=earned_date,
        hours=hours,
        title=title.strip()[:200],
        source=OFFICE,
        external_key=f"{OFFICE}:{key}",
        now=now,
    )
    if is_new:
        entered = {"hours": hours, "title": title.strip()[:200]}
        note_entry(
            session,
            engine,
            member,
            said,
            viewer,
            name=f"hours.{of}",
            before={},
            after=entered,
            now=now,
        )
    return is_new


def take_hours_back(
    session: Session,
    engine: Engine,
    *,
    member: Member,
    entry_id: int,
    reason: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Take an entry of the association's own back, by one of the opposite. Raises NotTakenBack."""
    check(viewer, "enter_hours", member)
    said = check_reason(reason)
    hold_member(session, member.id)
    entry = session.get(HoursEntry, entry_id)
    if entry is None or entry.member_id != member.id:
        raise NotFound
    if not is_own(entry) or not reverse_hours(session, external_key=entry.external_key):
        raise NotTakenBack
    taken = {"hours": entry.hours, "title": entry.title}
    note_entry(
        session,
        engine,
        member,
        said,
        viewer,
        name=f"hours.{entry.year}",
        before=taken,
        after={},
        now=now,
    )


def exempt_from_hours(
    session: Session,
    engine: Engine,
    *,
    member: Member,
    year: int | None,
    is_exempt: bool,
    reason: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Say that a member need not earn hours in a year, or that he has to; again is fine."""
    check(viewer, "enter_hours", member)
    said = check_reason(reason)
    of = check_year(year, now)
    hold_member(session, member.id)
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
    note_entry(
        session,
        engine,
        member,
        said,
        viewer,
        name=f"hours_exemption.{of}",
        before=before,
        after=after,
        now=now,
    )
    publish(session, name="hours_credited", key=str(member.id), now=now)


def is_own(entry: HoursEntry) -> bool:
    """Whether an entry was made by the association by hand, and is no taking back of one."""
    return entry.source == OFFICE and "/" not in entry.external_key
