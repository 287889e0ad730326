"""What an appeal that succeeds does to the decision that it was against."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.engine import Engine
from engine.language import N_
from engine.operations import operation
from engine.signatures import Named
from workflows.inspection.revoking import MembershipOver, NothingToRevoke, revoke
from workflows.shared.register import hold_member
from workflows.shared.results import find_result_of_case, take_back
from workflows.shared.vocabulary import Reason


@operation(
    "inspection.revoke_decision",
    title=N_("Take the decision back"),
    about=N_(
        "Takes back the decision of the case that was appealed against; an inspection returns "
        "to review where it can."
    ),
)
def revoke_decision(
    session: Session,
    *,
    engine: Engine,
    by: Actor,
    now: datetime,
    case_id: Annotated[str, Named(N_("Case"))],
    reason: Reason,
) -> None:
    """Take a case's decision back; an inspection returns to review where one can.

    A year that was settled by hand, or of somebody who left, just has no result any more. A
    decision that somebody took back a moment before is taken back.
    """
    try:
        revoke(session, engine, case_id=UUID(case_id), reason=reason, by=by, now=now)
    except (NothingToRevoke, MembershipOver):
        result = find_result_of_case(session, case_id=UUID(case_id))
        if result is not None:
            hold_member(session, result.member_id)
            take_back(session, result, now=now)
