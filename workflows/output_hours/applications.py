"""An application for hours: started, withdrawn, listed and read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
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
from workflows.output_hours.kinds import PROCESS, REVIEW, STATE
from workflows.output_hours.limits import hundredths
from workflows.shared.applications import values_sent
from workflows.shared.beginnings import Beginning
from workflows.shared.register import Member, NotAMember
from workflows.shared.subjects import subject_of_member
from workflows.shared.vocabulary import MemberId, MemberKey

BEGUN = "draft"


class Variables(TypedDict):
    """What the diagram of an application for hours knows from the beginning."""

    member_id: MemberId
    member_key: MemberKey


BEGINNING = Beginning(PROCESS, Variables)


class NotWithdrawable(Conflict):
    """It was decided a moment before, or was never sent."""

    message = N_("This application can no longer be withdrawn: it is not with the association.")


@dataclass(frozen=True)
class Claim:
    """What a member states of a piece of work; `hours` in hundredths."""

    output_kind: str
    title: str
    finished_date: date
    hours: int

    @property
    def year(self) -> int:
        """The year that its hours count for: the one in which it was finished."""
        return self.finished_date.year


def start_application(
    session: Session, engine: Engine, *, member: Member, by: Actor, now: datetime
) -> Case:
    """Begin an application for hours, or give the one that is begun and was not sent yet.

    A member may have several with his association. The case has no year: settling the inspection
    of a year does not close what may bring hours for it. Raises NotAMember, CaseAlreadyOpen for
    the second of two clicks at once.
    """
    obstacle = find_obstacle(member)
    if obstacle is not None:
        raise obstacle
    of_member = _cases_of(member.id)
    begun = session.scalar(of_member.where(Case.state == "open", Case.status == BEGUN).limit(1))
    if begun is not None:
        return begun
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


def find_obstacle(member: Member) -> HuijiError | None:
    """Why a member cannot apply for hours; None when he can."""
    return None if member.state == "active" else NotAMember()


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


def find_claim(session: Session, vault: Vault, *, case: Case) -> Claim | None:
    """What was stated last in an application; None while nothing was sent."""
    sent = values_sent(session, vault, case=case, kind=PROCESS).get(STATE)
    return None if sent is None else read_claim(sent)


def read_claim(values: Mapping[str, Any]) -> Claim | None:
    """The claim in the form's values; None where they do not make one."""
    if not values.get("finished_date") or not values.get("output_kind"):
        return None
    return Claim(
        output_kind=str(values["output_kind"]),
        title=str(values.get("title") or ""),
        finished_date=date.fromisoformat(str(values["finished_date"])),
        hours=hundredths(values.get("hours_claimed")),
    )


def _cases_of(member_id: int) -> Select[Case]:
    return select(Case).where(
        Case.process_id == PROCESS, Case.subject_kind == "member", Case.subject_id == member_id
    )
