"""Starting a ruling: a manager says whose year he means."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case, find_open_case, get_case
from engine.engine import Engine
from engine.errors import NotAllowed, Rejected
from engine.language import N_
from engine.lifecycle import start_case
from engine.tasks import Task
from workflows.shared.access import Viewer
from workflows.shared.applications import find_deciding_office
from workflows.shared.associations import get_association, ids_above
from workflows.shared.beginnings import Beginning
from workflows.shared.register import NON_PRACTISING, Member
from workflows.shared.results import find_result, list_results
from workflows.shared.seasons import Season
from workflows.shared.subjects import subject_of_member
from workflows.shared.vocabulary import MemberId, Year

PROCESS = "ruling"


class Variables(TypedDict):
    """What the diagram of a ruling knows from the beginning."""

    member_id: MemberId
    year: Year


BEGINNING = Beginning(PROCESS, Variables)


class NeverInspected(Rejected):
    """The register keeps no yearly results of such people."""

    message = N_("Only non-practising members have yearly results.")


class NoSuchYear(Rejected):
    """No season and no result of this year concern the member."""

    message = N_("There is no inspection for %(year)s that concerns this member.")


class DecidedAbove(NotAllowed):
    """A higher association decided this year."""

    message = N_("%(office)s decided this year: only its managers can settle it.")


def business_key(*, year: int, member_no: str) -> str:
    """The key under which one ruling at a time is about a member's year."""
    return f"{PROCESS}:{year}:{member_no}"


def list_years(session: Session, *, member: Member) -> Sequence[int]:
    """The years that can be settled: of his association's seasons and of his results."""
    above = ids_above(session, member.association_id)
    seasons = session.scalars(select(Season.year).where(Season.association_id.in_(above)))
    results = list_results(session, member_id=member.id)
    return sorted({*seasons, *(each.year for each in results)}, reverse=True)


def check_decider(session: Session, viewer: Viewer, *, member: Member, year: int) -> None:
    """See that the viewer manages whoever decided a year; raises DecidedAbove."""
    result = find_result(session, member_id=member.id, year=year)
    if result is None or result.case_id is None:
        return
    office_id = find_deciding_office(session, get_case(session, result.case_id))
    if office_id is not None and not viewer.has("manage", office_id):
        raise DecidedAbove(office=get_association(session, office_id).name)


def start_ruling(
    session: Session, engine: Engine, *, member: Member, year: int, by: Actor, now: datetime
) -> Case:
    """Start a ruling on a member's year, or give the one that lives.

    Its first step is handed to who starts it. Raises NeverInspected, NoSuchYear.
    """
    if member.kind != NON_PRACTISING:
        raise NeverInspected
    if year not in list_years(session, member=member):
        raise NoSuchYear(year=year)
    key = business_key(year=year, member_no=member.number)
    live = find_open_case(session, key)
    if live is not None:
        return live
    case = start_case(
        session,
        engine,
        process_id=PROCESS,
        business_key=key,
        subject=subject_of_member(member),
        variables={"member_id": member.id, "year": year},
        by=by,
        now=now,
        year=year,
    )
    session.execute(
        update(Task)
        .where(Task.case_id == case.id, Task.state == "open")
        .values(assigned_to=by.id, assigned_at=now)
    )
    return case
