"""Changing one's password: the current one is asked for, every other session ends."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import Rejected
from engine.language import N_, _
from web import current, sessions
from web.account.blueprint import bp
from web.account.confirming import WrongPassword, prove_password
from web.limits import check_rate
from web.sessions import Person, get_person
from workflows.shared import accounts, sign_in
from workflows.shared.messages import tell
from workflows.shared.new_passwords import check_password_of
from workflows.shared.one_time_links import expire_links
from workflows.shared.security_events import note_event


class PasswordsDiffer(Rejected):
    """The new password was not typed twice alike."""

    message = N_("The new password is not the same both times.")


class PasswordNotNew(Rejected):
    """The new password is the one that there was."""

    message = N_("This is the password that you have already.")


@bp.get("/password")
def password() -> ResponseReturnValue:
    """Ask for the current and the new password."""
    return _page(get_person())


@bp.post("/password")
def change_password() -> ResponseReturnValue:
    """Change the password and end every other session."""
    person = get_person()
    check_rate("password", limit=10, window=sign_in.ADDRESS_WINDOW)
    try:
        token = _change_password(person)
    except Rejected as error:
        fields = {WrongPassword: "current", sign_in.SignInLocked: "", PasswordsDiffer: "again"}
        return _page(person, fields.get(type(error), "new"), error), 422
    flash(_("Your password was changed. All other sessions have ended."), "success")
    page = "home" if person.must_change_password else "account.show"
    return sessions.set_cookie(redirect(url_for(page)), token)  # type: ignore[arg-type]


def _change_password(person: Person) -> str:
    """Passwords are compared and hashed outside the transaction, for which others would wait."""
    typed, engine, now = request.form, current.engine(), current.now()
    new = typed.get("new", "")
    if new != typed.get("again", ""):
        raise PasswordsDiffer
    account = prove_password(person, typed.get("current", ""))
    if new == typed.get("current", ""):
        raise PasswordNotNew
    with engine.database.read() as session:
        check_password_of(session, engine.vault, account=account, password=new)
    hashed = accounts.hash_password(new)
    with engine.database.transaction() as session:
        known = account.password_hash
        accounts.change_password(session, account_id=account.id, known=known, hashed=hashed)
        sign_in.forget_failures(
            session, engine.vault, user_type=account.user_type, login=account.login
        )
        sign_in.end_other_sessions(session, account_id=account.id, keep_id=person.session_id)
        expire_links(session, account_id=account.id, now=now)
        tell(session, engine, account=account, template="password_changed", values={}, now=now)
        note_event(
            session,
            what="password_changed",
            account_id=account.id,
            actor=account.actor,
            address=current.address(),
            now=now,
        )
        return sign_in.renew_session(session, session_id=person.session_id, now=now)


def _page(person: Person, field: str = "", error: Rejected | None = None) -> str:
    return render_template(
        "account/password.html",
        is_issued=person.must_change_password,
        problems=[(field or None, str(error))] if error else [],
    )
