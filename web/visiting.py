"""Who visits without being signed in: the visit behind the cookie, looked up once a request."""

from flask import Response, g, request

from web import current
from workflows.shared.visits import IDLE, Visit, VisitOver, find_visit, note_step

COOKIE = "huiji_visit"
PHONES = ("Mobile", "Android", "iPhone", "HarmonyOS", "MicroMessenger")


def find_own_visit() -> Visit | None:
    """The visit of this browser, or None."""
    if "visit" not in g:
        token = request.cookies.get(COOKIE)
        g.visit = None
        if token:
            with current.engine().database.read() as session:
                g.visit = find_visit(session, token, now=current.now())
    found: Visit | None = g.visit
    return found


def get_own_visit() -> Visit:
    """The visit of this browser; raises VisitOver."""
    found = find_own_visit()
    if found is None:
        raise VisitOver
    return found


def check_not_over() -> None:
    """Tell somebody whose visit is over what happened; raises VisitOver.

    A page that begins a visit needs none: it says so in its form.
    """
    if COOKIE in request.cookies and "begins_visit" not in request.form:
        get_own_visit()


def live_on(visit: Visit) -> None:
    """Something was done in the visit: half an hour begins anew."""
    with current.engine().database.transaction() as session:
        note_step(session, visit_id=visit.id, now=current.now())


def set_cookie(response: Response, token: str) -> Response:
    """Let the browser keep the token of its visit."""
    g.pop("visit", None)
    response.set_cookie(
        COOKIE,
        token,
        # It may come back to read what became of it.
        max_age=int(2 * IDLE.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=current.settings().is_https,
    )
    return response


def is_phone() -> bool:
    """Whether the browser is one of a phone, as it says itself."""
    said = request.headers.get("Sec-CH-UA-Mobile")
    return said == "?1" or any(each in request.user_agent.string for each in PHONES)
