"""The stand-in provider's pay page: in development only, the phone that scans the QR code."""

from dataclasses import asdict
from datetime import timedelta

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from engine.jobs import defer
from web import current
from web.payments.parts import get_stand_in
from workflows.payment.notices import take_notice
from workflows.payment.provider import Notice
from workflows.payment.stand_in import PaymentDeclined, StandInOrder

bp = Blueprint("stand_in", __name__, url_prefix="/payments/stand-in")

DELAY = timedelta(seconds=20)


@bp.before_request
def _only_in_development() -> None:
    if not current.settings().is_development:
        abort(404)


@bp.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    """Show the order and what the simulated payer can do with it."""
    order = get_stand_in().read_order(token)
    return _page(order, is_expired=order.expires_at <= current.now())


@bp.post("/<token>")
def pay(token: str) -> ResponseReturnValue:
    """Pay, pay another amount, pay and let the notice come late, or refuse."""
    deed = request.form.get("deed", "refuse")
    provider = get_stand_in()
    order = provider.read_order(token)
    if deed == "refuse":
        return _page(order, done="refused")
    try:
        amount = order.amount - 100 if deed == "wrong" else order.amount
        signed = provider.pay(token, now=current.now(), amount=amount)
    except PaymentDeclined:
        return _page(order, is_expired=True), 422
    notice = provider.read_notice(headers=signed.headers, body=signed.body, now=current.now())
    _deliver(notice, times=signed.times, is_late=deed == "late")
    return _page(order, done=deed, paid=notice.amount)


def _deliver(notice: Notice, *, times: int, is_late: bool) -> None:
    with current.engine().database.transaction() as session:
        if is_late:
            defer(session, "payment.deliver_notice", asdict(notice), at=current.now() + DELAY)
            return
        for _time in range(times):
            take_notice(session, notice=notice, now=current.now())


def _page(order: StandInOrder, *, is_expired: bool = False, done: str = "", paid: int = 0) -> str:
    return render_template(
        "payments/stand_in.html", order=order, is_expired=is_expired, done=done, paid=paid
    )
