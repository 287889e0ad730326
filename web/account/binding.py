"""The binding to a WeChat user, removed by who has lost that WeChat."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import NotFound, Rejected
from engine.language import _
from web import current
from web.account.blueprint import bp
from web.account.confirming import get_confirmed_person
from web.account.facts import describe_asked, read_typed
from web.sessions import Person
from workflows.shared.accounts import get_account
from workflows.shared.bindings import find_binding
from workflows.shared.new_bindings import unbind_own
from workflows.shared.own_facts import check_facts
from workflows.shared.security_events import note_event


@bp.get("/binding")
def show_binding() -> ResponseReturnValue:
    """Ask for what the register knows of the holder."""
    return _page(get_confirmed_person())


@bp.post("/binding")
def remove_binding() -> ResponseReturnValue:
    """Remove the binding, and say so on the channels that are left; twice does nothing more."""
    person, engine, now = get_confirmed_person(), current.engine(), current.now()
    with engine.database.read() as session:
        account = get_account(session, person.account_id)
    typed, other = read_typed(account)
    address, outcome = current.address(), "wrong"
    try:
        check_facts(engine, account=account, typed=typed, other=other, address=address, now=now)
        outcome = "right"
    except Rejected as error:
        return _page(person, error), 422
    finally:
        with engine.database.transaction() as session:
            note_event(
                session,
                what="identity_checked",
                account_id=account.id,
                actor=account.actor,
                address=address,
                details={"for": "unbinding", "outcome": outcome},
                now=now,
            )
    with engine.database.transaction() as session:
        unbind_own(session, engine, account=account, by=account.actor, address=address, now=now)
    flash(_("Your account is not bound to the official account any more."), "success")
    return redirect(url_for("account.show"))


def _page(person: Person, error: Rejected | None = None) -> str:
    with current.engine().database.read() as session:
        account = get_account(session, person.account_id)
        binding = find_binding(session, account.id)
        if binding is None:
            raise NotFound
        return render_template(
            "account/binding.html",
            bound_at=binding.bound_at,
            asked=describe_asked(account),
            typed=request.form,
            problems=[(None, str(error))] if error else [],
        )
