"""Which HTTP status belongs to which error, and the page that says it."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from engine.errors import Conflict, HuijiError, NotAllowed, NotFound, Rejected
from engine.language import N_, _
from web.limits import TooManyAttempts
from web.sessions import SignInNeeded
from web.turns import Busy
from workflows.payment.provider import ProviderAway
from workflows.shared.channels import ChannelAway

View = TypeVar("View", bound=Callable[..., Any])

STATUSES: dict[type[HuijiError], int] = {
    NotFound: 404,
    NotAllowed: 403,
    Conflict: 409,
    Rejected: 422,
    TooManyAttempts: 429,
    ChannelAway: 503,
    ProviderAway: 503,
    Busy: 503,
}

TITLES = {
    400: N_("The request was not understood"),
    403: N_("Not allowed"),
    404: N_("Page not found"),
    405: N_("Page not found"),
    409: N_("This has changed in the meantime"),
    413: N_("Too big"),
    422: N_("This cannot be accepted"),
    429: N_("Too many attempts"),
    500: N_("Something went wrong here"),
    503: N_("Not reachable at the moment"),
}

SENTENCES = {
    400: N_("Go back, load the page again and try once more."),
    404: N_("There is nothing at this address, or you may not see it."),
    413: N_("What you sent is bigger than may be sent here."),
    500: N_("Nothing of what you sent was lost or half done. Please try again in a moment."),
}

SIGN_IN_AGAIN = N_("You are no longer signed in. Sign in in another window, then go on here.")


def status_of(error: HuijiError) -> int:
    """The HTTP status of an error."""
    for kind in type(error).__mro__:
        if kind in STATUSES:
            return STATUSES[kind]
    return 422


def answers_json(view: View) -> View:
    """Let a view be called by a script: what goes wrong is `{"message": …}`, not a page."""
    view.answers_json = True  # type: ignore[attr-defined]
    return view


def init_app(app: Flask) -> None:
    """Answer every error with a page that says what to do."""
    app.register_error_handler(SignInNeeded, _send_to_sign_in)
    app.register_error_handler(HuijiError, _refuse)
    app.register_error_handler(HTTPException, _answer)
    app.register_error_handler(500, _apologise)


def _send_to_sign_in(_error: SignInNeeded) -> ResponseReturnValue:
    if _is_for_scripts():
        return {"message": _(SIGN_IN_AGAIN)}, 401
    back = request.full_path.rstrip("?") if request.method == "GET" else request.path
    address = url_for("signin.sign_in", next=back)
    if request.headers.get("HX-Request") == "true":
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _refuse(error: HuijiError) -> ResponseReturnValue:
    return _page(status_of(error), str(error))


def _answer(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    sentence = SENTENCES.get(status, N_("This did not work."))
    return _page(404 if status == 405 else status, _(sentence))


def _apologise(_error: Exception) -> ResponseReturnValue:
    return _page(500, _(SENTENCES[500]))


def _page(status: int, sentence: str) -> ResponseReturnValue:
    if _is_for_scripts():
        return {"message": sentence}, status
    title = _(TITLES.get(status, TITLES[400]))
    if request.headers.get("HX-Request") == "true":
        return render_template("partials/refused.html", title=title, sentence=sentence), status
    return render_template("error.html", title=title, sentence=sentence), status


def _is_for_scripts() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "answers_json", False)
