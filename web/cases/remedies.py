"""撤销结论 and 重新开放: a manager takes a decision back, or opens a closed case anew."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.cases import Case, get_case
from engine.errors import Rejected
from engine.language import _
from web import current
from web.cases.blueprint import bp
from web.staff import get_staff_person
from workflows.inspection.revoking import (
    LastDayPast,
    NotClosed,
    NothingToRevoke,
    ReasonMissing,
    can_reopen,
    can_revoke,
    reopen,
    revoke,
)
from workflows.shared import access
from workflows.shared.access import Viewer, can, check
from workflows.shared.dates import local_date

LONGEST_REASON = 1000
USUAL = timedelta(days=15)
"""How long a member has by default to send what was opened for him again."""


@bp.get("/<uuid:case_id>/revoke")
def ask_to_revoke(case_id: UUID) -> ResponseReturnValue:
    """Ask for the reason, and say what follows."""
    with current.engine().database.read() as session:
        case = _get_revocable(session, case_id)
        if not can_revoke(session, case):
            raise NothingToRevoke
        return _draw(case, is_reopening=False)


@bp.post("/<uuid:case_id>/revoke")
def revoke_decision(case_id: UUID) -> ResponseReturnValue:
    """Take the decision back; the case returns to review."""
    person, engine = get_staff_person(), current.engine()
    try:
        with engine.database.transaction() as session:
            _get_revocable(session, case_id)
            revoke(
                session,
                engine,
                case_id=case_id,
                reason=_read_reason(),
                by=person.actor,
                now=current.now(),
            )
    except ReasonMissing as error:
        return _draw_again(case_id, error, is_reopening=False)
    flash(_("The decision is revoked: the case is in review again."), "success")
    return redirect(url_for("cases.show", case_id=case_id))


@bp.get("/<uuid:case_id>/reopen")
def ask_to_reopen(case_id: UUID) -> ResponseReturnValue:
    """Ask for the reason and the last day."""
    with current.engine().database.read() as session:
        case = _get_reopenable(session, case_id)
        if not can_reopen(session, case):
            raise NotClosed
        return _draw(case, is_reopening=True)


@bp.post("/<uuid:case_id>/reopen")
def reopen_closed(case_id: UUID) -> ResponseReturnValue:
    """Open a closed case anew; the member goes on with it."""
    person, engine = get_staff_person(), current.engine()
    try:
        with engine.database.transaction() as session:
            _get_reopenable(session, case_id)
            reopen(
                session,
                engine,
                case_id=case_id,
                reason=_read_reason(),
                until_date=_read_day(),
                by=person.actor,
                now=current.now(),
            )
    except (ReasonMissing, LastDayPast) as error:
        return _draw_again(case_id, error, is_reopening=True)
    flash(_("The case is open again; the member is told."), "success")
    return redirect(url_for("cases.show", case_id=case_id))


def find_addresses(session: Session, viewer: Viewer, case: Case) -> dict[str, str]:
    """Where the viewer may take a case's decision back or open it anew; empty where he may not."""
    found = {"revoke_address": "", "reopen_address": ""}
    if can_revoke(session, case) and access.can_revoke(session, viewer, case):
        found["revoke_address"] = url_for("cases.ask_to_revoke", case_id=case.id)
    if can(viewer, "reopen", case) and can_reopen(session, case):
        found["reopen_address"] = url_for("cases.ask_to_reopen", case_id=case.id)
    return found


def _get_revocable(session: Session, case_id: UUID) -> Case:
    case = get_case(session, case_id)
    access.check_revoke(session, get_staff_person().viewer, case)
    return case


def _get_reopenable(session: Session, case_id: UUID) -> Case:
    case = get_case(session, case_id)
    check(get_staff_person().viewer, "reopen", case)
    return case


def _read_reason() -> str:
    return request.form.get("reason", "").strip()[:LONGEST_REASON]


def _read_day() -> date:
    try:
        return date.fromisoformat(request.form.get("until", ""))
    except ValueError:
        raise LastDayPast from None


def _draw_again(case_id: UUID, problem: Rejected, *, is_reopening: bool) -> ResponseReturnValue:
    with current.engine().database.read() as session:
        case = get_case(session, case_id)
        return _draw(case, is_reopening=is_reopening, problem=problem), 422


def _draw(case: Case, *, is_reopening: bool, problem: Rejected | None = None) -> str:
    today = local_date(current.now())
    shown: dict[str, Any] = {
        "name": case.subject_name,
        "number": case.subject_no,
        "year": case.year,
        "status": case.status,
        "address": url_for("cases.show", case_id=case.id),
    }
    return render_template(
        "cases/remedy.html",
        case=shown,
        is_reopening=is_reopening,
        problem=str(problem or ""),
        wrong_field="until" if isinstance(problem, LastDayPast) else "reason",
        reason=request.form.get("reason", ""),
        until=request.form.get("until", (today + USUAL).isoformat()),
        earliest=today.isoformat(),
        longest=LONGEST_REASON,
    )
