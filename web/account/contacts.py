"""Changing one's mobile number or e-mail address, step by step."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import NotFound, Rejected
from engine.language import N_, _
from forms.masking import mask
from web import current
from web.account.blueprint import bp
from web.account.confirming import get_confirmed_person
from web.account.facts import describe_asked, read_typed
from web.sessions import Person, get_person
from workflows.account import contact_changes as changes
from workflows.account.contact_changes import ChangeOver, ContactChange
from workflows.shared.accounts import Account, get_account
from workflows.shared.new_reach import WHATS, What, find_old, find_usable

TITLES = {"mobile": N_("Change the mobile number"), "email": N_("Change the e-mail address")}
DONE = {
    "mobile": N_("Your mobile number was changed. The old number was told."),
    "email": N_("Your e-mail address was changed. The old address was told."),
}


@bp.get("/contact/<what>")
def show_contact(what: str) -> ResponseReturnValue:
    """Show the step at which the change is."""
    kind = _kind(what)
    return _page(kind, way=request.args.get("way", ""))


@bp.post("/contact/<what>/code")
def send_code(what: str) -> ResponseReturnValue:
    """Send a code to the old one."""
    kind, account = _kind(what), _account(get_confirmed_person())
    _begin(account, kind)
    try:
        changes.send_old_code(current.engine(), account=account, what=kind, now=current.now())
    except Rejected as error:
        return _page(kind, way="code", field="code", error=error), 422
    return _go(kind, way="code")


@bp.post("/contact/<what>/prove")
def prove(what: str) -> ResponseReturnValue:
    """Take the code that came to the old one, or what the register knows."""
    kind, account = _kind(what), _account(get_confirmed_person())
    engine, now = current.engine(), current.now()
    way = "facts" if request.form.get("way") == "facts" else "code"
    try:
        if way == "code":
            typed = request.form.get("code", "")[:20]
            changes.prove_by_code(engine, account=account, what=kind, typed=typed, now=now)
        else:
            _begin(account, kind)
            facts, other = read_typed(account)
            changes.prove_by_facts(
                engine,
                account=account,
                what=kind,
                typed=facts,
                other=other,
                address=current.address(),
                now=now,
            )
    except ChangeOver as error:
        return _begin_again(kind, error)
    except Rejected as error:
        return _page(kind, way=way, field="code" if way == "code" else "", error=error), 422
    return _go(kind)


@bp.post("/contact/<what>/new")
def say_new(what: str) -> ResponseReturnValue:
    """Take the new one and send a code there."""
    kind, account = _kind(what), _account(get_person())
    typed = request.form.get("new", "")[:254]
    try:
        changes.say_new(
            current.engine(), account=account, what=kind, typed=typed, now=current.now()
        )
    except ChangeOver as error:
        return _begin_again(kind, error)
    except Rejected as error:
        return _page(kind, way="new", field="new", error=error), 422
    return _go(kind)


@bp.post("/contact/<what>/finish")
def finish(what: str) -> ResponseReturnValue:
    """Take the code that came to the new one: it is changed."""
    kind, account = _kind(what), _account(get_person())
    try:
        changes.finish_change(
            current.engine(),
            account=account,
            what=kind,
            typed=request.form.get("code", "")[:20],
            address=current.address(),
            now=current.now(),
        )
    except ChangeOver as error:
        return _begin_again(kind, error)
    except Rejected as error:
        return _page(kind, field="code", error=error), 422
    flash(_(DONE[kind]), "success")
    return redirect(url_for("account.show"))


def _kind(what: str) -> What:
    if what not in WHATS:
        raise NotFound
    return what


def _account(person: Person) -> Account:
    with current.engine().database.read() as session:
        account = get_account(session, person.account_id)
    if person.viewer.is_staff:
        raise NotFound
    return account


def _begin(account: Account, what: What) -> None:
    """Begin a change, unless one is waiting for its proof already."""
    engine, now = current.engine(), current.now()
    with engine.database.transaction() as session:
        found = _find(session, account, what)
        if found is None or found.proof:
            changes.begin_change(session, account=account, what=what, now=now)


def _find(session: Session, account: Account, what: What) -> ContactChange | None:
    try:
        return changes.get_change(session, account_id=account.id, what=what, now=current.now())
    except ChangeOver:
        return None


def _go(what: What, *, way: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("account.show_contact", what=what, way=way))


def _begin_again(what: What, error: ChangeOver) -> ResponseReturnValue:
    flash(str(error), "warning")
    return _go(what)


def _page(what: What, *, way: str = "", field: str = "", error: Rejected | None = None) -> str:
    """`way`: how the old one is proved, or `new` to say another new one."""
    account = _account(get_person())
    engine = current.engine()
    with engine.database.read() as session:
        found = _find(session, account, what)
        old = find_old(session, engine.vault, account, what)
    if found is None or not found.proof:
        get_confirmed_person()
    step = _step(found, way)
    shown: dict[str, Any] = {
        "what": what,
        "title": _(TITLES[what]),
        "old": mask(what, old),
        "is_old_usable": bool(find_usable(what, old)),
        "step": step,
        "to": found.to_masked if found is not None else "",
        "asked": describe_asked(account) if step == "facts" else None,
    }
    return render_template(
        "account/contact.html",
        **shown,
        typed=request.form,
        problems=[(field or None, str(error))] if error else [],
    )


def _step(found: ContactChange | None, way: str) -> str:
    """ways, code, facts: the old one; new: which; finish: the code to the new one."""
    if found is None or not found.proof:
        return way if way == "facts" or (way == "code" and found is not None) else "ways"
    return "new" if found.to_sealed is None or way == "new" else "finish"
