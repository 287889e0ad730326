"""Everybody's own account: password, sessions, language."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import Rejected
from engine.language import N_, _
from forms.masking import mask
from web import current
from web.devices import name_device
from web.limits import check_rate
from web.navigation import USER_TYPES
from web.sessions import Person, get_person
from web.words import name_office
from workflows.shared import accounts, sign_in
from workflows.shared.associations import get_association
from workflows.shared.private import read_private
from workflows.shared.register import get_member

bp = Blueprint("account", __name__, url_prefix="/account")
blueprints = (bp,)


class WrongPassword(Rejected):
    """The current password was typed wrong."""

    message = N_("The current password is wrong.")


class PasswordsDiffer(Rejected):
    """The new password was not typed twice alike."""

    message = N_("The new password is not the same both times.")


@bp.get("")
def show() -> ResponseReturnValue:
    """Show who one is, where one is signed in, and what can be changed."""
    person = get_person()
    with current.engine().database.read() as session:
        found = sign_in.list_sessions(session, account_id=person.account_id, now=current.now())
        rows = [
            {
                "id": each.id,
                "device": name_device(each.user_agent),
                "address": each.address,
                "seen_at": each.seen_at,
                "is_this": each.id == person.session_id,
            }
            for each in found
        ]
    return render_template(
        "account/show.html", sessions=rows, facts=_facts(person), services=_services(person)
    )


@bp.post("/sessions/<int:session_id>/end")
def end_session(session_id: int) -> ResponseReturnValue:
    """Sign this account out on another device."""
    person = get_person()
    with current.engine().database.transaction() as session:
        sign_in.end_session(session, session_id=session_id, account_id=person.account_id)
    flash(_("That session has ended."), "success")
    return redirect(url_for("account.show"))


@bp.get("/password")
def password() -> ResponseReturnValue:
    """Ask for the current and the new password."""
    get_person()
    return render_template("account/password.html", problems=[])


@bp.post("/password")
def change_password() -> ResponseReturnValue:
    """Change the password and end every other session."""
    person = get_person()
    check_rate("password", limit=10, window=sign_in.ADDRESS_WINDOW)
    try:
        _change_password(person)
    except Rejected as error:
        field = {WrongPassword: "current", PasswordsDiffer: "again"}.get(type(error), "new")
        problems = [(field, str(error))]
        return render_template("account/password.html", problems=problems), 422
    flash(_("Your password was changed. All other sessions have ended."), "success")
    return redirect(url_for("account.show"))


def _change_password(person: Person) -> None:
    """Passwords are compared and hashed outside the transaction, for which others would wait."""
    typed = request.form
    if typed.get("new", "") != typed.get("again", ""):
        raise PasswordsDiffer
    database, new = current.engine().database, typed.get("new", "")
    with database.read() as session:
        account = accounts.get_account(session, person.account_id)
    known = account.password_hash
    if not accounts.is_password(known or "", typed.get("current", "")):
        raise WrongPassword
    accounts.check_new_password(new, account=account)
    hashed = accounts.hash_password(new)
    with database.transaction() as session:
        accounts.change_password(session, account_id=account.id, known=known, hashed=hashed)
        sign_in.end_other_sessions(session, account_id=account.id, keep_id=person.session_id)


def _facts(person: Person) -> list[tuple[str, str]]:
    facts = [(_("User type"), _(USER_TYPES[person.user_type])), (_("Account"), person.login)]
    if person.member_id is None:
        return facts
    with current.engine().database.read() as session:
        member = get_member(session, person.member_id)
        private = read_private(session, current.engine().vault, member)
        association = get_association(session, member.association_id)
        return [
            *facts,
            (_("Association"), name_office(association)),
            (_("Mobile number"), mask("mobile", private["mobile"])),
            (_("E-mail"), mask("email", private["email"])),
        ]


def _services(person: Person) -> list[dict[str, str]]:
    if not person.is_member:
        return []
    return [
        {
            "icon": "qrcode",
            "title": _("QR code of my inspection"),
            "address": url_for("results.my_code"),
        },
        {"icon": "bell", "title": _("Messages"), "address": url_for("messages.index")},
        {
            "icon": "phone",
            "title": _("Contacts of the associations"),
            "address": url_for("contacts.index"),
        },
    ]
