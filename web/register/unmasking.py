"""Seeing data in full from an entry: with a reason that is kept, for some minutes."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import NotFound
from web import current
from web.personal_data.showing import list_facts
from web.register.blueprint import bp
from web.register.places import get_viewer_of_register
from workflows.personal_data.unmasking import (
    LASTS,
    LONGEST_REASON,
    Holder,
    ReasonNeeded,
    cover,
    cover_firm,
    find_firm_unmasking,
    find_unmasking,
    read_personal_data,
    unmask_entry,
)
from workflows.register.firms import get_firm_entry
from workflows.register.members import get_entry
from workflows.shared.access import Viewer, can, check
from workflows.shared.register import ERASED, Firm, Member

EDIT = "edit"
"""Who was on his way to change the entry goes on there once the reason was given."""


@bp.get("/members/<int:member_id>/personal-data")
def ask_for_data(member_id: int) -> str:
    """Ask why somebody needs to see a member's data."""
    viewer = get_viewer_of_register()
    with current.engine().database.read() as session:
        return _draw(_get_member(session, viewer, member_id))


@bp.post("/members/<int:member_id>/personal-data")
def show_data(member_id: int) -> ResponseReturnValue:
    """Let the person see the data for some minutes; the events of the member's account say so."""
    viewer = get_viewer_of_register()
    with current.engine().database.read() as session:
        member = _get_member(session, viewer, member_id)
    return _show(viewer, member)


@bp.post("/members/<int:member_id>/personal-data/cover")
def cover_data(member_id: int) -> ResponseReturnValue:
    """Cover the data before the time is up."""
    viewer = get_viewer_of_register()
    with current.engine().database.transaction() as session:
        cover(session, viewer=viewer, member_id=_get_member(session, viewer, member_id).id)
    return redirect(url_for("register.show_member", member_id=member_id))


@bp.get("/firms/<int:firm_id>/personal-data")
def ask_for_firm_data(firm_id: int) -> str:
    """Ask why somebody needs to see how a firm is reached."""
    viewer = get_viewer_of_register()
    with current.engine().database.read() as session:
        return _draw(_get_firm(session, viewer, firm_id))


@bp.post("/firms/<int:firm_id>/personal-data")
def show_firm_data(firm_id: int) -> ResponseReturnValue:
    """Let the person see it for some minutes; the events of the firm's account say so."""
    viewer = get_viewer_of_register()
    with current.engine().database.read() as session:
        firm = _get_firm(session, viewer, firm_id)
    return _show(viewer, firm)


@bp.post("/firms/<int:firm_id>/personal-data/cover")
def cover_firm_data(firm_id: int) -> ResponseReturnValue:
    """Cover it before the time is up."""
    viewer = get_viewer_of_register()
    with current.engine().database.transaction() as session:
        cover_firm(session, viewer=viewer, firm_id=_get_firm(session, viewer, firm_id).id)
    return redirect(url_for("register.show_firm", firm_id=firm_id))


def sees_data(session: Session, viewer: Viewer, holder: Holder) -> bool:
    """Whether the viewer said why he needs to see the data, and his minutes are not over."""
    return _find_until(session, viewer, holder) is not None


def describe_personal(session: Session, viewer: Viewer, holder: Holder) -> dict[str, Any]:
    """The bar above an entry's data, for `personal_data/_bar.html`."""
    if holder.state == ERASED:
        return {"is_erased": True}
    until = _find_until(session, viewer, holder)
    engine = current.engine()
    return {
        "is_erased": False,
        "is_firm": isinstance(holder, Firm),
        "can_show": can(viewer, "unmask", holder),
        "show_address": _address(holder, "register.ask_for_data", "register.ask_for_firm_data"),
        "cover_address": _address(holder, "register.cover_data", "register.cover_firm_data"),
        "until": until,
        "facts": list_facts(read_personal_data(session, engine, holder)) if until else [],
    }


def _find_until(session: Session, viewer: Viewer, holder: Holder) -> Any:
    now = current.now()
    if isinstance(holder, Member):
        found = find_unmasking(session, viewer=viewer, member_id=holder.id, now=now)
    else:
        found = find_firm_unmasking(session, viewer=viewer, firm_id=holder.id, now=now)
    return found and found.until


def _get_member(session: Session, viewer: Viewer, member_id: int) -> Member:
    member = get_entry(session, viewer, member_id, "read")
    check(viewer, "unmask", member)
    if member.state == ERASED:
        raise NotFound
    return member


def _get_firm(session: Session, viewer: Viewer, firm_id: int) -> Firm:
    firm = get_firm_entry(session, viewer, firm_id, "read")
    check(viewer, "unmask", firm)
    return firm


def _show(viewer: Viewer, holder: Holder) -> ResponseReturnValue:
    try:
        with current.engine().database.transaction() as session:
            unmask_entry(
                session,
                holder=holder,
                viewer=viewer,
                reason=request.form.get("reason", ""),
                address=current.address(),
                now=current.now(),
            )
    except ReasonNeeded as error:
        return _draw(holder, str(error)), 422
    if _is_on_way_to_edit():
        return redirect(_address(holder, "register.edit_member", "register.edit_firm"))
    return redirect(_address(holder, "register.show_member", "register.show_firm"))


def _is_on_way_to_edit() -> bool:
    return request.args.get("to") == EDIT


def _address(holder: Holder, of_member: str, of_firm: str, *, to: str | None = None) -> str:
    if isinstance(holder, Member):
        return url_for(of_member, member_id=holder.id, to=to)
    return url_for(of_firm, firm_id=holder.id, to=to)


def _draw(holder: Holder, problem: str = "") -> str:
    to = EDIT if _is_on_way_to_edit() else None
    return render_template(
        "personal_data/ask.html",
        whose={"name": holder.name, "number": holder.number},
        is_firm=isinstance(holder, Firm),
        action=_address(holder, "register.show_data", "register.show_firm_data", to=to),
        reason=request.form.get("reason", ""),
        longest=LONGEST_REASON,
        minutes=int(LASTS.total_seconds() // 60),
        problem=problem,
        back_address=_address(holder, "register.show_member", "register.show_firm"),
        leads_to_edit=to is not None,
    )
