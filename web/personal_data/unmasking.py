"""Asking to see a person's data, with a reason; covering them again."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.cases import Case, get_case
from engine.errors import NotFound
from web import current
from web.inbox.addresses import kept_filters
from web.inbox.tasks import WINDOW, is_for
from web.personal_data.blueprint import bp
from web.staff import get_staff_person
from workflows.personal_data.unmasking import LASTS, LONGEST_REASON, ReasonNeeded, cover, unmask
from workflows.shared.access import Viewer, check, check_case
from workflows.shared.register import ERASED, get_member


@bp.get("/cases/<uuid:case_id>")
def ask(case_id: UUID) -> ResponseReturnValue:
    """Ask why somebody needs to see the data of the member whom a case is about."""
    viewer = get_staff_person().viewer
    with current.engine().database.read() as session:
        case = _get_case(session, viewer, case_id)
        check(viewer, "unmask", get_member(session, case.subject_id))
        return _draw(case)


@bp.post("/cases/<uuid:case_id>")
def show(case_id: UUID) -> ResponseReturnValue:
    """Let the person see the data for some minutes; the trail says so."""
    viewer = get_staff_person().viewer
    try:
        with current.engine().database.transaction() as session:
            unmask(
                session,
                current.engine(),
                case=_get_case(session, viewer, case_id),
                viewer=viewer,
                reason=request.form.get("reason", ""),
                address=current.address(),
                now=current.now(),
            )
    except ReasonNeeded as error:
        with current.engine().database.read() as session:
            return _draw(_get_case(session, viewer, case_id), str(error)), 422
    return redirect(_back(case_id))


@bp.post("/cases/<uuid:case_id>/cover")
def cover_again(case_id: UUID) -> ResponseReturnValue:
    """Cover the data before the time is up."""
    viewer = get_staff_person().viewer
    with current.engine().database.transaction() as session:
        case = _get_case(session, viewer, case_id)
        cover(session, viewer=viewer, holder=get_member(session, case.subject_id))
    return redirect(_back(case_id))


def _get_case(session: Session, viewer: Viewer, case_id: UUID) -> Case:
    case = get_case(session, case_id)
    check_case(session, viewer, case)
    if case.subject_kind != "member" or get_member(session, case.subject_id).state == ERASED:
        raise NotFound
    return case


def _back(case_id: UUID) -> str:
    """The page from which one came: a task's with the filters of its list, or the case's."""
    try:
        task_id = UUID(request.args.get("task", ""))
    except ValueError:
        return url_for("cases.show", case_id=case_id)
    return url_for("inbox.show", task_id=task_id, **kept_filters())


def _draw(case: Case, problem: str = "") -> str:
    return render_template(
        "personal_data/_ask.html" if is_for(WINDOW) else "personal_data/ask.html",
        whose={"name": case.subject_name, "number": case.subject_no},
        action=request.full_path.rstrip("?"),
        reason=request.form.get("reason", ""),
        longest=LONGEST_REASON,
        minutes=int(LASTS.total_seconds() // 60),
        problem=problem,
        back_address=_back(case.id),
    )
