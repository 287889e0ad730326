"""What the association sees when it confirms a fee, and what it must say when it does not."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.files import StoredFile
from engine.language import _
from workflows.shared import fees
from workflows.shared.fee_panel import describe_claim
from workflows.shared.fees import FeeClaim
from workflows.shared.form_data import FormData, answer_check, form_data
from workflows.shared.subjects import Subject, subject_of_case

PROCESS = "payment"


@form_data(PROCESS, "confirm_fee")
def confirm_fee(session: Session, *, case: Case) -> FormData:
    """确认会费: what is owed, what was claimed, and the proof.

    Files carry their id; the web adds `url`.
    """
    subject = subject_of_case(session, case)
    return FormData(
        context={"year": subject.season.year},
        show_panels=lambda: {"fee_claim": _claim_panel(session, subject)},
    )


def _claim_panel(session: Session, subject: Subject) -> dict[str, Any]:
    member, season = subject.member, subject.season
    state = fees.fee_state(session, member=member, season=season)
    claim = state.claim
    said: dict[str, Any] = {"kind": "payment", "kind_label": "", "claimed_at": "", "paid": None}
    if claim is not None:
        said = describe_claim(claim)
    return {
        "member_no": member.number,
        "name": member.name,
        "year": season.year,
        "amount": state.amount,
        "years": [*state.arrears, *state.own_year],
        "kind": said["kind"],
        "kind_label": said["kind_label"],
        "claimed_at": said["claimed_at"],
        "paid": said["paid"],
        "note": "",
        "proof": [] if claim is None else _proof(session, claim),
    }


@answer_check(PROCESS, "confirm_fee")
def check_reason(*, outcome: str, values: Mapping[str, Any]) -> Mapping[str, str]:
    """Not received needs a reason: the member is told it."""
    if outcome == "not_received" and not values.get("reason"):
        return {"reason": _("Say why the fee was not received: the member is told.")}
    return {}


def _proof(session: Session, claim: FeeClaim) -> list[dict[str, object]]:
    file = None
    if claim.proof_file_id is not None:
        file = session.get(StoredFile, claim.proof_file_id)
    return [] if file is None else [{"id": file.id, "name": file.name, "kind": file.kind}]
