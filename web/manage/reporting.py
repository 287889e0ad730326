"""财务上报: a year's reporting opened, and how far the accounts number_cw of the firms are."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import Conflict, NotFound, Rejected
from engine.language import _
from web import current
from web.manage.blueprint import bp
from web.manage.places import get_viewer_of_management
from web.numbers import small_int
from web.words import name_office
from workflows.finance_accounts.models import ReportingOpening
from workflows.finance_accounts.openings import (
    count_accounts,
    list_openings,
    open_reporting,
)
from workflows.finance_accounts.progress import count_progress, list_unreached
from workflows.shared.access import Viewer, can, check, managed_associations
from workflows.shared.associations import Association
from workflows.shared.dates import local_date


@bp.get("/reporting", endpoint="list_reporting")
def show_reporting() -> ResponseReturnValue:
    """Show the years that were opened, and what opening the next one means."""
    viewer = get_viewer_of_management()
    with current.engine().database.read() as session:
        return _draw(session, viewer, _find_office(session, viewer))


@bp.post("/reporting")
def open_year() -> ResponseReturnValue:
    """Open a year: asked first, because every password of last year ends."""
    viewer = get_viewer_of_management()
    year = request.form.get("year", 0, type=small_int)
    with current.engine().database.read() as session:
        office = _find_office(session, viewer)
        check(viewer, "open_reporting", office)
        if "confirmed" not in request.form:
            return _draw(session, viewer, office, asked=year)
    try:
        with current.engine().database.transaction() as session:
            open_reporting(
                session, association_id=office.id, year=year, viewer=viewer, now=current.now()
            )
    except (Rejected, Conflict) as error:
        with current.engine().database.read() as session:
            return _draw(session, viewer, office, problem=str(error)), 422
    flash(_("Financial reporting for %(year)s is open; the accounts are being reset.", year=year))
    return redirect(url_for("manage.list_reporting", office=office.id))


def _draw(
    session: Session,
    viewer: Viewer,
    office: Association,
    *,
    asked: int | None = None,
    problem: str = "",
) -> str:
    offices = _list_offices(session, viewer)
    openings = [
        _describe(session, each) for each in list_openings(session, association_id=office.id)
    ]
    return render_template(
        "manage/reporting.html",
        office={"id": office.id, "name": name_office(office)},
        offices=[{"id": each.id, "name": name_office(each)} for each in offices],
        openings=openings,
        is_busy=any(each["due"] for each in openings),
        accounts=count_accounts(session, office.id),
        can_open=can(viewer, "open_reporting", office),
        year=local_date(current.now()).year if asked is None else asked,
        is_asked=asked is not None,
        problem=problem,
    )


def _describe(session: Session, opening: ReportingOpening) -> dict[str, Any]:
    progress = count_progress(session, opening)
    return {
        "year": opening.year,
        "opened_at": opening.opened_at,
        "total": progress.total,
        "due": progress.due,
        "done": progress.done,
        "sent": progress.sent,
        "nowhere": progress.nowhere,
        "activated": progress.activated,
        "unreached": list_unreached(session, opening) if progress.nowhere else [],
    }


def _find_office(session: Session, viewer: Viewer) -> Association:
    """The association that was asked for, else the first that the viewer sees."""
    offices = _list_offices(session, viewer)
    wanted = request.values.get("office", type=small_int)
    found = next((each for each in offices if wanted in (None, each.id)), None)
    if found is None:
        raise NotFound
    return found


def _list_offices(session: Session, viewer: Viewer) -> list[Association]:
    """The associations of the viewer that have firms: provinces."""
    found = [session.get_one(Association, each) for each in sorted(managed_associations(viewer))]
    return [each for each in found if each.level != "municipal"] or found
