"""Where the provider tells of payments."""

from datetime import datetime

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.jobs import job
from web import current
from web.payments.parts import get_provider
from web.security import csrf_exempt, takes
from workflows.payment.notices import take_notice
from workflows.payment.provider import InvalidNotice, Notice

bp = Blueprint("payment_notices", __name__)


@bp.post("/payments/notices")
@takes(64 * 1024)
@csrf_exempt
def receive() -> ResponseReturnValue:
    """Take a signed notice, as often as it is sent; the signature is the provider's proof.

    Whatever is not taken is answered so that the provider sends it again.
    """
    try:
        notice = get_provider().read_notice(
            headers=dict(request.headers), body=request.get_data(), now=current.now()
        )
        if notice is None:
            return Response(status=204)
        with current.engine().database.transaction() as session:
            outcome = take_notice(session, notice=notice, now=current.now())
    except InvalidNotice as error:
        return {"code": "FAIL", "message": str(error)}, 422
    return {"outcome": outcome}


@job("payment.deliver_notice")
def deliver(
    session: Session, now: datetime, *, transaction: str, order_number: str, amount: int
) -> None:
    """Deliver a notice of the stand-in that was held back for a while."""
    take_notice(session, notice=Notice(transaction, order_number, amount), now=now)
