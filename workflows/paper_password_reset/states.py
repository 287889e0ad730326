"""Where an application stands, as its applicant is told."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from forms.lists import Language
from workflows.paper_password_reset.applications import read_decision
from workflows.paper_password_reset.receipts import find_receipt
from workflows.shared.step_names import StepNames


def describe_state(
    session: Session, engine: Engine, case: Case, *, language: Language
) -> Mapping[str, object]:
    """Plain values for a page: number, status, how it ended, and the association's reason."""
    names = StepNames(engine.releases.get(session, case.release_id), language)
    receipt = find_receipt(session, case.id)
    return {
        "number": "" if receipt is None else receipt.receipt_number,
        "status": case.status,
        "is_open": case.state == "open",
        "title": "" if case.ended_in is None else names.step(case.process_id, case.ended_in),
        "reason": str(read_decision(session, engine.vault, case).get("reason") or ""),
    }
