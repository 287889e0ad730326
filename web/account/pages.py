"""The first page of one's account: who one is, how one is reached, where one is signed in."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest

from engine.language import _
from forms.masking import mask
from web import current, languages
from web.account.blueprint import bp
from web.account.confirming import get_confirmed_person
from web.devices import name_device
from web.navigation import USER_TYPES
from web.sessions import Person, get_person
from web.words import name_office
from workflows.shared import sign_in, totp
from workflows.shared.accounts import Account, get_account
from workflows.shared.associations import get_association
from workflows.shared.bindings import find_binding
from workflows.shared.reach import find_reach
from workflows.shared.register import Firm, get_member
from workflows.shared.security_events import note_event


@bp.get("")
def show() -> ResponseReturnValue:
    """Show who one is, where one is signed in, and what can be changed."""
    person, now = get_person(), current.now()
    with current.engine().database.read() as session:
        account = get_account(session, person.account_id)
        return render_template(
            "account/show.html",
            facts=_facts(session, person, account),
            contacts=_contacts(session, account),
            binding=_describe_binding(session, person),
            second_step=_describe_second_step(session, person),
            services=_services(person),
            sessions=[
                {
                    "id": each.id,
                    "device": name_device(each.user_agent),
                    "address": each.address,
                    "seen_at": each.seen_at,
                    "is_this": each.id == person.session_id,
                }
                for each in sign_in.list_sessions(session, account_id=account.id, now=now)
            ],
            languages=[
                {"code": code, "name": name, "tag": languages.TAGS[code]}
                for code, name in languages.LANGUAGES.items()
            ],
        )


@bp.post("/sessions/<int:session_id>/end")
def end_session(session_id: int) -> ResponseReturnValue:
    """Sign this account out on another device."""
    person = get_confirmed_person()
    with current.engine().database.transaction() as session:
        sign_in.end_session(session, session_id=session_id, account_id=person.account_id)
        _note_end(session, person)
    flash(_("That session has ended."), "success")
    return redirect(url_for("account.show"))


@bp.post("/end-other-sessions")
def end_other_sessions() -> ResponseReturnValue:
    """Sign this account out everywhere else."""
    person = get_confirmed_person()
    with current.engine().database.transaction() as session:
        sign_in.end_other_sessions(session, account_id=person.account_id, keep_id=person.session_id)
        _note_end(session, person)
    flash(_("All other sessions have ended."), "success")
    return redirect(url_for("account.show"))


@bp.post("/language")
def choose_language() -> ResponseReturnValue:
    """Speak a language from now on, on every device that was not told otherwise."""
    person, code = get_person(), request.form.get("language", "")
    if code not in languages.LANGUAGES:
        raise BadRequest
    query = update(Account).where(Account.id == person.account_id)
    with current.engine().database.transaction() as session:
        session.execute(query.values(locale=languages.LOCALES[code]))
    return languages.keep(make_response(redirect(url_for("account.show"))), code)


def _note_end(session: Session, person: Person) -> None:
    note_event(
        session,
        what="session_ended",
        account_id=person.account_id,
        actor=person.actor,
        address=current.address(),
        now=current.now(),
    )


def _facts(session: Session, person: Person, account: Account) -> list[tuple[str, str]]:
    facts = [(_("User type"), _(USER_TYPES[person.user_type])), (_("Account"), person.login)]
    association_id = None
    if person.member_id is not None:
        association_id = get_member(session, person.member_id).association_id
    elif account.firm_id is not None:
        association_id = session.get_one(Firm, account.firm_id).association_id
    if association_id is not None:
        association = get_association(session, association_id)
        facts.append((_("Association"), name_office(association)))
    return facts


def _contacts(session: Session, account: Account) -> list[dict[str, str]]:
    """How the holder is reached, covered; nobody has it on file of the staff."""
    if account.member_id is None and account.firm_id is None:
        return []
    reach = find_reach(session, current.engine().vault, account)
    known = [("mobile", _("Mobile number"), mask("mobile", reach.mobile))]
    if account.member_id is not None:
        known.append(("email", _("E-mail"), mask("email", reach.email)))
    return [
        {
            "title": title,
            "value": value,
            "address": url_for("account.show_contact", what=what),
        }
        for what, title, value in known
    ]


def _describe_binding(session: Session, person: Person) -> dict[str, Any] | None:
    """The binding of members and firms; staff have none."""
    if person.viewer.is_staff:
        return None
    found = find_binding(session, person.account_id)
    if found is None:
        return {"is_bound": False}
    return {"is_bound": True, "at": found.bound_at, "is_following": found.is_following}


def _describe_second_step(session: Session, person: Person) -> dict[str, Any] | None:
    """The second step of the staff; others have none."""
    if not person.viewer.is_staff:
        return None
    factor = totp.find_factor(session, person.account_id)
    if factor is None:
        return {"set_up_at": None}
    return {
        "set_up_at": factor.set_up_at,
        "codes_left": totp.count_recovery_codes(session, account_id=person.account_id),
        "is_required": current.settings().staff_need_second_step,
    }


def _services(person: Person) -> list[dict[str, str]]:
    if not person.is_member:
        return []
    return [
        {"icon": "id", "title": _("My information"), "address": url_for("profile.show")},
        {
            "icon": "qrcode",
            "title": _("QR code of my inspection"),
            "address": url_for("results.my_code"),
        },
        {"icon": "bell", "title": _("Messages"), "address": url_for("messages.index")},
        {"icon": "download", "title": _("My data"), "address": url_for("personal_data.show_own")},
        {
            "icon": "phone",
            "title": _("Contacts of the associations"),
            "address": url_for("contacts.index"),
        },
    ]
