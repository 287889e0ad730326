"""The ledgers of fees and hours as an association keeps them: looked at, entered, corrected.

Nothing that was entered is deleted: hours and payments are taken back by an entry of the opposite,
and what a year's fee was before stands in the trail. What waits for a fee or for hours hears of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.errors import Conflict, NotFound, Rejected
from engine.language import N_
from engine.message_events import publish
from workflows.register.changes import check_reason
from workflows.shared.access import Viewer, check
from workflows.shared.dates import local_date
from workflows.shared.fees import (
    CONFIRMED,
    EXEMPT,
    TO_PAY,
    FeeEntry,
    FeePayment,
    fee_key,
    find_entry,
    receive_payment,
)
from workflows.shared.hours import (
    HoursEntry,
    HoursExemption,
    credit_hours,
    entries_under,
    reverse_hours,
)
from workflows.shared.register import Member, hold_member
from workflows.shared.register_changes import LEDGER, record_change

OFFICE = "office"
"""The source of what an association enters itself."""

OPPOSITE = "/back"
"""What the reference of a payment that was taken back ends with, behind that of the payment."""

FIRST_YEAR = 1990
MOST_FEN = 10_000_000
MOST_HOURS = 100_000
NEWEST_HOURS = 200
STATUSES = (TO_PAY, CONFIRMED, EXEMPT)


class NotAYear(Rejected):
    """Not a year of the ledgers."""

    message = N_("Enter a year between %(first)s and %(last)s.")


class NotAnAmount(Rejected):
    """Not an amount that somebody pays."""

    message = N_("Enter an amount above 0, with at most two decimals.")


class NotHours(Rejected):
    """Not a number of hours."""

    message = N_("Enter hours above 0, at most 1000, with at most two decimals.")


class NotADay(Rejected):
    """A day that is none, or is still to come."""

    message = N_("Enter a day that was, as 2024-03-15.")


class NotAStatus(Rejected):
    """There is no such state of a fee."""

    message = N_("Choose how the fee of the year stands.")


class NotTakenBack(Conflict):
    """There is nothing to take back, or others credited it."""

    message = N_("These hours were taken back already, or are not the association’s own entry.")


class PaymentNotTakenBack(Conflict):
    """It was taken back already, or others say that it came in."""

    message = N_("This payment was taken back already, or was not entered by the association.")


@dataclass(frozen=True)
class FeeYear:
    """A year of the fee ledger: what the ledger says, and what came in."""

    year: int
    entry: FeeEntry | None
    payments: Sequence[FeePayment]

    @property
    def received(self) -> int:
        """What came in, in fen."""
        return sum(each.amount for each in self.payments)

    @property
    def standing(self) -> Sequence[FeePayment]:
        """The payments that the association entered and nobody took back."""
        taken = {each.reference.removesuffix(OPPOSITE) for each in self.payments if each.amount < 0}
        return [
            each for each in self.payments if is_own_payment(each) and each.reference not in taken
        ]


@dataclass(frozen=True)
class HoursYear:
    """A year of the hours ledger."""

    year: int
    total: int
    exemption: HoursExemption | None


def list_fee_years(session: Session, member: Member) -> Sequence[FeeYear]:
    """A member's fee ledger, the last year first: two statements."""
    entries = {
        each.year: each
        for each in session.scalars(select(FeeEntry).where(FeeEntry.member_id == member.id))
    }
    payments: dict[int, list[FeePayment]] = {}
    query = select(FeePayment).where(FeePayment.member_id == member.id).order_by(FeePayment.id)
    for payment in session.scalars(query):
        payments.setdefault(payment.year, []).append(payment)
    years = sorted({*entries, *payments}, reverse=True)
    return [FeeYear(each, entries.get(each), payments.get(each, [])) for each in years]


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


def enter_payment(
    session: Session,
    engine: Engine,
    *,
    member: Member,
    year: int | None,
    amount: int | None,
    voucher: str,
    reason: str,
    key: UUID,
    viewer: Viewer,
    now: datetime,
) -> bool:
    """Enter money that came in at the association; `amount` in fen, `key` made with the page.

    False where this was entered already. A year that is paid in full by it is confirmed.
    """
    check(viewer, "enter_fees", member)
    said = check_reason(reason)
    of = _check_year(year, now)
    if amount is None or not 0 < amount <= MOST_FEN:
        raise NotAnAmount
    hold_member(session, member.id)
    reference = f"{OFFICE}:{key}"
    known = select(FeePayment.id).where(FeePayment.reference == reference)
    if session.scalar(known) is not None:
        return False
    receive_payment(
        session,
        member_id=member.id,
        year=of,
        amount=amount,
        source=OFFICE,
        reference=reference,
        now=now,
    )
    entry = find_entry(session, member_id=member.id, year=of)
    if entry is None:
        session.add(_entry(member, of, CONFIRMED, amount, now))
    elif entry.status not in (CONFIRMED, EXEMPT) and _received(session, entry) >= entry.amount:
        entry.status, entry.updated_at = CONFIRMED, now
    session.flush()
    paid = {"amount": amount, "voucher": voucher.strip()[:100]}
    _note(
        session, engine, member, said, viewer, name=f"payment.{of}", before={}, after=paid, now=now
    )
    publish(session, name="payment_received", key=fee_key(member.id, of), now=now)
    return True


def take_payment_back(
    session: Session,
    engine: Engine,
    *,
    member: Member,
    payment_id: int,
    reason: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Take a payment that the association entered back, by one of the opposite.

    A confirmed year for which less has come in then is to be paid again. Raises
    PaymentNotTakenBack; what was decided on the year before stays decided.
    """
    check(viewer, "enter_fees", member)
    said = check_reason(reason)
    hold_member(session, member.id)
    payment = session.get(FeePayment, payment_id)
    if payment is None or payment.member_id != member.id:
        raise NotFound
    opposite = f"{payment.reference}{OPPOSITE}"
    known = select(FeePayment.id).where(FeePayment.reference == opposite)
    if not is_own_payment(payment) or session.scalar(known) is not None:
        raise PaymentNotTakenBack
    session.add(
        FeePayment(
            member_id=member.id,
            year=payment.year,
            amount=-payment.amount,
            source=OFFICE,
            reference=opposite,
            at=now,
        )
    )
    session.flush()
    entry = find_entry(session, member_id=member.id, year=payment.year)
    if entry is not None and entry.status == CONFIRMED and _received(session, entry) < entry.amount:
        entry.status, entry.updated_at = TO_PAY, now
        session.flush()
    _note(
        session,
        engine,
        member,
        said,
        viewer,
        name=f"payment.{payment.year}",
        before={"amount": payment.amount},
        after={},
        now=now,
    )


def settle_fee(
    session: Session,
    engine: Engine,
    *,
    member: Member,
    year: int | None,
    status: str,
    amount: int | None,
    reason: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Say how a year's fee stands: to pay, confirmed, or none is owed; `amount` in fen."""
    check(viewer, "enter_fees", member)
    said = check_reason(reason)
    of = _check_year(year, now)
    if status not in STATUSES:
        raise NotAStatus
    if status != EXEMPT and (amount is None or not 0 < amount <= MOST_FEN):
        raise NotAnAmount
    hold_member(session, member.id)
    entry = find_entry(session, member_id=member.id, year=of)
    before = _say_fee(entry)
    if entry is None:
        entry = _entry(member, of, status, 0, now)
        session.add(entry)
    entry.status, entry.updated_at = status, now
    entry.amount = 0 if status == EXEMPT else amount or 0
    entry.exempt_reason = said[:200] if status == EXEMPT else ""
    session.flush()
    if before == _say_fee(entry):
        return
    _note(
        session,
        engine,
        member,
        said,
        viewer,
        name=f"fee.{of}",
        before=before,
        after=_say_fee(entry),
        now=now,
    )
    publish(session, name="payment_received", key=fee_key(member.id, of), now=now)


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
    of = _check_year(year, now)
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
        _note(
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
    _note(
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
    of = _check_year(year, now)
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
    _note(
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


def is_own_payment(payment: FeePayment) -> bool:
    """Whether a payment was entered by the association by hand, and is no taking back of one."""
    return payment.source == OFFICE and not payment.reference.endswith(OPPOSITE)


def is_own(entry: HoursEntry) -> bool:
    """Whether an entry was made by the association by hand, and is no taking back of one."""
    return entry.source == OFFICE and "/" not in entry.external_key


def standing(session: Session, entry: HoursEntry) -> int:
    """What of an entry was not taken back."""
    return sum(each.hours for each in entries_under(session, external_key=entry.external_key))


def _received(session: Session, entry: FeeEntry) -> int:
    query = select(FeePayment.amount).where(
        FeePayment.member_id == entry.member_id, FeePayment.year == entry.year
    )
    return sum(session.scalars(query))


def _check_year(year: int | None, now: datetime) -> int:
    last = local_date(now).year + 1
    if year is None or not FIRST_YEAR <= year <= last:
        raise NotAYear(first=FIRST_YEAR, last=last)
    return year


def _entry(member: Member, year: int, status: str, amount: int, now: datetime) -> FeeEntry:
    return FeeEntry(member_id=member.id, year=year, status=status, amount=amount, updated_at=now)


def _say_fee(entry: FeeEntry | None) -> dict[str, Any]:
    if entry is None:
        return {}
    return {
        "status": entry.status,
        "amount": entry.amount,
        "exempt_reason": entry.exempt_reason,
    }


def _note(
    session: Session,
    engine: Engine,
    member: Member,
    reason: str,
    viewer: Viewer,
    *,
    name: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    now: datetime,
) -> None:
    record_change(
        session,
        engine.vault,
        member=member,
        before={name: dict(before)},
        after={name: dict(after)},
        source=LEDGER,
        reason=reason,
        by=viewer.actor,
        now=now,
    )
