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
    find_unmasking,
    read_personal_data,
    unmask_entry,
)
from workflows.register.firms import get_firm_entry
from workflows.register.members import get_entry
from workflows.shared.access import Viewer, can, check
from workflows.shared.register import ERASED, Firm

SHOW, EDIT = "show", "edit"
"""Pages of an entry: who was on his way to change it goes on there once the reason was given."""


@bp.get("/members/<int:member_id>/personal-data")
@bp.get("/firms/<int:firm_id>/personal-data")
def ask_for_data(member_id: int | None = None, firm_id: int | None = None) -> str:
    """Ask why somebody needs to see a member's data, or how a firm is reached."""
    viewer = get_viewer_of_register()
    with current.engine().database.read() as session:
        return _draw(_get_holder(session, viewer, member_id, firm_id))


@bp.post("/members/<int:member_id>/personal-data")
@bp.post("/firms/<int:firm_id>/personal-data")
def show_data(member_id: int | None = None, firm_id: int | None = None) -> ResponseReturnValue:
    """Let the person see the data for some minutes; the events of the holder's account say so."""
    viewer = get_viewer_of_register()
    with current.engine().database.read() as session:
        holder = _get_holder(session, viewer, member_id, firm_id)
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
    return redirect(_entry_address(holder, EDIT if _is_on_way_to_edit() else SHOW))


@bp.post("/members/<int:member_id>/personal-data/cover")
@bp.post("/firms/<int:firm_id>/personal-data/cover")
def cover_data(member_id: int | None = None, firm_id: int | None = None) -> ResponseReturnValue:
    """Cover the data before the time is up."""
    viewer = get_viewer_of_register()
    with current.engine().database.transaction() as session:
        holder = _get_holder(session, viewer, member_id, firm_id)
        cover(session, viewer=viewer, holder=holder)
        address = _entry_address(holder, SHOW)
    return redirect(address)


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
        "show_address": _address(holder, "ask_for_data"),
        "cover_address": _address(holder, "cover_data"),
        "until": until,
        "facts": list_facts(read_personal_data(session, engine, holder)) if until else [],
    }


def _find_until(session: Session, viewer: Viewer, holder: Holder) -> Any:
    found = find_unmasking(session, viewer=viewer, holder=holder, now=current.now())
    return found and found.until


def _get_holder(
    session: Session, viewer: Viewer, member_id: int | None, firm_id: int | None
) -> Holder:
    """Whose address it is: one of a member, or one of a firm."""
    found: Holder
    if member_id is not None:
        found = get_entry(session, viewer, member_id, "read")
    elif firm_id is not None:
        found = get_firm_entry(session, viewer, firm_id, "read")
    else:
        raise NotFound
    check(viewer, "unmask", found)
    if found.state == ERASED:
        raise NotFound
    return found


def _is_on_way_to_edit() -> bool:
    return request.args.get("to") == EDIT


def _entry_address(holder: Holder, page: str) -> str:
    return _address(holder, f"{page}_{holder.private_kind}")


def _address(holder: Holder, page: str, *, to: str | None = None) -> str:
    values: dict[str, Any] = {f"{holder.private_kind}_id": holder.id, "to": to}
    return url_for(f"register.{page}", **values)


def _draw(holder: Holder, problem: str = "") -> str:
    to = EDIT if _is_on_way_to_edit() else None
    return render_template(
        "personal_data/ask.html",
        whose={"name": holder.name, "number": holder.number},
        is_firm=isinstance(holder, Firm),
        action=_address(holder, "show_data", to=to),
        reason=request.form.get("reason", ""),
        longest=LONGEST_REASON,
        minutes=int(LASTS.total_seconds() // 60),
        problem=problem,
        back_address=_entry_address(holder, SHOW),
        leads_to_edit=to is not None,
    )
