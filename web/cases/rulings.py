"""特殊状态处理: a manager finds a member's years and begins to settle one by hand."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import Case, CaseAlreadyOpen
from engine.language import _
from engine.tasks import Task
from web import current
from web.cases.blueprint import bp
from web.numbers import small_int
from web.staff import get_staff_person
from web.words import name_office
from workflows.ruling.rulings import NeverInspected, check_decider, list_years, start_ruling
from workflows.shared.access import SYSTEM, Viewer, can, check
from workflows.shared.associations import get_association
from workflows.shared.register import (
    NON_PRACTISING,
    Member,
    MemberNotFound,
    find_member_by_number,
    get_member,
)
from workflows.shared.results import list_results
from workflows.shared.years import list_open_cases

NUMBER_LENGTH = 12


@bp.get("/rulings")
def rulings() -> ResponseReturnValue:
    """Ask for a member's number, and show his years to choose from."""
    viewer = get_staff_person().viewer
    check(viewer, "rule_years", SYSTEM)
    number = request.args.get("number", "").strip()[:NUMBER_LENGTH]
    with current.engine().database.read() as session:
        member = _find_member(session, viewer, number) if number else None
        problem = ""
        if number and member is None:
            problem = _("No member of your association has this number.")
        elif member is not None and member.kind != NON_PRACTISING:
            problem, member = str(NeverInspected()), None
        page = render_template(
            "cases/rulings.html",
            number=number,
            problem=problem,
            member=member and _describe_member(session, member),
        )
    return page, 422 if problem else 200


@bp.post("/rulings")
def start_to_rule() -> ResponseReturnValue:
    """Begin to settle a member's year; where that is under way, go on with it."""
    person, engine = get_staff_person(), current.engine()
    number = request.form.get("number", "").strip()[:NUMBER_LENGTH]
    year = request.form.get("year", type=small_int) or 0
    try:
        with engine.database.transaction() as session:
            member = _find_member(session, person.viewer, number)
            if member is None:
                raise MemberNotFound
            check_decider(session, person.viewer, member=member, year=year)
            case_id = start_ruling(
                session, engine, member=member, year=year, by=person.actor, now=current.now()
            ).id
    except CaseAlreadyOpen as known:
        # Two clicks at once: both saw none, one was faster.
        case_id = known.case_id
    with engine.database.read() as session:
        task_id = session.scalar(
            select(Task.id).where(Task.case_id == case_id, Task.state == "open").limit(1)
        )
    if task_id is None:
        return redirect(url_for("cases.show", case_id=case_id))
    return redirect(url_for("inbox.show", task_id=task_id))


def find_address(session: Session, viewer: Viewer, case: Case) -> str:
    """Where the viewer may settle the years of a case's member; empty where he may not."""
    if case.subject_kind != "member":
        return ""
    member = get_member(session, case.subject_id)
    return url_for("cases.rulings", number=member.number) if can(viewer, "rule", member) else ""


def _find_member(session: Session, viewer: Viewer, number: str) -> Member | None:
    """A member whose years the viewer may settle; of others he learns nothing."""
    found = find_member_by_number(session, number)
    return found if found is not None and can(viewer, "rule", found) else None


def _describe_member(session: Session, member: Member) -> dict[str, Any]:
    results = {each.year: each for each in list_results(session, member_id=member.id)}
    years = list_years(session, member=member)
    return {
        "name": member.name,
        "number": member.number,
        "association": name_office(get_association(session, member.association_id)),
        "years": [
            {
                "year": year,
                "status": results[year].status if year in results else "",
                "open": [
                    {"kind": each.kind, "status": each.status}
                    for each in list_open_cases(session, member_id=member.id, year=year)
                ],
            }
            for year in years
        ],
    }
