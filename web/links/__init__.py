"""The page that a one-time link opens.

The address of a link is left at once: its token goes into a cookie of these pages and out of
the address, so that neither the history nor a referrer keeps it. Looking changes nothing, so
programs that look at links before people do use none up.
"""

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

from engine.errors import Rejected
from engine.language import _
from web import current, sessions, visiting
from web.account import PasswordsDiffer
from web.languages import spoken
from web.limits import check_rate
from workflows.paper_password_reset import receipts
from workflows.paper_password_reset.states import describe_state
from workflows.shared import one_time_links
from workflows.shared.accounts import get_account
from workflows.shared.one_time_links import LinkNotValid
from workflows.shared.resets import find_task_of_visitor
from workflows.shared.sign_in import ADDRESS_WINDOW

bp = Blueprint("links", __name__, url_prefix="/l")
blueprints = (bp,)

COOKIE = "huiji_link"
LONGEST = 100
PER_ADDRESS = 60


@bp.get("/<token>")
def follow(token: str) -> ResponseReturnValue:
    """Take the token out of the address; whether it is one is not looked at here."""
    response = make_response(redirect(url_for("links.show")))
    response.set_cookie(
        COOKIE,
        token[:LONGEST],
        path=bp.url_prefix,
        max_age=3600,
        httponly=True,
        samesite="Lax",
        secure=current.settings().is_https,
    )
    return response


@bp.get("")
def show() -> ResponseReturnValue:
    """Show what the link is for, or say that it serves no more."""
    check_rate("link", limit=PER_ADDRESS, window=ADDRESS_WINDOW)
    try:
        response = make_response(_draw([]))
    except LinkNotValid as error:
        return _refuse(error)
    if sessions.has_cookie() and sessions.find_person() is None:
        # A session that is over must not send who has a link to the sign-in page.
        response.delete_cookie(sessions.COOKIE)
    return response


@bp.post("")
def use() -> ResponseReturnValue:
    """Set the password that was typed twice, or go on with the application."""
    check_rate("link", limit=PER_ADDRESS, window=ADDRESS_WINDOW)
    typed = request.form
    try:
        if "come_back" in typed:
            return _come_back()
        if typed.get("new", "") != typed.get("again", ""):
            raise PasswordsDiffer
        account = one_time_links.set_password(
            current.engine(),
            token=_token(),
            password=typed.get("new", ""),
            address=current.address(),
            now=current.now(),
        )
    except LinkNotValid as error:
        return _refuse(error)
    except Rejected as error:
        field = "again" if isinstance(error, PasswordsDiffer) else "new"
        try:
            return _draw([(field, str(error))]), 422
        except LinkNotValid as gone:
            return _refuse(gone)
    flash(_("Your new password is set. Please sign in with it."), "success")
    response = make_response(redirect(url_for("signin.sign_in")))
    person = sessions.find_person()
    if person is not None and person.account_id == account.id:
        response.delete_cookie(sessions.COOKIE)
    return _forget(response)


def _come_back() -> ResponseReturnValue:
    """Give this browser the application that the link is of; raises LinkNotValid."""
    with current.engine().database.transaction() as session:
        opened = receipts.come_back(
            session,
            current.engine(),
            token=_token(),
            address=current.address(),
            is_phone=visiting.is_phone(),
            now=current.now(),
        )
    if opened is None:
        return redirect(url_for("links.show"))
    response = make_response(redirect(url_for("paper_reset.show")))
    return _forget(visiting.set_cookie(response, opened.token))


def _draw(problems: list[tuple[str, str]]) -> str:
    """The page of a live link; raises LinkNotValid."""
    engine = current.engine()
    with engine.database.read() as session:
        link = one_time_links.open_link(session, engine.vault, _token(), now=current.now())
        if link.purpose == "receipt":
            case = receipts.look_at_receipt(session, engine, _token(), now=current.now())
            if find_task_of_visitor(session, case.id) is None:
                told = describe_state(session, engine, case, language=spoken())
                return render_template("paper_reset/state.html", **told)
            return render_template("links/receipt.html", status=case.status)
        account = get_account(session, link.account_id or 0)
        login, name = account.login, account.name
    return render_template(
        "links/password.html",
        login=login,
        name=name,
        is_first=link.purpose == "activation",
        problems=problems,
    )


def _refuse(error: LinkNotValid) -> ResponseReturnValue:
    page = render_template("links/not_valid.html", sentence=str(error))
    return _forget(make_response(page, 410))


def _forget(response: Response) -> Response:
    response.delete_cookie(COOKIE, path=bp.url_prefix)
    return response


def _token() -> str:
    return request.cookies.get(COOKIE, "")
