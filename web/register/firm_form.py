"""A firm's entry typed: admitted or changed; closed, opened again, moved, its account activated."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Conflict, HuijiError, NotAllowed, NotFound, Rejected
from engine.language import _
from web import current
from web.numbers import small_int
from web.register.blueprint import bp
from web.register.firms import describe_firm
from web.register.forms import bind_form, draw_form, point_at, read_form
from web.register.member_form import describe_offices, get_chosen_office
from web.register.places import get_viewer_of_register
from web.register.unmasking import EDIT, sees_data
from web.register.words import describe_changes
from workflows.register.changes import (
    ChangedMeanwhile,
    NothingChanged,
    edit_entry,
    send_activation,
    version_of,
)
from workflows.register.firms import (
    admit_firm,
    close_firm,
    get_firm_entry,
    move_firm,
    reopen_firm,
)
from workflows.shared.access import Viewer, can
from workflows.shared.register import Firm
from workflows.shared.register_changes import list_changes, register_fields

SOME_CHANGES = 3
Doing = Callable[[Session, Firm, Viewer], str]


@bp.get("/firms/new")
def new_firm() -> str:
    """Show the empty form of an admission."""
    viewer = get_viewer_of_register("admit")
    with current.engine().database.read() as session:
        return _draw_new(session, viewer, {})


@bp.post("/firms/new")
def save_new_firm() -> ResponseReturnValue:
    """Admit a firm: an activation link goes out; sent twice it is one admission."""
    viewer = get_viewer_of_register("admit")
    bound, reading, _is_sent = read_form("admit_firm")
    database = current.engine().database
    if reading.errors:
        with database.read() as session:
            return _draw_new(session, viewer, reading.values, reading.errors), 422
    try:
        with database.transaction() as session:
            firm = admit_firm(
                session,
                current.engine(),
                association=get_chosen_office(session, viewer),
                typed=reading.values,
                viewer=viewer,
                address=current.address(),
                now=current.now(),
            )
            firm_id, name = firm.id, firm.name
    except (Rejected, Conflict) as error:
        with database.read() as session:
            return _draw_new(session, viewer, reading.values, point_at(bound, error)), 422
    said = _("%(name)s is in the register; the activation link is on its way.", name=name)
    flash(said, "success")
    return redirect(url_for("register.show_firm", firm_id=firm_id))


@bp.get("/firms/<int:firm_id>/edit")
def edit_firm(firm_id: int) -> ResponseReturnValue:
    """Show an entry to be changed: who changes it sees it in full, and said why before."""
    viewer = get_viewer_of_register()
    with current.engine().database.read() as session:
        firm = get_firm_entry(session, viewer, firm_id, "edit")
        if not sees_data(session, viewer, firm):
            return redirect(url_for("register.ask_for_data", firm_id=firm.id, to=EDIT))
        values = register_fields(session, current.engine().vault, firm)
        parent = select(Firm.number).where(Firm.id == firm.parent_id)
        values["parent_number"] = session.scalar(parent)
        return _draw(session, viewer, firm, values)


@bp.post("/firms/<int:firm_id>/edit")
def save_firm(firm_id: int) -> ResponseReturnValue:
    """Save an entry; what somebody else saved meanwhile is shown above what was typed."""
    viewer = get_viewer_of_register()
    bound, reading, _is_sent = read_form("firm")
    database = current.engine().database
    if reading.errors:
        with database.read() as session:
            firm = get_firm_entry(session, viewer, firm_id, "edit")
            return _draw(session, viewer, firm, reading.values, reading.errors), 422
    try:
        with database.transaction() as session:
            edit_entry(
                session,
                current.engine(),
                holder=get_firm_entry(session, viewer, firm_id, "edit"),
                typed=reading.values,
                version=request.form.get("version", 0, type=small_int),
                viewer=viewer,
                address=current.address(),
                now=current.now(),
            )
    except NothingChanged as error:
        flash(str(error))
    except (Rejected, Conflict) as error:
        with database.read() as session:
            firm = get_firm_entry(session, viewer, firm_id, "edit")
            is_stale = isinstance(error, ChangedMeanwhile)
            errors = [] if is_stale else point_at(bound, error)
            page = _draw(session, viewer, firm, reading.values, errors, is_stale=is_stale)
        return page, 409 if is_stale else 422
    else:
        flash(_("The entry was changed."), "success")
    return redirect(url_for("register.show_firm", firm_id=firm_id))


@bp.get("/firms/<int:firm_id>/state")
def show_firm_state(firm_id: int) -> str:
    """Show what can become of a firm."""
    viewer = get_viewer_of_register()
    with current.engine().database.read() as session:
        firm = get_firm_entry(session, viewer, firm_id, "edit")
        return _draw_state(session, viewer, firm)


@bp.post("/firms/<int:firm_id>/close")
def close(firm_id: int) -> ResponseReturnValue:
    """Close a firm."""

    def do(session: Session, firm: Firm, viewer: Viewer) -> str:
        close_firm(
            session,
            current.engine(),
            firm=firm,
            reason=_reason(),
            viewer=viewer,
            now=current.now(),
        )
        return _("The firm is closed; nobody signs in with its accounts.")

    return _do(firm_id, do)


@bp.post("/firms/<int:firm_id>/reopen")
def reopen(firm_id: int) -> ResponseReturnValue:
    """Let a closed firm go on."""

    def do(session: Session, firm: Firm, viewer: Viewer) -> str:
        reopen_firm(
            session,
            current.engine(),
            firm=firm,
            reason=_reason(),
            viewer=viewer,
            now=current.now(),
        )
        return _("The firm is open again.")

    return _do(firm_id, do)


@bp.post("/firms/<int:firm_id>/move")
def move_to_office(firm_id: int) -> ResponseReturnValue:
    """Move a firm to another association."""

    def do(session: Session, firm: Firm, viewer: Viewer) -> str:
        move_firm(
            session,
            current.engine(),
            firm=firm,
            association_id=request.form.get("office", 0, type=small_int),
            reason=_reason(),
            viewer=viewer,
            now=current.now(),
        )
        return _("The firm was moved.")

    return _do(firm_id, do)


@bp.post("/firms/<int:firm_id>/activation")
def send_firm_activation(firm_id: int) -> ResponseReturnValue:
    """Send the activation link again."""

    def do(session: Session, firm: Firm, viewer: Viewer) -> str:
        send_activation(
            session,
            current.engine(),
            holder=firm,
            viewer=viewer,
            address=current.address(),
            now=current.now(),
        )
        return _("The activation link is on its way.")

    return _do(firm_id, do)


def _do(firm_id: int, do: Doing) -> ResponseReturnValue:
    viewer = get_viewer_of_register()
    try:
        with current.engine().database.transaction() as session:
            firm = get_firm_entry(session, viewer, firm_id, "edit")
            said = do(session, firm, viewer)
            is_still_seen = can(viewer, "find", firm)
    except (NotFound, NotAllowed):
        raise
    except HuijiError as error:
        with current.engine().database.read() as session:
            firm = get_firm_entry(session, viewer, firm_id, "edit")
            return _draw_state(session, viewer, firm, str(error)), 422
    flash(said, "success")
    if not is_still_seen:
        return redirect(url_for("register.list_all_firms"))
    return redirect(url_for("register.show_firm", firm_id=firm_id))


def _reason() -> str:
    return request.form.get("reason", "")


def _draw_new(session: Session, viewer: Viewer, values: Any, errors: Any = ()) -> str:
    return render_template(
        "register/firm_new.html",
        offices=describe_offices(session, viewer),
        office_id=request.form.get("office", type=small_int),
        form=draw_form(bind_form("admit_firm"), values, errors),
    )


def _draw(
    session: Session,
    viewer: Viewer,
    firm: Firm,
    values: Any,
    errors: Any = (),
    *,
    is_stale: bool = False,
) -> str:
    version = version_of(session, firm)
    if request.method == "POST" and not is_stale:
        version = request.form.get("version", 0, type=small_int)
    changes = list_changes(session, firm_id=firm.id, limit=SOME_CHANGES) if is_stale else []
    return render_template(
        "register/firm_edit.html",
        firm=describe_firm(session, viewer, firm),
        version=version,
        meanwhile=describe_changes(session, changes, is_revealed=sees_data(session, viewer, firm)),
        form=draw_form(bind_form("firm"), values, errors),
    )


def _draw_state(session: Session, viewer: Viewer, firm: Firm, problem: str = "") -> str:
    return render_template(
        "register/firm_state.html",
        firm=describe_firm(session, viewer, firm),
        offices=[
            each for each in describe_offices(session, viewer) if each["id"] != firm.association_id
        ],
        typed=request.form,
        here=request.path.rpartition("/")[2],
        problem=problem,
    )
