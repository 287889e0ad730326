"""The second step of the staff's sign-in: a code of an authenticator app, or setting one up."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from engine.errors import HuijiError, Rejected
from web import current, sessions
from web.addresses import local_address
from web.codes import picture_of
from workflows.shared import second_steps
from workflows.shared.half_sign_ins import LIFE
from workflows.shared.second_steps import Device, HalfSignInOver, SecondStep
from workflows.shared.sign_in import HalfSignedIn, SignedIn
from workflows.shared.totp import describe_secret

COOKIE = "huiji_half"

bp = Blueprint("second_step", __name__, url_prefix="/sign-in/second-step")


@bp.get("")
def show() -> ResponseReturnValue:
    """Ask for a code, or have the app set up first."""
    try:
        return _page(_find())
    except HalfSignInOver as error:
        return _begin_again(error)


@bp.post("")
def open_session() -> ResponseReturnValue:
    """Open the session of who has the right code."""
    try:
        opened = second_steps.pass_second_step(
            current.engine(), _token(), typed=_typed(), device=device(), now=current.now()
        )
    except HalfSignInOver as error:
        return _begin_again(error)
    except Rejected as error:
        return _page(_find(), error), 422
    return open_browser(redirect(local_address(request.args.get("next"))), opened)


@bp.post("/set-up")
def set_up() -> ResponseReturnValue:
    """Set the app up with its first code, open the session and say the recovery codes once."""
    try:
        opened, codes = second_steps.set_up_second_step(
            current.engine(), _token(), typed=_typed(), device=device(), now=current.now()
        )
    except HalfSignInOver as error:
        return _begin_again(error)
    except Rejected as error:
        return _page(_find(), error), 422
    page = render_template(
        "signin/recovery_codes.html", codes=codes, next=local_address(request.args.get("next"))
    )
    return open_browser(make_response(page), opened)


def go_on(half: HalfSignedIn, next_address: str) -> Response:
    """Let the browser keep the half-open sign-in and go to the second step."""
    response = make_response(redirect(url_for("second_step.show", next=next_address or None)))
    response.set_cookie(
        COOKIE,
        half.token,
        max_age=int(LIFE.total_seconds()),
        path="/sign-in",
        httponly=True,
        samesite="Lax",
        secure=current.settings().is_https,
    )
    return response


def open_browser(response: Any, opened: SignedIn) -> Response:
    """Let the browser keep its new session; the one it had before is over."""
    before = sessions.find_person()
    if before is not None:
        sessions.end(before)
    response = make_response(response)
    response.delete_cookie(COOKIE, path="/sign-in")
    return sessions.set_cookie(response, opened.token)


def device() -> Device:
    """Where the request comes from, and how long a session lives."""
    return Device(current.address(), request.user_agent.string, current.settings().session_length)


def draw_offer(secret: str, login: str) -> dict[str, str]:
    """What a page shows of a secret to set an app up with: a QR code, and letters to type."""
    groups = " ".join(secret[begin : begin + 4] for begin in range(0, len(secret), 4))
    return {"picture": picture_of(describe_secret(secret, login=login)), "letters": groups}


def _find() -> SecondStep:
    engine = current.engine()
    with engine.database.read() as session:
        return second_steps.find_second_step(session, engine.vault, _token(), now=current.now())


def _page(step: SecondStep, error: HuijiError | None = None) -> str:
    return render_template(
        "signin/second_step.html",
        offer=draw_offer(step.offered, step.login) if step.offered else None,
        login=step.login,
        problems=[("code", str(error))] if error else [],
        next=request.args.get("next", ""),
    )


def _begin_again(error: HalfSignInOver) -> ResponseReturnValue:
    flash(str(error), "warning")
    response = make_response(
        redirect(url_for("signin.sign_in", next=request.args.get("next") or None))
    )
    response.delete_cookie(COOKIE, path="/sign-in")
    return response


def _token() -> str:
    return request.cookies.get(COOKIE, "")


def _typed() -> str:
    return request.form.get("code", "")[:40]
