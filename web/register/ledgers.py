"""The ledgers of a member: fees and hours, looked at, entered and corrected."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.database import new_id
from engine.errors import HuijiError, NotAllowed, NotFound
from engine.language import N_, _
from web import current
from web.numbers import small_int
from web.register.blueprint import bp
from web.register.members import describe_member
from web.register.places import get_viewer_of_register
from workflows.register import fee_ledger, hours_ledger
from workflows.register.ledger_entries import LedgerChange
from workflows.register.members import get_entry
from workflows.shared.access import Viewer, can
from workflows.shared.dates import local_date
from workflows.shared.hours import HoursEntry, list_hours
from workflows.shared.register import ERASED, Member
from workflows.shared.statuses import ledger_label

HUNDREDTHS = 100
PAYMENT_SOURCES = {
    "office": N_("Entered by the association"),
    "wechat_pay": N_("Paid online"),
    "stand_in": N_("Paid online"),
}
Doing = Callable[[LedgerChange], str]


@bp.get("/members/<int:member_id>/fees")
def show_fees(member_id: int) -> str:
    """Show a member's fee ledger."""
    viewer = get_viewer_of_register()
    with current.engine().database.read() as session:
        return _draw_fees(session, viewer, get_entry(session, viewer, member_id, "read"))


@bp.post("/members/<int:member_id>/fees/payments")
def enter_payment(member_id: int) -> ResponseReturnValue:
    """Enter money that came in; sent twice it came in once."""

    def do(change: LedgerChange) -> str:
        typed = request.form
        fee_ledger.enter_payment(
            change,
            year=typed.get("year", type=small_int),
            amount=_read_hundredths(typed.get("amount", "")),
            voucher=typed.get("voucher", ""),
            key=_read_key(),
        )
        return _("The payment was entered.")

    return _do(member_id, do, _draw_fees, "register.show_fees")


@bp.post("/members/<int:member_id>/fees/payments/<int:payment_id>/take-back")
def take_payment_back(member_id: int, payment_id: int) -> ResponseReturnValue:
    """Take a payment that the association entered back."""

    def do(change: LedgerChange) -> str:
        fee_ledger.take_payment_back(change, payment_id=payment_id)
        return _(
            "The payment was taken back. A year that is not paid in full without it is to be paid"
            " again: correct the year where nothing is owed."
        )

    return _do(member_id, do, _draw_fees, "register.show_fees")


@bp.post("/members/<int:member_id>/fees")
def settle_fee(member_id: int) -> ResponseReturnValue:
    """Say how a year's fee stands."""

    def do(change: LedgerChange) -> str:
        typed = request.form
        fee_ledger.settle_fee(
            change,
            year=typed.get("year", type=small_int),
            status=typed.get("status", ""),
            amount=_read_hundredths(typed.get("amount", "")),
        )
        return _("The ledger was changed.")

    return _do(member_id, do, _draw_fees, "register.show_fees")


@bp.get("/members/<int:member_id>/hours")
def show_hours(member_id: int) -> str:
    """Show a member's hours ledger."""
    viewer = get_viewer_of_register()
    with current.engine().database.read() as session:
        return _draw_hours(session, viewer, get_entry(session, viewer, member_id, "read"))


@bp.post("/members/<int:member_id>/hours")
def enter_hours(member_id: int) -> ResponseReturnValue:
    """Enter hours; sent twice they are entered once."""

    def do(change: LedgerChange) -> str:
        typed = request.form
        hours_ledger.enter_hours(
            change,
            year=typed.get("year", type=small_int),
            hours=_read_hundredths(typed.get("hours", "")),
            earned_date=_read_date(typed.get("earned_date", "")),
            title=typed.get("title", ""),
            key=_read_key(),
        )
        return _("The hours were entered.")

    return _do(member_id, do, _draw_hours, "register.show_hours")


@bp.post("/members/<int:member_id>/hours/<int:entry_id>/take-back")
def take_hours_back(member_id: int, entry_id: int) -> ResponseReturnValue:
    """Take an entry of the association's own back."""

    def do(change: LedgerChange) -> str:
        hours_ledger.take_hours_back(change, entry_id=entry_id)
        return _("The hours were taken back.")

    return _do(member_id, do, _draw_hours, "register.show_hours")


@bp.post("/members/<int:member_id>/hours/exemptions")
def exempt_from_hours(member_id: int) -> ResponseReturnValue:
    """Say that a member need not earn hours in a year, or that he has to."""

    def do(change: LedgerChange) -> str:
        typed = request.form
        is_exempt = typed.get("action") != "withdraw"
        hours_ledger.exempt_from_hours(
            change,
            year=typed.get("year", type=small_int),
            is_exempt=is_exempt,
        )
        return _("The exemption was entered.") if is_exempt else _("The exemption was withdrawn.")

    return _do(member_id, do, _draw_hours, "register.show_hours")


def _do(member_id: int, do: Doing, draw: Callable[..., str], endpoint: str) -> ResponseReturnValue:
    viewer = get_viewer_of_register()
    try:
        with current.engine().database.transaction() as session:
            said = do(
                LedgerChange(
                    session,
                    current.engine(),
                    member=_get(session, viewer, member_id),
                    viewer=viewer,
                    reason=request.form.get("reason", ""),
                    now=current.now(),
                )
            )
    except (NotFound, NotAllowed):
        raise
    except HuijiError as error:
        with current.engine().database.read() as session:
            return draw(session, viewer, _get(session, viewer, member_id), str(error)), 422
    flash(said, "success")
    return redirect(url_for(endpoint, member_id=member_id))


def _get(session: Session, viewer: Viewer, member_id: int) -> Member:
    member = get_entry(session, viewer, member_id, "read")
    if member.state == ERASED:
        raise NotFound
    return member


def _draw_fees(session: Session, viewer: Viewer, member: Member, problem: str = "") -> str:
    years = [
        {
            "year": each.year,
            "status": each.entry.status if each.entry else "",
            "amount": each.entry.amount if each.entry else None,
            "exempt_reason": each.entry.exempt_reason if each.entry else "",
            "received": each.received,
            "payments": [
                {
                    "id": payment.id,
                    "can_take_back": payment in each.standing,
                    "amount": payment.amount,
                    "at": payment.at,
                    "source": _(PAYMENT_SOURCES.get(payment.source, payment.source)),
                }
                for payment in each.payments
            ],
        }
        for each in fee_ledger.list_fee_years(session, member)
    ]
    return render_template(
        "register/fees.html",
        member=describe_member(session, viewer, member),
        years=years,
        statuses=[(each, ledger_label(each)) for each in fee_ledger.STATUSES],
        can_enter=can(viewer, "enter_fees", member) and member.state != ERASED,
        **_typing(problem),
    )


def _draw_hours(session: Session, viewer: Viewer, member: Member, problem: str = "") -> str:
    entries = list_hours(session, member_id=member.id)
    return render_template(
        "register/hours.html",
        member=describe_member(session, viewer, member),
        years=hours_ledger.list_hours_years(session, member, entries),
        entries=_describe_entries(entries),
        can_enter=can(viewer, "enter_hours", member) and member.state != ERASED,
        **_typing(problem),
    )


def _describe_entries(entries: Sequence[HoursEntry]) -> list[dict[str, Any]]:
    reversed_keys = {
        each.external_key.rpartition("/")[0] for each in entries if "/" in each.external_key
    }
    return [
        {
            "id": each.id,
            "year": each.year,
            "earned_date": each.earned_date,
            "hours": each.hours,
            "title": each.title,
            "source": each.source,
            "can_take_back": hours_ledger.is_own(each) and each.external_key not in reversed_keys,
        }
        for each in entries[: hours_ledger.NEWEST_HOURS]
    ]


def _typing(problem: str) -> dict[str, Any]:
    """What the forms of a ledger are drawn with."""
    typed = request.form
    return {
        "typed": typed,
        "key": typed.get("key") or str(new_id()),
        "this_year": local_date(current.now()).year,
        "today": local_date(current.now()).isoformat(),
        "problem": problem,
    }


def _read_key() -> UUID:
    """The key that was made with the page: sending a form twice enters it once."""
    try:
        return UUID(request.form.get("key", ""))
    except ValueError:
        raise NotFound from None


def _read_hundredths(text: str) -> int | None:
    """Yuan as fen, hours as hundredths; None for what is no such number."""
    try:
        found = Decimal(text.strip().replace(",", "")) * HUNDREDTHS
    except InvalidOperation:
        return None
    if not found.is_finite() or abs(found) > 10**9 or found != found.to_integral_value():
        return None
    return int(found)


def _read_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
