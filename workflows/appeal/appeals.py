"""Starting an appeal: who may, until when, and who decides it."""

from datetime import date, datetime, timedelta
from typing import Annotated, TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case, find_open_case, get_case
from engine.engine import Engine
from engine.errors import Conflict, Rejected
from engine.language import N_
from engine.lifecycle import start_case
from engine.signatures import Named
from workflows.shared.applications import find_deciding_office
from workflows.shared.associations import get_association
from workflows.shared.beginnings import Beginning
from workflows.shared.concerns import add_concern
from workflows.shared.dates import local_date
from workflows.shared.register import Member
from workflows.shared.results import YearlyResult, find_result
from workflows.shared.seasons import find_season_of_year
from workflows.shared.subjects import subject_of_member
from workflows.shared.vocabulary import MemberId, Year

PROCESS = "appeal"
REFUSED = "not_passed"
DAYS = 30


class Variables(TypedDict):
    """What the diagram of an appeal knows from the beginning."""

    member_id: MemberId
    year: Year
    decided_case_id: Annotated[str, Named(N_("Case appealed against"))]


BEGINNING = Beginning(PROCESS, Variables)
"""How long one may appeal where no season says it."""


class NothingToAppeal(Conflict):
    """The year was not refused, or its decision was taken back meanwhile."""

    message = N_("There is no decision for %(year)s that can be appealed against.")


class AppealTooLate(Rejected):
    """The days for an appeal are over."""

    message = N_("You could appeal until %(date)s.")


class AlreadyAppealed(Conflict):
    """One appeals once against a decision."""

    message = N_("You have appealed against this decision already.")


def business_key(*, year: int, member_no: str) -> str:
    """The key under which one appeal at a time is about a member's year."""
    return f"{PROCESS}:{year}:{member_no}"


def find_appeal(session: Session, *, result: YearlyResult) -> Case | None:
    """The appeal against a result as it stands: the open one, else what became of it."""
    return session.scalar(
        select(Case)
        .where(
            Case.process_id == PROCESS,
            Case.subject_kind == "member",
            Case.subject_id == result.member_id,
            Case.year == result.year,
            Case.started_at >= result.decided_at,
            Case.status != "abandoned",
        )
        .order_by(Case.id.desc())
        .limit(1)
    )


def last_day_to_appeal(session: Session, *, result: YearlyResult) -> date:
    """Until when one may appeal: the season's days after the decision."""
    season = find_season_of_year(session, association_id=result.association_id, year=result.year)
    days = DAYS if season is None else season.appeal_days
    return local_date(result.decided_at) + timedelta(days=days)


def check_may_appeal(session: Session, *, member: Member, year: int, now: datetime) -> YearlyResult:
    """Check that a member may send an appeal now, but for one that lives.

    Raises NothingToAppeal, AppealTooLate.
    """
    result = find_result(session, member_id=member.id, year=year)
    if result is None or result.status != REFUSED or result.case_id is None:
        raise NothingToAppeal(year=year)
    last = last_day_to_appeal(session, result=result)
    if local_date(now) > last:
        raise AppealTooLate(date=last)
    return result


def start_appeal(
    session: Session, engine: Engine, *, member: Member, year: int, by: Actor, now: datetime
) -> Case:
    """Start a member's appeal against a year's result, or give the one that lives.

    Raises what `check_may_appeal` raises, AlreadyAppealed, CaseAlreadyOpen for the second of
    two clicks at once.
    """
    key = business_key(year=year, member_no=member.number)
    live = find_open_case(session, key)
    if live is not None:
        return live
    result = check_may_appeal(session, member=member, year=year, now=now)
    if find_appeal(session, result=result) is not None:
        raise AlreadyAppealed
    # The check has seen that there is a case.
    decided = get_case(session, result.case_id)  # type: ignore[arg-type]
    case = start_case(
        session,
        engine,
        process_id=PROCESS,
        business_key=key,
        subject=subject_of_member(member, association_id=find_appeal_office(session, decided)),
        variables={"member_id": member.id, "year": year, "decided_case_id": str(decided.id)},
        by=by,
        now=now,
        year=year,
    )
    add_concern(session, case=case, concerned=decided)
    return case


def find_appeal_office(session: Session, decided: Case) -> int | None:
    """Who decides an appeal: the association above the one that decided last, else that one."""
    office = find_deciding_office(session, decided)
    if office is None:
        return None
    return get_association(session, office).parent_id or office
