"""Saved views: filters under a name, above the list and on a page of their own."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import Rejected
from engine.language import _
from web import current
from web.inbox.addresses import read_filters, write_filters
from web.inbox.blueprint import bp
from web.inbox.tasks import WINDOW, is_for
from web.numbers import small_int
from web.staff import get_staff_person
from workflows.inbox import queries, views
from workflows.inbox.queries import Filters
from workflows.inbox.views import LONGEST_NAME, SavedView, may_change
from workflows.shared.access import SYSTEM, Viewer, check
from workflows.shared.actor_names import name_accounts


@bp.get("/enter")
def enter() -> ResponseReturnValue:
    """Lead to the view with which the person's inbox opens."""
    viewer = _check()
    with current.engine().database.read() as session:
        first = views.find_first_view(session, viewer)
    return redirect(_address(first) if first else url_for("inbox.index"))


@bp.get("/views")
def list_views() -> ResponseReturnValue:
    """Show the person's views, to rename, share, order and delete them."""
    return _draw(_check())


@bp.get("/views/strip")
def count_views() -> ResponseReturnValue:
    """The views above the list with how much is in each; the page asks for it when it is there."""
    viewer = _check()
    with current.engine().database.read() as session:
        described = describe(session, viewer, _read_current(), has_counts=True)
        return render_template("inbox/_views.html", **described)


@bp.get("/views/new")
def ask_name() -> ResponseReturnValue:
    """Ask for the name under which the filters of the list are to be kept."""
    _check()
    return _draw_new(_read_current())


@bp.post("/views")
def save_view() -> ResponseReturnValue:
    """Keep filters under a name."""
    viewer = _check()
    filters = read_filters(request.form.get("query", ""))
    try:
        with current.engine().database.transaction() as session:
            view = views.save_view(
                session,
                viewer=viewer,
                name=request.form.get("name", ""),
                query=urlencode(write_filters(filters)),
                is_shared="shared" in request.form,
                now=current.now(),
            )
    except Rejected as error:
        return _draw_new(filters, str(error)), 422
    flash(_("The view %(name)s is kept.", name=view.name), "success")
    return redirect(_address(view))


@bp.post("/views/<int:view_id>")
def change_view(view_id: int) -> ResponseReturnValue:
    """Name a view anew, share it or not."""
    viewer = _check()
    try:
        with current.engine().database.transaction() as session:
            views.change_view(
                session,
                view_id=view_id,
                viewer=viewer,
                name=request.form.get("name", ""),
                is_shared="shared" in request.form,
            )
    except Rejected as error:
        return _draw(viewer, str(error), wrong_id=view_id), 422
    flash(_("The view was changed."), "success")
    return redirect(url_for("inbox.list_views"))


@bp.post("/views/<int:view_id>/move")
def move_view(view_id: int) -> ResponseReturnValue:
    """Put a view before or behind its neighbour."""
    viewer = _check()
    with current.engine().database.transaction() as session:
        up = request.form.get("way") == "up"
        views.move_view(session, view_id=view_id, viewer=viewer, up=up)
    return redirect(url_for("inbox.list_views"))


@bp.post("/views/<int:view_id>/delete")
def delete_view(view_id: int) -> ResponseReturnValue:
    """Forget a view."""
    viewer = _check()
    with current.engine().database.transaction() as session:
        views.delete_view(session, view_id=view_id, viewer=viewer)
    flash(_("The view was deleted."), "success")
    return redirect(url_for("inbox.list_views"))


@bp.post("/views/begin")
def begin_with() -> ResponseReturnValue:
    """Open the inbox with a view from now on; without one, with everything."""
    viewer = _check()
    with current.engine().database.transaction() as session:
        view_id = request.form.get("view", type=small_int)
        views.begin_with(session, viewer=viewer, view_id=view_id)
    return redirect(url_for("inbox.list_views"))


def describe(
    session: Session, viewer: Viewer, filters: Filters, *, has_counts: bool = False
) -> dict[str, Any]:
    """The views above the list; which of them is looked at, and how much is in each."""
    found = views.list_views(session, viewer)
    kept = write_filters(filters)
    return {
        "views": [
            {
                "name": each.name,
                "address": _address(each),
                "is_here": write_filters(read_filters(each.query)) == kept,
                "is_own": each.account_id == viewer.account_id,
                "count": _count(session, viewer, each) if has_counts else None,
            }
            for each in found
        ],
        "can_keep": bool(kept),
        "keep_address": url_for("inbox.ask_name", **kept),
        "has_counts": has_counts,
    }


def _count(session: Session, viewer: Viewer, view: SavedView) -> str:
    counts = queries.count_kinds(session, viewer, read_filters(view.query), now=current.now())
    kind = read_filters(view.query).kind
    return queries.say_count(counts.get(kind, 0) if kind else queries.add_up(counts.values()))


def _check() -> Viewer:
    viewer = get_staff_person().viewer
    check(viewer, "see_inbox", SYSTEM)
    return viewer


def _read_current() -> Filters:
    """The filters of the list that a script shows, else of the address itself."""
    shown = request.headers.get("HX-Current-URL", "")
    return read_filters(urlsplit(shown).query) if shown else read_filters()


def _address(view: SavedView) -> str:
    return url_for("inbox.index", **write_filters(read_filters(view.query)))


def _draw_new(filters: Filters, problem: str = "") -> str:
    kept = write_filters(filters)
    return render_template(
        "inbox/_view_new.html" if is_for(WINDOW) else "inbox/view_new.html",
        query=urlencode(kept),
        name=request.form.get("name", ""),
        is_shared="shared" in request.form,
        longest=LONGEST_NAME,
        problem=problem,
        back_address=url_for("inbox.index", **kept),
    )


def _draw(viewer: Viewer, problem: str = "", *, wrong_id: int | None = None) -> str:
    with current.engine().database.read() as session:
        found = views.list_views(session, viewer)
        first = views.find_first_view(session, viewer)
        names = name_accounts(session, [each.account_id for each in found])
    own = [each.id for each in found if each.account_id == viewer.account_id]
    return render_template(
        "inbox/views.html",
        views=[
            {
                "id": each.id,
                "name": request.form.get("name", "") if each.id == wrong_id else each.name,
                "address": _address(each),
                "is_shared": each.is_shared,
                "is_own": each.id in own,
                "by": names[each.account_id],
                "is_first": first is not None and each.id == first.id,
                "may_change": may_change(viewer, each),
                "can_rise": each.id in own[1:],
                "can_sink": each.id in own[:-1],
            }
            for each in found
        ],
        begins_with_all=first is None,
        longest=LONGEST_NAME,
        problem=problem,
        wrong_id=wrong_id,
    )
