"""What becomes of a member's open cases when he changes association or type, or leaves.

Registry policy: his live cases go to the new association, or close with the reason. The register
calls these after it changed the member's row, in the same transaction.

Sign-ups for classes stay with the association that offers the class. They are cancelled when he
leaves, or when the class is not for what he is now, and the place goes to the next; a class that
has begun takes its course.

His certificate is revoked when the membership ends or becomes one of another kind, and superseded
when he moves: it names the association before.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case
from engine.engine import Engine
from engine.lifecycle import cancel_case
from engine.message_events import send_message
from engine.noting import note
from engine.tasks import Task
from workflows.shared.associations import get_association, office_above
from workflows.shared.certificates import revoke_certificates, supersede_certificate
from workflows.shared.enrolments import CANCELLED_EVENT, PROCESS, Enrolment
from workflows.shared.messages import send_to_member
from workflows.shared.register import Member, hold_member
from workflows.shared.training_classes import TrainingClass

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
    held = hold_with_cases(session, member)
    if member.association_id == office.id:
        return []
    before, member.association_id = member.association_id, office.id
    supersede_certificate(session, member.id, ["association_id"], now)
    # What another association has of him, an appeal, stays with it, and so does its class.
    moved = [each for each in held if each.association_id == before and each.process_id != PROCESS]
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
    held = hold_with_cases(session, member)
    member.state = state
    revoke_certificates(session, member.id, reason, now)
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
    held = hold_with_cases(session, member)
    if member.kind == kind:
        return []
    member.kind = kind
    revoke_certificates(session, member.id, reason, now)
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
    closed = [each for each in cases if each.process_id != PROCESS]
    enrolments = [each for each in cases if each.process_id == PROCESS]
    left = _leave_classes(session, engine, enrolments, member=member, reason=reason, by=by, now=now)
    for case in closed:
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
    return [*closed, *left]


def _leave_classes(
    session: Session,
    engine: Engine,
    cases: Sequence[Case],
    *,
    member: Member,
    reason: str,
    by: Actor,
    now: datetime,
) -> Sequence[Case]:
    """Cancel the sign-ups of somebody for classes that are still to come and not for him."""
    found = session.execute(
        select(Case, Enrolment, TrainingClass)
        .join(Enrolment, Enrolment.case_id == Case.id)
        .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
        .where(Case.id.in_([each.id for each in cases]))
        # Their places are given away one after another: everybody holds classes in this order.
        .order_by(TrainingClass.id)
    ).all()
    left = []
    for case, enrolment, training_class in found:
        is_for_him = member.state == "active" and member.kind in training_class.audience
        if training_class.has_begun(now) or is_for_him:
            continue
        note(session, engine, case_id=case.id, kind=CANCELLED_EVENT, by=by, now=now, text=reason)
        key = str(enrolment.id)
        send_message(
            session, engine, case_id=case.id, name=CANCELLED_EVENT, key=key, by=by, now=now
        )
        left.append(case)
    return left


def hold_with_cases(session: Session, member: Member) -> Sequence[Case]:
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
