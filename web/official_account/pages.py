"""绑定用户 for those who know their password, and the menu's way to 找回密码."""

from typing import Any

from flask import (
    Blueprint,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from engine.actors import SYSTEM
from engine.errors import HuijiError, NotFound, Rejected
from engine.language import N_, _
from web import current, sessions
from web.navigation import USER_TYPES
from web.official_account import reader
from web.official_account.reader import ReaderNeeded
from web.puzzle import PuzzleNotSolved
from web.sign_in_puzzle import check_sign_in_puzzle, set_sign_in_puzzle
from workflows.shared.accounts import CPA, FIRM, MEMBER, Account, find_account
from workflows.shared.bindings import list_bound
from workflows.shared.channels import ChannelAway, ChannelRefused
from workflows.shared.new_bindings import bind_own, unbind_own
from workflows.shared.security_events import note_event
from workflows.shared.sign_in import SignInLocked, SignInRefused, forget_failures, prove_owner

bp = Blueprint("official_account", __name__, url_prefix="/official-account")
blueprints = (bp,)

BOUND_TYPES = (MEMBER, CPA, FIRM)
"""Who may have a binding; an association's staff sign in with a second step instead."""

PAGES = {"bind": "official_account.show", "reset": "official_account.reset"}


class PasswordIsIssued(Rejected):
    """The password was set by somebody else, who could bind the account as well."""

    message = N_("This password was issued to you. Sign in and choose your own, then bind.")


@bp.errorhandler(ReaderNeeded)
def ask_wechat(_error: ReaderNeeded) -> ResponseReturnValue:
    """Send a browser to WeChat to learn who reads."""
    page = "reset" if request.endpoint == PAGES["reset"] else "bind"
    return redirect(reader.ask_wechat(page))


@bp.get("/arrived")
def arrive() -> ResponseReturnValue:
    """Take the reader that WeChat sends back, once, and go on."""
    page = reader.read_state(request.args.get("state", ""))
    openid = reader.learn_reader(request.args.get("code", ""))
    response = make_response(redirect(url_for(PAGES[page])))
    return reader.keep_reader(response, openid)


@bp.get("/reset")
def reset() -> ResponseReturnValue:
    """找回密码: go to its first page with the reader known."""
    reader.get_reader()
    return redirect(url_for("reset.start"))


@bp.get("/bind")
def show() -> ResponseReturnValue:
    """Show what this WeChat user is bound to, and the form that binds another account."""
    response = make_response(_draw())
    if sessions.has_cookie() and sessions.find_person() is None:
        # A session that is over must not send who binds to the sign-in page.
        response.delete_cookie(sessions.COOKIE)
    return response


@bp.post("/bind")
def bind_account() -> ResponseReturnValue:
    """Bind an account to this WeChat user, with its password."""
    openid = reader.get_reader()
    try:
        check_sign_in_puzzle()
        is_following = _is_following(openid)
        account = _prove()
    except (SignInRefused, SignInLocked, PuzzleNotSolved, PasswordIsIssued) as error:
        return _draw(error), 422
    engine, now = current.engine(), current.now()
    with engine.database.transaction() as session:
        forget_failures(session, engine.vault, user_type=account.user_type, login=account.login)
        bind_own(
            session,
            engine,
            account=account,
            openid=openid,
            is_following=is_following is not False,
            address=current.address(),
            now=now,
        )
    flash(_("%(login)s is bound to your WeChat.", login=account.login), "success")
    return redirect(url_for("official_account.show"))


@bp.post("/bound/<int:account_id>/remove")
def remove(account_id: int) -> ResponseReturnValue:
    """Undo a binding of this WeChat user; a second time changes nothing."""
    openid, engine, now = reader.get_reader(), current.engine(), current.now()
    with engine.database.transaction() as session:
        bound = list_bound(session, engine.vault, openid)
        account = next((each for each in bound if each.id == account_id), None)
        if account is None:
            raise NotFound
        unbind_own(
            session, engine, account=account, by=account.actor, address=current.address(), now=now
        )
        login = account.login
    flash(_("%(login)s is not bound to your WeChat any more.", login=login), "success")
    return redirect(url_for("official_account.show"))


def _prove() -> Account:
    """The account whose password was typed; every refusal is noted."""
    typed = request.form
    kind, login = typed.get("kind", ""), typed.get("account", "")
    try:
        account = prove_owner(
            current.engine(),
            user_type=kind if kind in BOUND_TYPES else "",
            login=login,
            password=typed.get("password", ""),
            address=current.address(),
            now=current.now(),
        )
        _check_own(account)
    except (SignInRefused, SignInLocked, PasswordIsIssued) as error:
        _note_refusal(kind, login, error)
        raise
    return account


def _check_own(account: Account) -> None:
    if account.must_change_password:
        raise PasswordIsIssued


def _note_refusal(user_type: str, login: str, error: Rejected) -> None:
    with current.engine().database.transaction() as session:
        account = find_account(session, user_type=user_type, login=login)
        note_event(
            session,
            what="bind_refused",
            account_id=account.id if account is not None else None,
            actor=SYSTEM,
            address=current.address(),
            details={"why": type(error).__name__},
            now=current.now(),
        )


def _is_following(openid: str) -> bool | None:
    """Whether the reader follows the official account; None while WeChat does not say."""
    try:
        return reader.get_official_account().is_following(openid=openid)
    except (ChannelAway, ChannelRefused):
        return None


def _draw(error: HuijiError | None = None) -> str:
    openid, engine = reader.get_reader(), current.engine()
    is_following = _is_following(openid)
    with engine.database.read() as session:
        bound = [
            {
                "id": each.id,
                "name": each.name,
                "described": f"{_(USER_TYPES[each.user_type])} · {each.login}",
            }
            for each in list_bound(session, engine.vault, openid)
        ]
    return render_template(
        "official_account/bind.html",
        bound=bound,
        is_following=is_following,
        **_form(error),
    )


def _form(error: HuijiError | None) -> dict[str, Any]:
    field = "account" if isinstance(error, SignInRefused) else None
    return {
        "kinds": [(kind, _(USER_TYPES[kind])) for kind in BOUND_TYPES],
        "chosen": request.form.get("kind", MEMBER),
        "account": request.form.get("account", ""),
        "problems": [(field, str(error))] if error else [],
        "puzzle": set_sign_in_puzzle(),
    }
