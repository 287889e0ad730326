"""What becomes of a member's open cases when he changes association or type, or leaves.

Registry policy: his live cases go to the new association, or close with the reason. The register
calls these after it changed the member's row, in the same transaction.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case
from engine.engine import Engine
from engine.lifecycle import cancel_case
from engine.noting import note
from engine.tasks import Task
from workflows.shared.associations import get_association, office_above
from workflows.shared.messages import send_to_member
from workflows.shared.register import Member, hold_member

CLOSED = "closed"


def change_association(
    session: Session,
    engine: Engine,
    *,
    member: Member,
    association_id: int,
    by: Actor,
    now: datetime,
) -> Sequence[Case]:
    """Move a member to another association with his open cases; answers those that went along.

    What waits for an association waits for the new one, for whoever has the duty there. Doing it
    again moves nothing.
    """
    office = get_association(session, association_id)
    held = _hold(session, member)
    if member.association_id == office.id:
        return []
    before, member.association_id = member.association_id, office.id
    # What another association has of him, an appeal, stays with it.
    moved = [each for each in held if each.association_id == before]
    for case in moved:
        case.association_id = office.id
        for task in _list_tasks(session, case):
            # A step of the association above stays one: of the new association's.
            is_above = task.association_id not in (None, before)
            task.association_id = office_above(session, office.id) if is_above else office.id
            task.assigned_to = task.assigned_at = task.claimed_by = task.claimed_at = None
        session.flush()
        note(
            session,
            engine,
            case_id=case.id,
            kind="case_moved",
            by=by,
            now=now,
            association=office.id,
        )
    return moved


def end_membership(
    session: Session,
    engine: Engine,
    *,
    member: Member,
    state: str,
    reason: str,
    by: Actor,
    now: datetime,
) -> Sequence[Case]:
    """End a membership (resigned, dead, left), and close what is open with the reason.

    Answers the cases that were closed. Doing it again closes nothing.
    """
    held = _hold(session, member)
    member.state = state
    return _close(session, engine, held, member=member, reason=reason, by=by, now=now)


def change_kind(
    session: Session,
    engine: Engine,
    *,
    member: Member,
    kind: str,
    reason: str,
    by: Actor,
    now: datetime,
) -> Sequence[Case]:
    """Make a member one of another kind: what he has open as the former one closes."""
    held = _hold(session, member)
    if member.kind == kind:
        return []
    member.kind = kind
    return _close(session, engine, held, member=member, reason=reason, by=by, now=now)


def _close(
    session: Session,
    engine: Engine,
    cases: Sequence[Case],
    *,
    member: Member,
    reason: str,
    by: Actor,
    now: datetime,
) -> Sequence[Case]:
    for case in cases:
        cancel_case(session, engine, case_id=case.id, status=CLOSED, by=by, now=now)
        session.flush()
        note(session, engine, case_id=case.id, kind="case_closed", by=by, now=now, text=reason)
        if member.state == "dead":
            continue
        send_to_member(
            session,
            member_id=member.id,
            template="case_closed",
            values={"year": case.year or "", "reason": reason},
            case_id=case.id,
            now=now,
        )
    return cases


def _hold(session: Session, member: Member) -> Sequence[Case]:
    """Lock all of a member's cases, then him; answers those that are open.

    The newest goes first and the member last, as everybody locks them. Those that are over are
    locked too: none is opened again meanwhile.
    """
    cases = select(Case).where(Case.subject_kind == "member", Case.subject_id == member.id)
    locked = cases.order_by(Case.id.desc()).with_for_update()
    found = session.scalars(locked.execution_options(populate_existing=True)).all()
    hold_member(session, member.id)
    return [each for each in found if each.state == "open"]


def _list_tasks(session: Session, case: Case) -> Sequence[Task]:
    return session.scalars(select(Task).where(Task.case_id == case.id, Task.state == "open")).all()
