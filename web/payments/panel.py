"""The fee's panel of a form, completed with what only the web knows: orders and addresses."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from web import current
from web.payments.parts import NotOffered, find_provider
from workflows.payment.orders import find_live_order
from workflows.shared.dates import ZONE
from workflows.shared.fees import TO_PAY
from workflows.shared.work import OpenForm


def complete_fee_panel(session: Session, opened: OpenForm) -> Mapping[str, Any]:
    """The fee's panel with the live order and the addresses of its buttons."""
    panel, task, case = opened.panels["fee"], opened.task, opened.case
    if panel["status"] != TO_PAY:
        return dict(panel)
    actions = {
        "paid_action": url_for("fees.claim", task_id=task.id),
        "transfer_url": url_for("fees.transfer", task_id=task.id),
    }
    if find_provider() is None:
        return {**panel, **actions, "notice": str(NotOffered())}
    order = find_live_order(
        session, member_id=case.subject_id, year=case.year or 0, now=current.now()
    )
    return {
        **panel,
        **actions,
        "order_action": url_for("fees.open_order", task_id=task.id),
        "order": order
        and {
            "amount": order.amount,
            "qr_url": url_for("fees.code", order_id=order.id),
            # A provider may have an address that only its own scanner opens.
            "pay_url": order.pay_url if order.pay_url.startswith(("https:", "http:")) else "",
            "expires_at": f"{order.expires_at.astimezone(ZONE):%H:%M}",
        },
    }
