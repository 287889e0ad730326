"""What becomes of a member's open cases when he changes association or type, or leaves.

Registry policy: his live cases go to the new association, or close with the reason. The register
calls these after it changed the member's row, in the same transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case, hold_case
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
    hold_member(session, member.id)
    if member.association_id == office.id:
        return []
    before, member.association_id = member.association_id, office.id
    held = [hold_case(session, each) for each in _list_open(session, member)]
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
    hold_member(session, member.id)
    member.state = state
    return _close(session, engine, member=member, reason=reason, by=by, now=now)


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
    hold_member(session, member.id)
    if member.kind == kind:
        return []
    member.kind = kind
    return _close(session, engine, member=member, reason=reason, by=by, now=now)


def _close(
    session: Session, engine: Engine, *, member: Member, reason: str, by: Actor, now: datetime
) -> Sequence[Case]:
    closed = []
    for case_id in _list_open(session, member):
        case = hold_case(session, case_id)
        cancel_case(session, engine, case_id=case_id, status=CLOSED, by=by, now=now)
        session.flush()
        note(session, engine, case_id=case_id, kind="case_closed", by=by, now=now, text=reason)
        closed.append(case)
        if member.state == "dead":
            continue
        send_to_member(
            session,
            member_id=member.id,
            template="case_closed",
            values={"year": case.year or "", "reason": reason},
            case_id=case_id,
            now=now,
        )
    return closed


def _list_open(session: Session, member: Member) -> Sequence[UUID]:
    """The keys of a member's open cases, the newest first, as everybody locks them."""
    return session.scalars(
        select(Case.id)
        .where(Case.subject_kind == "member", Case.subject_id == member.id, Case.state == "open")
        .order_by(Case.id.desc())
    ).all()


def _list_tasks(session: Session, case: Case) -> Sequence[Task]:
    return session.scalars(select(Task).where(Task.case_id == case.id, Task.state == "open")).all()
