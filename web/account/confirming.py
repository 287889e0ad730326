"""Asking who it is once more before a key to the account changes: a session may be borrowed."""

from datetime import timedelta
from typing import NoReturn

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import HuijiError, Rejected
from engine.language import N_
from web import current, sessions
from web.account.blueprint import bp
from web.addresses import local_address
from web.sessions import Person, get_person
from workflows.shared.accounts import Account, get_account
from workflows.shared.second_steps import accept_second_step, prove_second_step
from workflows.shared.security_events import note_event
from workflows.shared.sign_in import SignInRefused, forget_failures, prove_owner, renew_session
from workflows.shared.totp import Proof, find_factor

HOLDS = timedelta(minutes=10)
"""How long one need not say again who one is."""


class WrongPassword(Rejected):
    """The current password was typed wrong."""

    message = N_("The current password is wrong.")


class ConfirmationNeeded(HuijiError):
    """Who is signed in has to say again who it is; the browser is sent to do so."""

    message = N_("Please confirm that it is you.")


def get_confirmed_person() -> Person:
    """Who is signed in and proved so lately; raises ConfirmationNeeded."""
    person = get_person()
    confirmed_at = person.confirmed_at
    if confirmed_at is None or confirmed_at + HOLDS <= current.now():
        raise ConfirmationNeeded
    return person


@bp.app_errorhandler(ConfirmationNeeded)
def ask(_error: ConfirmationNeeded) -> ResponseReturnValue:
    """Send the browser to the page that asks, and back to the page where it was."""
    is_page = request.method == "GET"
    back = request.full_path.rstrip("?") if is_page else url_for("account.show")
    return redirect(url_for("account.confirm", next=back))


@bp.get("/confirm")
def confirm() -> ResponseReturnValue:
    """Ask for the password, and for a code of who has a second step."""
    return _page(get_person())


@bp.post("/confirm")
def take_confirmation() -> ResponseReturnValue:
    """Let who has proved himself go on, with a new token."""
    person, engine, now = get_person(), current.engine(), current.now()
    try:
        account = prove_password(person, request.form.get("password", ""))
        proof = _prove_second_step(account)
    except Rejected as error:
        field = "password" if isinstance(error, WrongPassword) else "code"
        return _page(person, field, error), 422
    with engine.database.transaction() as session:
        if proof is not None:
            accept_second_step(session, proof, account, address=current.address(), now=now)
        forget_failures(session, engine.vault, user_type=person.user_type, login=person.login)
        token = renew_session(session, session_id=person.session_id, now=now)
        note_event(
            session,
            what="confirmed_again",
            account_id=person.account_id,
            actor=person.actor,
            address=current.address(),
            now=now,
        )
    response = redirect(local_address(request.form.get("next"), url_for("account.show")))
    return sessions.set_cookie(response, token)  # type: ignore[arg-type]


def prove_password(person: Person, typed: str) -> Account:
    """The person's account, if this is its password; raises WrongPassword, SignInLocked.

    The attempt counts like one of signing in.
    """
    try:
        return prove_owner(
            current.engine(),
            user_type=person.user_type,
            login=person.login,
            password=typed,
            address=current.address(),
            now=current.now(),
        )
    except SignInRefused:
        _refuse()


def _refuse() -> NoReturn:
    raise WrongPassword from None


def _prove_second_step(account: Account) -> Proof | None:
    engine = current.engine()
    with engine.database.read() as session:
        if find_factor(session, account.id) is None:
            return None
    return prove_second_step(
        engine,
        account,
        typed=request.form.get("code", "")[:40],
        address=current.address(),
        now=current.now(),
    )


def _page(person: Person, field: str = "", error: HuijiError | None = None) -> str:
    with current.engine().database.read() as session:
        account = get_account(session, person.account_id)
        has_second_step = find_factor(session, account.id) is not None
    return render_template(
        "account/confirm.html",
        has_second_step=has_second_step,
        problems=[(field, str(error))] if error else [],
        next=request.values.get("next", ""),
    )
