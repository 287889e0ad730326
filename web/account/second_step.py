"""The second step of the staff's sign-in, set up and taken away by its person."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import NotAllowed, NotFound, Rejected
from engine.language import N_, _
from web import current
from web.account.blueprint import bp
from web.account.confirming import get_confirmed_person
from web.sessions import Person
from web.signin.second_steps import draw_offer
from workflows.shared import second_steps, totp
from workflows.shared.accounts import Account, get_account
from workflows.shared.security_events import note_event
from workflows.shared.sign_in import end_other_sessions, get_token_hash


class SecondStepRequired(NotAllowed):
    """The installation asks every person of the staff for a second step."""

    message = N_("This installation asks all staff for a second step; it cannot be taken away.")


@bp.get("/second-step")
def show_second_step() -> ResponseReturnValue:
    """Have an app set up."""
    return _page(_get_staff_person())


@bp.post("/second-step")
def set_up_second_step() -> ResponseReturnValue:
    """Set the second step up with its first code, and say the recovery codes once."""
    person, engine, now = _get_staff_person(), current.engine(), current.now()
    account, secret = _read(person)
    typed = request.form.get("code", "")[:20]
    try:
        step = second_steps.prove_offer(engine, account, secret=secret, typed=typed, now=now)
        codes = totp.make_recovery_codes()
        hashes = totp.hash_recovery_codes(codes)
        with engine.database.transaction() as session:
            second_steps.keep_factor(
                session,
                engine.vault,
                account=account,
                secret=secret,
                step=step,
                hashes=hashes,
                address=current.address(),
                now=now,
            )
            end_other_sessions(session, account_id=account.id, keep_id=person.session_id)
    except Rejected as error:
        return _page(person, error), 422
    return _show_codes(codes)


@bp.post("/second-step/recovery-codes")
def make_recovery_codes() -> ResponseReturnValue:
    """Make new recovery codes in place of the old ones, and say them once."""
    person, engine, now = _get_staff_person(), current.engine(), current.now()
    codes = totp.make_recovery_codes()
    hashes = totp.hash_recovery_codes(codes)
    with engine.database.transaction() as session:
        if totp.find_factor(session, person.account_id) is None:
            raise NotFound
        totp.keep_recovery_codes(session, account_id=person.account_id, hashes=hashes)
        note_event(
            session,
            what="recovery_codes_made",
            account_id=person.account_id,
            actor=person.actor,
            address=current.address(),
            now=now,
        )
    return _show_codes(codes)


@bp.post("/second-step/remove")
def remove_second_step() -> ResponseReturnValue:
    """Take the second step away, where it may be; twice does nothing more."""
    person, now = _get_staff_person(), current.now()
    if current.settings().staff_need_second_step:
        raise SecondStepRequired
    with current.engine().database.transaction() as session:
        if totp.remove(session, account_id=person.account_id):
            end_other_sessions(session, account_id=person.account_id, keep_id=person.session_id)
            note_event(
                session,
                what="second_step_removed",
                account_id=person.account_id,
                actor=person.actor,
                address=current.address(),
                now=now,
            )
    flash(_("The second step was taken away."), "success")
    return redirect(url_for("account.show"))


def _get_staff_person() -> Person:
    person = get_confirmed_person()
    if not person.viewer.is_staff:
        raise NotFound
    return person


def _read(person: Person) -> tuple[Account, str]:
    """The account, and the secret that this session is offered; raises NotFound when set up."""
    engine = current.engine()
    with engine.database.read() as session:
        account = get_account(session, person.account_id)
        about = get_token_hash(session, person.session_id)
        if totp.find_factor(session, account.id) is not None:
            raise totp.AlreadySetUp
    return account, totp.offer_secret(engine.vault, about)


def _show_codes(codes: list[str]) -> str:
    return render_template("account/recovery_codes.html", codes=codes)


def _page(person: Person, error: Rejected | None = None) -> str:
    account, secret = _read(person)
    return render_template(
        "account/second_step.html",
        offer=draw_offer(secret, account.login),
        problems=[("code", str(error))] if error else [],
    )
