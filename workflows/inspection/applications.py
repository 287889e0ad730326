"""Starting and withdrawing an inspection's application."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NotRequired, TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case, find_open_case, hold_case
from engine.engine import Engine
from engine.errors import Conflict, HuijiError, Rejected
from engine.language import N_
from engine.lifecycle import start_case
from engine.message_events import send_message
from engine.signatures import Named
from engine.tasks import Task
from workflows.inspection.policies import CannotWithdraw, check_may_apply
from workflows.shared.applications import REVIEW, is_decided
from workflows.shared.beginnings import Beginning
from workflows.shared.dates import local_date
from workflows.shared.fees import fee_key
from workflows.shared.register import Member
from workflows.shared.results import YearlyResult, find_result
from workflows.shared.seasons import Season, find_season
from workflows.shared.subjects import subject_of_member
from workflows.shared.vocabulary import (
    ApplicationCode,
    AssociationId,
    CommitmentVersion,
    MemberId,
    MemberKey,
    SeasonId,
    Year,
)

PROCESS = "inspection"


class Variables(TypedDict):
    """What the diagram of an inspection knows from the beginning.

    What stands last is there only where a case begins anew after its decision was taken back.
    """

    member_id: MemberId
    member_no: Annotated[str, Named(N_("Membership number"))]
    member_key: MemberKey
    year: Year
    season_id: SeasonId
    association_id: AssociationId
    fee_key: Annotated[str, Named(N_("Key of the fee"), N_("By which payments find the case."))]
    commitment_version: CommitmentVersion
    deferral_commitment_version: CommitmentVersion
    begins_at: NotRequired[Annotated[str, Named(N_("Where the case begins"))]]
    kind: NotRequired[ApplicationCode]
    last_decision: NotRequired[Annotated[str | None, Named(N_("Last decision"))]]


BEGINNING = Beginning(PROCESS, Variables)


def business_key(*, year: int, member_no: str) -> str:
    """The key under which a member has one live case a year."""
    return f"{PROCESS}:{year}:{member_no}"


@dataclass(frozen=True)
class _Found:
    """What a member's next application depends on."""

    season: Season | None
    live: Case | None
    result: YearlyResult | None


def find_obstacle(session: Session, *, member: Member, now: datetime) -> HuijiError | None:
    """Why the member cannot start an inspection now; None when he can, or when one lives."""
    found = _look(session, member=member, now=now)
    if found.live is not None:
        return None
    try:
        check_may_apply(member=member, season=found.season, result=found.result, now=now)
    except (Rejected, Conflict) as error:
        return error
    return None


def start_inspection(
    session: Session, engine: Engine, *, member: Member, by: Actor, now: datetime
) -> Case:
    """Start the current season's inspection of a member, or give the one that lives.

    Raises what `check_may_apply` raises.
    """
    found = _look(session, member=member, now=now)
    if found.live is not None:
        return found.live
    season = check_may_apply(member=member, season=found.season, result=found.result, now=now)
    return start_case(
        session,
        engine,
        process_id=PROCESS,
        business_key=business_key(year=season.year, member_no=member.number),
        subject=subject_of_member(member),
        variables=variables_of(member, season),
        by=by,
        now=now,
        year=season.year,
        kind=PROCESS,
    )


def variables_of(member: Member, season: Season) -> Variables:
    """What the diagram of a member's inspection knows from the beginning."""
    return {
        "member_id": member.id,
        "member_no": member.number,
        "member_key": str(member.id),
        "year": season.year,
        "season_id": season.id,
        "association_id": member.association_id,
        "fee_key": fee_key(member.id, season.year),
        "commitment_version": 0,
        "deferral_commitment_version": 0,
    }


def can_withdraw(session: Session, case: Case) -> bool:
    """Whether an application is with the association and nobody has decided anything of it."""
    waits = select(Task.id).where(
        Task.case_id == case.id, Task.element_id == REVIEW, Task.state == "open"
    )
    return session.scalar(waits) is not None and not is_decided(session, case=case)


def withdraw(session: Session, engine: Engine, *, case: Case, by: Actor, now: datetime) -> None:
    """撤回: take an application back while nobody has decided anything of it.

    Raises CannotWithdraw, also when a decision came a moment before; CaseIsOver.
    """
    key = str(case.subject_id)
    case = hold_case(session, case.id)
    if not can_withdraw(session, case) or not send_message(
        session, engine, case_id=case.id, name="withdrawn", key=key, by=by, now=now
    ):
        raise CannotWithdraw


def _look(session: Session, *, member: Member, now: datetime) -> _Found:
    season = find_season(session, association_id=member.association_id, day=local_date(now))
    if season is None:
        return _Found(None, None, None)
    key = business_key(year=season.year, member_no=member.number)
    live = find_open_case(session, key)
    result = None if live else find_result(session, member_id=member.id, year=season.year)
    return _Found(season, live, result)
