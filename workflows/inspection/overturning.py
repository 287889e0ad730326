"""What an appeal that succeeds does to the decision that it was against."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.engine import Engine
from engine.operations import operation
from workflows.inspection.revoking import MembershipOver, NothingToRevoke, revoke
from workflows.shared.register import hold_member
from workflows.shared.results import find_result_of_case, take_back


@operation("inspection.revoke_decision")
def revoke_decision(
    session: Session, *, engine: Engine, by: Actor, now: datetime, case_id: str, reason: str
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
