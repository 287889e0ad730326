"""The list of cases: found by number, name, status, or because they stand still."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from web import current
from web.cases.blueprint import bp
from web.inbox.addresses import read_position, write_position
from web.numbers import small_int
from web.staff import get_staff_person
from web.words import name_office, name_offices
from workflows.inbox.orders import Position
from workflows.shared.access import SYSTEM, Viewer, can, check, overseen_associations
from workflows.shared.application_kinds import list_applications
from workflows.shared.case_search import (
    STATES,
    CaseFilters,
    CasePosition,
    count_incidents,
    list_cases,
    list_offices,
)
from workflows.shared.seasons import list_years
from workflows.shared.statuses import LABELS


@bp.get("")
def index() -> ResponseReturnValue:
    """List the cases that the person may see; a script may ask for the list alone."""
    viewer = get_staff_person().viewer
    check(viewer, "see_cases", SYSTEM)
    with current.engine().database.read() as session:
        found = _describe_page(session, viewer, _read_filters())
        if request.headers.get("HX-Target") == "cases":
            return render_template("cases/_cases.html", **found)
        offices = list_offices(session, viewer)
        years = list_years(session)
    return render_template(
        "cases/index.html",
        **found,
        statuses=list(LABELS),
        states=STATES,
        kinds=[each.code for each in list_applications()],
        years=years,
        offices=[{"id": each.id, "name": name_office(each)} for each in offices],
        can_rule=can(viewer, "rule_years", SYSTEM),
    )


def _read_filters() -> CaseFilters:
    given = request.args
    state, status = given.get("state", ""), given.get("status", "")
    return CaseFilters(
        text=given.get("q", "").strip()[:100],
        kind=given.get("kind", "")[:40],
        state=state if state in STATES else "",
        status=status if status in LABELS else "",
        year=given.get("year", type=small_int),
        association_id=given.get("office", type=small_int),
        has_incident=given.get("incident") == "1",
    )


def _write_filters(filters: CaseFilters) -> dict[str, Any]:
    said = {
        "q": filters.text,
        "kind": filters.kind,
        "state": filters.state,
        "status": filters.status,
        "year": str(filters.year or ""),
        "office": str(filters.association_id or ""),
        "incident": "1" if filters.has_incident else "",
    }
    return {name: value for name, value in said.items() if value}


def _describe_page(session: Session, viewer: Viewer, filters: CaseFilters) -> dict[str, Any]:
    after = _read_position(request.args.get("after", ""))
    page = list_cases(session, viewer, filters, after=after)
    stuck = count_incidents(session, page.cases)
    kept = _write_filters(filters)
    offices = name_offices(session, [each.association_id for each in page.cases])
    return {
        "filters": filters,
        "cases": [
            {
                "address": url_for("cases.show", case_id=each.id),
                "name": each.subject_name,
                "number": each.subject_no,
                "kind": each.kind,
                "office": offices.get(each.association_id, ""),
                "year": each.year,
                "round": each.round,
                "state": each.state,
                "status": each.status,
                "incidents": stuck.get(each.id, 0),
                "updated_at": each.updated_at,
            }
            for each in page.cases
        ],
        "is_filtered": filters != CaseFilters(),
        "has_offices": len(overseen_associations(viewer)) > 1,
        "next_page": page.next and url_for("cases.index", **kept, after=_write(page.next)),
        "first_page": after and url_for("cases.index", **kept),
        "everything": url_for("cases.index"),
    }


def _read_position(text: str) -> CasePosition | None:
    position = read_position(text)
    return None if position is None else CasePosition(position.at, position.id)


def _write(position: CasePosition) -> str:
    return write_position(Position(None, position.updated_at, position.id))
