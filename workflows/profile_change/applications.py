"""An application for a change of the register: started, withdrawn, listed and read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case, hold_case
from engine.engine import Engine
from engine.errors import Conflict, HuijiError
from engine.language import N_
from engine.lifecycle import start_case
from engine.message_events import send_message
from engine.tasks import Task
from engine.vault import Vault
from workflows.profile_change.kinds import ITEMS, PROCESS, REVIEW, STATE
from workflows.shared.applications import values_sent
from workflows.shared.beginnings import Beginning
from workflows.shared.register import Member, NotAMember
from workflows.shared.subjects import subject_of_member
from workflows.shared.supervision import OwnedElsewhere, owned_fields
from workflows.shared.vocabulary import MemberId, MemberKey


class Variables(TypedDict):
    """What the diagram of a change of the register knows from the beginning."""

    member_id: MemberId
    member_key: MemberKey


BEGINNING = Beginning(PROCESS, Variables)


class NotWithdrawable(Conflict):
    """It was decided a moment before, or was never sent."""

    message = N_("This application can no longer be withdrawn: it is not with the association.")


def start_change(
    session: Session, engine: Engine, *, member: Member, by: Actor, now: datetime
) -> Case:
    """Begin an application, or give the one that is open: a member has one at a time.

    Raises NotAMember, OwnedElsewhere, CaseAlreadyOpen for the second of two clicks at once.
    """
    obstacle = find_obstacle(engine, member)
    if obstacle is not None:
        raise obstacle
    live = find_open_change(session, member_id=member.id)
    if live is not None:
        return live
    of_member = _cases_of(member.id)
    count = session.scalar(select(func.count()).select_from(of_member.subquery())) or 0
    return start_case(
        session,
        engine,
        process_id=PROCESS,
        business_key=f"{PROCESS}:{member.number}:{count + 1}",
        subject=subject_of_member(member),
        variables={"member_id": member.id, "member_key": str(member.id)},
        by=by,
        now=now,
        kind=PROCESS,
    )


def find_obstacle(engine: Engine, member: Member) -> HuijiError | None:
    """Why a member cannot apply for a change; None when he can."""
    if member.state != "active":
        return NotAMember()
    return OwnedElsewhere() if owned_fields(engine, member) else None


def find_open_change(session: Session, *, member_id: int) -> Case | None:
    """A member's application that is under way, or None."""
    return session.scalar(
        _cases_of(member_id).where(Case.state == "open").order_by(Case.started_at.desc()).limit(1)
    )


def list_applications(session: Session, *, member_id: int) -> Sequence[Case]:
    """A member's applications, the last one first."""
    return session.scalars(_cases_of(member_id).order_by(Case.started_at.desc(), Case.id)).all()


def can_withdraw(session: Session, case: Case) -> bool:
    """Whether an application waits for its decision."""
    waits = select(Task.id).where(
        Task.case_id == case.id, Task.element_id == REVIEW, Task.state == "open"
    )
    return session.scalar(waits) is not None


def withdraw(session: Session, engine: Engine, *, case: Case, by: Actor, now: datetime) -> None:
    """撤回: take an application back before it is decided; its member changes it.

    Raises NotWithdrawable, also when a decision came a moment before; CaseIsOver.
    """
    key = str(case.subject_id)
    held = hold_case(session, case.id)
    if not can_withdraw(session, held) or not send_message(
        session, engine, case_id=held.id, name="withdrawn", key=key, by=by, now=now
    ):
        raise NotWithdrawable


def find_stated(session: Session, vault: Vault, *, case: Case) -> Mapping[str, Any] | None:
    """What was stated last in an application; None while nothing was sent."""
    return values_sent(session, vault, case=case, kind=PROCESS).get(STATE)


def list_items(values: Mapping[str, Any]) -> list[str]:
    """The items that the form's values are to change, in their order."""
    chosen = values.get("items") or []
    return [each for each in ITEMS if each in chosen]


def read_wanted(values: Mapping[str, Any]) -> dict[str, str]:
    """What the form's values want the register to say, by field."""
    return {
        name: str(values.get(name) or "").strip()
        for item in list_items(values)
        for name in ITEMS[item]
    }


def _cases_of(member_id: int) -> Select[Case]:
    return select(Case).where(
        Case.process_id == PROCESS, Case.subject_kind == "member", Case.subject_id == member_id
    )
