"""The panel `fee`: a year's fee in its four states.

Addresses are the web's to fill in: the live order and the buttons stay empty here.
"""

from typing import Any

from sqlalchemy.orm import Session

from engine.language import N_, _
from workflows.shared.dates import ZONE
from workflows.shared.fees import SETTLED, FeeClaim, fee_state
from workflows.shared.register import Member
from workflows.shared.seasons import Season
from workflows.shared.statuses import fee_label

CLAIM_LABELS = {
    "payment": N_("Payment reported by the member"),
    "transfer": N_("Bank transfer"),
    "mismatch": N_("Amount does not match"),
}


def fee_panel(session: Session, *, member: Member, season: Season) -> dict[str, Any]:
    """The panel's data; amounts in fen."""
    state = fee_state(session, member=member, season=season)
    is_open = state.status not in SETTLED
    return {
        "status": state.status,
        "label": fee_label(state.status),
        "amount": state.amount if is_open else 0,
        "years": [*state.arrears, *state.own_year] if is_open else [],
        "order": None,
        "order_action": "",
        "paid_action": "",
        "transfer_url": "",
        "account": season.fee_account,
        "claim": None if state.claim is None else describe_claim(state.claim),
        "refusal": "" if state.refusal is None else state.refusal.reason,
        "notice": "",
    }


def describe_claim(claim: FeeClaim) -> dict[str, Any]:
    """What waits for the association, in words; both amounts where they do not match."""
    is_mismatch = claim.kind == "mismatch"
    return {
        "kind": claim.kind,
        "kind_label": _(CLAIM_LABELS[claim.kind]),
        "claimed_at": f"{claim.made_at.astimezone(ZONE):%Y-%m-%d %H:%M}",
        "expected": claim.expected if is_mismatch else None,
        "paid": claim.received if is_mismatch else None,
    }
