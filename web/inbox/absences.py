"""Being away 休假: a person's own days, and for managers those of his people."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Rejected
from engine.language import _
from web import current
from web.inbox.blueprint import bp
from web.numbers import small_int
from web.staff import get_staff_person
from workflows.inbox.absences import end_absence, list_absences, set_absence
from workflows.shared.access import SYSTEM, WORKING, Viewer, check
from workflows.shared.accounts import STAFF, Account, StaffDuty
from workflows.shared.actor_names import name_accounts
from workflows.shared.associations import ids_above
from workflows.shared.dates import local_date


@bp.get("/absence")
def absence() -> ResponseReturnValue:
    """Show who is away, and ask for further days."""
    return _draw(_check())


@bp.post("/absence")
def add_absence() -> ResponseReturnValue:
    """Say that somebody is away."""
    viewer = _check()
    typed = request.form
    from_date, until_date = _read_date("from"), _read_date("until")
    if from_date is None or until_date is None:
        return _draw(viewer, _("Say the first and the last day.")), 422
    try:
        with current.engine().database.transaction() as session:
            set_absence(
                session,
                account_id=typed.get("account", type=small_int) or viewer.account_id,
                from_date=from_date,
                until_date=until_date,
                cover_id=typed.get("cover", type=small_int),
                viewer=viewer,
                now=current.now(),
            )
    except Rejected as error:
        return _draw(viewer, str(error)), 422
    flash(_("The days are noted."), "success")
    return redirect(url_for("inbox.absence"))


@bp.post("/absence/<int:absence_id>/end")
def stop_absence(absence_id: int) -> ResponseReturnValue:
    """Say that somebody is back, or does not go at all."""
    viewer = _check()
    with current.engine().database.transaction() as session:
        end_absence(session, absence_id=absence_id, viewer=viewer, now=current.now())
    flash(_("The absence is over."), "success")
    return redirect(url_for("inbox.absence"))


def _check() -> Viewer:
    viewer = get_staff_person().viewer
    check(viewer, "see_inbox", SYSTEM)
    return viewer


def _draw(viewer: Viewer, problem: str = "") -> str:
    with current.engine().database.read() as session:
        return render_template("inbox/absence.html", **_describe(session, viewer), problem=problem)


def _describe(session: Session, viewer: Viewer) -> dict[str, Any]:
    today = local_date(current.now())
    found = list_absences(session, viewer, today=today)
    names = name_accounts(
        session, [key for each in found for key in (each.account_id, each.cover_id)]
    )
    people = _list_people(session, viewer)
    managed = sorted(viewer.duties.get("manage", ()))
    typed = request.form
    return {
        "absences": [
            {
                "name": names[each.account_id],
                "is_own": each.account_id == viewer.account_id,
                "from_date": each.from_date,
                "until_date": each.until_date,
                "cover": names.get(each.cover_id or 0, ""),
                "has_begun": each.from_date <= today,
                "end_address": url_for("inbox.stop_absence", absence_id=each.id),
            }
            for each in found
        ],
        "people": _list_people(session, viewer, below=managed) if managed else [],
        "covers": people,
        "me": viewer.account_id,
        "today": today.isoformat(),
        "typed": {name: typed.get(name, "") for name in ("account", "from", "until", "cover")},
    }


def _list_people(
    session: Session, viewer: Viewer, *, below: list[int] | None = None
) -> list[dict[str, Any]]:
    """Those who work where the viewer does (or above), or those whom he manages."""
    if below is None:
        own = viewer.association_id
        where = ids_above(session, own) if own is not None else []
        # What is below an association is worked on by its people too.
        wanted = sorted({*where, *(each for ids in viewer.duties.values() for each in ids)})
    else:
        wanted = below
    rows = session.execute(
        select(Account.id, Account.name)
        .join(StaffDuty, StaffDuty.account_id == Account.id)
        .where(
            StaffDuty.association_id.in_(wanted),
            StaffDuty.duty.in_(WORKING),
            Account.user_type == STAFF,
            Account.is_active,
        )
        .distinct()
        .order_by(Account.name, Account.id)
    )
    return [{"id": row.id, "name": row.name} for row in rows]


def _read_date(name: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None
