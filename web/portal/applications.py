"""非执业会员年检申请: a member's applications, from the first click to what became of them."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.language import _
from web import current
from web.portal import cases
from web.sessions import get_member_person
from workflows.shared.statuses import LABELS

bp = Blueprint("applications", __name__, url_prefix="/applications")


@bp.get("")
def index() -> ResponseReturnValue:
    """List the applications, filtered by year and status."""
    _person, member_id = get_member_person()
    year, status = request.args.get("year", type=int), request.args.get("status", "")
    with current.engine().database.read() as session:
        found = cases.list_cases(session, member_id=member_id)
        shown = [
            describe(session, each)
            for each in found
            if year in (None, each.year) and status in ("", each.status)
        ]
    return render_template(
        "portal/applications.html",
        applications=shown,
        years=sorted({each.year for each in found if each.year}, reverse=True),
        statuses=[code for code in LABELS if any(each.status == code for each in found)],
        year=year,
        chosen=status,
        is_filtered=bool(found),
        can_start=True,
        not_open="",
    )


@bp.get("/<uuid:case_id>")
def open_application(case_id: UUID) -> ResponseReturnValue:
    """Lead to where the application stands: its open step, else what was sent."""
    person, _member_id = get_member_person()
    with current.engine().database.read() as session:
        case = cases.get_own_case(session, person, case_id)
        task = cases.find_own_task(session, case)
    if task is not None:
        return redirect(url_for("tasks.show", task_id=task.id))
    return redirect(url_for("applications.sent", case_id=case_id))


def describe(session: Session, case: Case) -> dict[str, object]:
    """A row of the list with what can be done next."""
    return {
        "id": case.id,
        "year": case.year,
        "kind": case.kind,
        "status": case.status,
        "round": case.round,
        "updated_at": case.updated_at,
        "actions": list_actions(case, has_task=cases.find_own_task(session, case) is not None),
    }


def list_actions(case: Case, *, has_task: bool) -> list[dict[str, str]]:
    """What a member can do with an application now, the first thing first."""
    actions = []
    if has_task:
        words = _("Apply again") if case.status == "returned" else _("Go on")
        address = url_for("applications.open_application", case_id=case.id)
        actions.append({"words": words, "address": address})
    if case.status in cases.SENT and case.state == "open":
        actions.append(
            {
                "words": _("Show as sent"),
                "address": url_for("applications.sent", case_id=case.id),
            }
        )
        actions.append(
            {"words": _("Withdraw"), "address": url_for("applications.withdraw", case_id=case.id)}
        )
    if case.state != "open":
        actions.append(
            {"words": _("View"), "address": url_for("applications.sent", case_id=case.id)}
        )
    actions.append(
        {
            "words": _("Approval status"),
            "address": url_for("applications.trail", case_id=case.id),
        }
    )
    return actions
