"""密码重置申请表: the mail address and telephone that an association's form names."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.language import _
from web import current
from web.manage.blueprint import bp
from web.manage.places import get_viewer_of_management
from web.numbers import small_int
from web.words import name_office
from workflows.paper_password_reset.offices import ContactNotRight, find_own, save_office
from workflows.shared.access import Viewer, managed_associations
from workflows.shared.associations import Association

PARTS = ("email", "telephone")


@bp.get("/paper-resets", endpoint="list_paper_resets")
def show_paper_resets() -> ResponseReturnValue:
    """Show what the form of an association names."""
    viewer = get_viewer_of_management()
    with current.engine().database.read() as session:
        office = _find_office(session, viewer)
        named = find_own(session, office.id)
        return _draw(session, viewer, office, {each: getattr(named, each) for each in PARTS})


@bp.post("/paper-resets")
def keep_paper_resets() -> ResponseReturnValue:
    """Keep what was typed, or say what is wrong with it."""
    viewer = get_viewer_of_management()
    typed = {each: request.form.get(each, "")[:200] for each in PARTS}
    with current.engine().database.read() as session:
        office = _find_office(session, viewer)
    try:
        with current.engine().database.transaction() as session:
            save_office(
                session, association_id=office.id, viewer=viewer, now=current.now(), **typed
            )
    except ContactNotRight as error:
        with current.engine().database.read() as session:
            return _draw(session, viewer, office, typed, problem=str(error)), 422
    flash(_("Saved."), "success")
    return redirect(url_for("manage.list_paper_resets", office=office.id))


def _draw(
    session: Session,
    viewer: Viewer,
    office: Association,
    values: dict[str, str],
    *,
    problem: str = "",
) -> str:
    offices = [session.get_one(Association, each) for each in sorted(managed_associations(viewer))]
    return render_template(
        "manage/paper_resets.html",
        office={"id": office.id, "name": name_office(office)},
        offices=[{"id": each.id, "name": name_office(each)} for each in offices],
        values=values,
        problem=problem,
        can_change=viewer.has("manage", office.id) or viewer.has("admin", office.id),
    )


def _find_office(session: Session, viewer: Viewer) -> Association:
    """The association that was asked for, else the first that the viewer sees."""
    known = sorted(managed_associations(viewer))
    wanted = request.values.get("office", type=small_int) or min(known, default=0)
    if wanted not in known:
        raise NotFound
    return session.get_one(Association, wanted)
