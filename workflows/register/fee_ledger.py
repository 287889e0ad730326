"""The ledger of fees as an association keeps it: looked at, entered, corrected.

Nothing that was entered is deleted: payments are taken back by an entry of the opposite, and what a
year's fee was before stands in the trail. What waits for a fee hears of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Conflict, Rejected
from engine.language import N_
from engine.message_events import publish
from workflows.register.ledger_entries import OFFICE, LedgerChange, check_year
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
from workflows.shared.register import Member

OPPOSITE = "/back"
"""What the reference of a payment that was taken back ends with, behind that of the payment."""

MOST_FEN = 10_000_000
STATUSES = (TO_PAY, CONFIRMED, EXEMPT)


class NotAnAmount(Rejected):
    """Not an amount that somebody pays."""

    message = N_("Enter an amount above 0, with at most two decimals.")


class NotAStatus(Rejected):
    """There is no such state of a fee."""

    message = N_("Choose how the fee of the year stands.")


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


def enter_payment(
    change: LedgerChange, *, year: int | None, amount: int | None, voucher: str, key: UUID
) -> bool:
    """Enter money that came in at the association; `amount` in fen, `key` made with the page.

    False where this was entered already. A year that is paid in full by it is confirmed.
    """
    session, member, now = change.session, change.member, change.now
    change.begin("enter_fees")
    of = check_year(year, now)
    if amount is None or not 0 < amount <= MOST_FEN:
        raise NotAnAmount
    reference = f"{OFFICE}:{key}"
    if _is_known(session, reference):
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
    change.note(f"payment.{of}", before={}, after=paid)
    publish(session, name="payment_received", key=fee_key(member.id, of), now=now)
    return True


def take_payment_back(change: LedgerChange, *, payment_id: int) -> None:
    """Take a payment that the association entered back, by one of the opposite.

    A confirmed year for which less has come in then is to be paid again. Raises
    PaymentNotTakenBack; what was decided on the year before stays decided.
    """
    session, member, now = change.session, change.member, change.now
    change.begin("enter_fees")
    payment = change.get(FeePayment, payment_id)
    opposite = f"{payment.reference}{OPPOSITE}"
    if not is_own_payment(payment) or _is_known(session, opposite):
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
    change.note(f"payment.{payment.year}", before={"amount": payment.amount}, after={})


def settle_fee(change: LedgerChange, *, year: int | None, status: str, amount: int | None) -> None:
    """Say how a year's fee stands: to pay, confirmed, or none is owed; `amount` in fen."""
    session, member, now = change.session, change.member, change.now
    said = change.begin("enter_fees")
    of = check_year(year, now)
    if status not in STATUSES:
        raise NotAStatus
    if status != EXEMPT and (amount is None or not 0 < amount <= MOST_FEN):
        raise NotAnAmount
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
    change.note(f"fee.{of}", before=before, after=_say_fee(entry))
    publish(session, name="payment_received", key=fee_key(member.id, of), now=now)


def is_own_payment(payment: FeePayment) -> bool:
    """Whether a payment was entered by the association by hand, and is no taking back of one."""
    return payment.source == OFFICE and not payment.reference.endswith(OPPOSITE)


def _is_known(session: Session, reference: str) -> bool:
    known = select(FeePayment.id).where(FeePayment.reference == reference)
    return session.scalar(known) is not None


def _received(session: Session, entry: FeeEntry) -> int:
    query = select(FeePayment.amount).where(
        FeePayment.member_id == entry.member_id, FeePayment.year == entry.year
    )
    return sum(session.scalars(query))


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
