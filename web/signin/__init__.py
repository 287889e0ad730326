"""The way in and out."""

import json
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import HuijiError
from engine.language import _
from web import current, sessions
from web.addresses import local_address
from web.navigation import USER_TYPES
from web.puzzle import PuzzleNotSolved
from web.sign_in_puzzle import check_sign_in_puzzle, set_sign_in_puzzle
from web.signin import second_steps
from workflows.shared import sign_in as signing
from workflows.shared.accounts import MEMBER
from workflows.shared.sign_in import HalfSignedIn, SignInLocked, SignInRefused

bp = Blueprint("signin", __name__)
blueprints = (bp, second_steps.bp)


@bp.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Show the form; who is signed in already goes on."""
    if sessions.find_person() is not None:
        return redirect(local_address(request.args.get("next")))
    response = make_response(_page(next_address=request.args.get("next", "")))
    # The cookie of a session that is over would keep the form from being sent.
    response.delete_cookie(sessions.COOKIE)
    return response


@bp.post("/sign-in")
def open_session() -> ResponseReturnValue:
    """Open a session, or say that something was wrong, never what."""
    typed = request.form
    try:
        check_sign_in_puzzle()
        opened = signing.sign_in(
            current.engine(),
            user_type=typed.get("kind", ""),
            login=typed.get("account", ""),
            password=typed.get("password", ""),
            address=current.address(),
            user_agent=request.user_agent.string,
            length=current.settings().session_length,
            now=current.now(),
            staff_need_second_step=current.settings().staff_need_second_step,
        )
    except (SignInRefused, SignInLocked, PuzzleNotSolved) as error:
        return _page(error, next_address=typed.get("next", "")), 422
    if isinstance(opened, HalfSignedIn):
        return second_steps.go_on(opened, typed.get("next", ""))
    return second_steps.open_browser(redirect(local_address(typed.get("next"))), opened)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this session on the server and in the browser."""
    person = sessions.find_person()
    if person is not None:
        sessions.end(person)
    response = make_response(redirect(url_for("signin.sign_in")))
    response.delete_cookie(sessions.COOKIE)
    return response


@bp.get("/forgotten-password")
def forgotten() -> ResponseReturnValue:
    """Lead to where a password is reset."""
    return redirect(url_for("reset.start"))


def _page(error: HuijiError | None = None, *, next_address: str) -> str:
    return render_template(
        "signin/sign_in.html",
        kinds=[(kind, _(words)) for kind, words in USER_TYPES.items()],
        chosen=request.form.get("kind", MEMBER),
        account=request.form.get("account", ""),
        problems=[("account" if isinstance(error, SignInRefused) else None, str(error))]
        if error
        else [],
        next=next_address,
        puzzle=set_sign_in_puzzle(),
        demo=_read_demo(),
    )


def _read_demo() -> dict[str, Any]:
    """The demo's accounts, where `huiji demo` left their list; never in production."""
    settings = current.settings()
    if not settings.is_development or not settings.demo_list.is_file():
        return {}
    found: dict[str, Any] = json.loads(settings.demo_list.read_text())
    return found
