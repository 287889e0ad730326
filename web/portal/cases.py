"""What a member's pages say of his applications."""

from collections.abc import Sequence
from uuid import UUID

from flask import current_app, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import Case, get_case
from engine.language import _
from engine.tasks import Task
from web.sessions import Person
from workflows.member_certificate.kinds import PROCESS as CERTIFICATE
from workflows.output_hours.kinds import PROCESS as OUTPUT_HOURS
from workflows.profile_change.kinds import PROCESS as PROFILE_CHANGE
from workflows.shared.access import check
from workflows.shared.application_kinds import find_application, get_application, list_applications

SENT = frozenset({"in_review", "in_second_review", "awaiting_agreement"})
"""Where an application is with the association: it cannot be changed."""


def list_cases(session: Session, *, member_id: int) -> Sequence[Case]:
    """A member's applications, of all kinds that are listed, the last year first."""
    listed = [kind.code for kind in list_applications() if kind.is_listed]
    return session.scalars(
        select(Case)
        .where(
            Case.subject_kind == "member",
            Case.subject_id == member_id,
            Case.kind.in_(listed),
        )
        .order_by(Case.year.desc(), Case.id.desc())
    ).all()


def get_own_case(session: Session, person: Person, case_id: UUID, action: str = "see") -> Case:
    """A case that this person may do something to; for everybody else there is none."""
    case = get_case(session, case_id)
    check(person.viewer, action, case)
    return case


def address_of(case: Case) -> str:
    """Where a case is shown in which nothing is to be done by its member."""
    endpoint = get_application(case.kind).member_endpoint
    if current_app.url_map.is_endpoint_expecting(endpoint, "year"):
        return url_for(endpoint, year=case.year)
    return url_for(endpoint, case_id=case.id)


def is_listed(case: Case) -> bool:
    """Whether a case stands among its member's applications."""
    kind = find_application(case.kind)
    return kind is not None and kind.is_listed


def has_own_page(case: Case) -> bool:
    """Whether the page of a case shows its member what to do, too: its steps have none."""
    return case.kind == CERTIFICATE


def describe_way_back(case: Case) -> dict[str, str]:
    """The page from which a case's step is come to, and what it is called."""
    if is_listed(case):
        address, words = url_for("applications.index"), _("Applications for inspection")
    elif case.kind == PROFILE_CHANGE:
        address, words = url_for("profile.show"), _("My information")
    elif case.kind == OUTPUT_HOURS:
        address, words = url_for("output_hours.index"), _("Hours for output")
    else:
        address = url_for("results.show", year=case.year)
        words = _("Inspection %(year)s", year=case.year)
    return {"address": address, "words": words}


def find_trail_address(session: Session, case_id: UUID | None) -> str:
    """Where the way of the application is shown that a year was decided by, if one did."""
    case = None if case_id is None else session.get(Case, case_id)
    if case is None or not is_listed(case):
        return ""
    return url_for("applications.trail", case_id=case.id)


def find_own_task(session: Session, case: Case) -> Task | None:
    """The step that the member himself is at, or None."""
    return session.scalars(
        select(Task)
        .where(Task.case_id == case.id, Task.state == "open", Task.lane == case.subject_kind)
        .order_by(Task.opened_at.desc())
        .limit(1)
    ).one_or_none()


def find_case_of_year(session: Session, *, member_id: int, year: int) -> Case | None:
    """What may make a year's result: the open one, else the last one that was not abandoned."""
    found = [
        each
        for each in list_cases(session, member_id=member_id)
        if each.year == year and get_application(each.kind).result
    ]
    live = [each for each in found if each.state == "open"]
    ended = [each for each in found if each.status != "abandoned"]
    return next(iter(live or ended), None)
