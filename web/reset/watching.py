"""The desktop's page: it waits for the phone, then for what comes of it, and moves on by itself."""

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.cases import get_case
from web import current, visiting
from web.reset.blueprint import bp
from web.reset.ends import show_end
from web.security import for_visitors
from workflows.shared.hand_overs import Watched, find_watched, show_hand_over
from workflows.shared.visits import VisitOver

WAITING = "waiting"


def show() -> ResponseReturnValue:
    """The page of a browser whose visit went to a phone; raises VisitOver if none did."""
    watched = _find_watched()
    if watched is None:
        raise VisitOver
    if watched.case.state == "open":
        return render_template("reset/waiting.html", watch=WAITING)
    with current.engine().database.read() as session:
        return show_end(session, watched.case, is_elsewhere=True)


@bp.get("/watch/<seen>")
@for_visitors
def watch(seen: str) -> ResponseReturnValue:
    """Tell a page that waits to load again once there is something else to see."""
    if _find_mark() == seen:
        return Response(status=204)
    if request.headers.get("HX-Request") == "true":
        return Response(status=200, headers={"HX-Redirect": url_for("reset.show")})
    return Response(status=204)


@bp.errorhandler(VisitOver)
def begin_again(error: VisitOver) -> ResponseReturnValue:
    """Say that the visit is over; a desktop whose visit went to a phone waits for it instead."""
    if _find_watched() is not None:
        return redirect(url_for("reset.show"))
    if request.headers.get("HX-Request") == "true":
        return Response(status=204, headers={"HX-Redirect": url_for("reset.start")})
    response = make_response(render_template("reset/over.html", sentence=str(error)), 422)
    response.delete_cookie(visiting.COOKIE)
    return response


def mark(scan: dict[str, Any] | Any) -> str:
    """What of a QR code's page may change without anybody doing anything on it."""
    state = "scanned" if scan["is_scanned"] else "shown"
    return f"{state}-{'live' if scan['code'] else 'over'}"


def _find_mark() -> str:
    visit = visiting.find_own_visit()
    if visit is None or visit.case_id is None:
        watched = _find_watched()
        return WAITING if watched is not None and watched.case.state == "open" else ""
    engine = current.engine()
    with engine.database.read() as session:
        case = get_case(session, visit.case_id)
        return mark(show_hand_over(session, engine, case=case, now=current.now()))


def _find_watched() -> Watched | None:
    token = request.cookies.get(visiting.COOKIE)
    if not token:
        return None
    with current.engine().database.read() as session:
        return find_watched(session, token)
