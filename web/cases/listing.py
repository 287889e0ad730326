"""The list of cases: found by number, name, status, or because they stand still."""

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from web import current
from web.cases.blueprint import bp
from web.numbers import small_int
from web.staff import get_staff_person
from workflows.shared.access import SYSTEM, Viewer, can, check
from workflows.shared.case_search import STATES, CaseFilters, count_incidents, list_cases
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
    return render_template(
        "cases/index.html",
        **found,
        statuses=list(LABELS),
        states=STATES,
        can_rule=can(viewer, "rule_years", SYSTEM),
    )


def _read_filters() -> CaseFilters:
    given = request.args
    state, status = given.get("state", ""), given.get("status", "")
    return CaseFilters(
        text=given.get("q", "").strip()[:100],
        state=state if state in STATES else "",
        status=status if status in LABELS else "",
        year=given.get("year", type=small_int),
        has_incident=given.get("incident") == "1",
    )


def _write_filters(filters: CaseFilters) -> dict[str, Any]:
    said = {
        "q": filters.text,
        "state": filters.state,
        "status": filters.status,
        "year": str(filters.year or ""),
        "incident": "1" if filters.has_incident else "",
    }
    return {name: value for name, value in said.items() if value}


def _describe_page(session: Session, viewer: Viewer, filters: CaseFilters) -> dict[str, Any]:
    after = _read_key(request.args.get("after", ""))
    page = list_cases(session, viewer, filters, after=after)
    stuck = count_incidents(session, page.cases)
    kept = _write_filters(filters)
    return {
        "filters": filters,
        "cases": [
            {
                "address": url_for("cases.show", case_id=each.id),
                "name": each.subject_name,
                "number": each.subject_no,
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
        "next_page": page.next and url_for("cases.index", **kept, after=page.next),
        "first_page": after and url_for("cases.index", **kept),
        "everything": url_for("cases.index"),
    }


def _read_key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
