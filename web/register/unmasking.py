"""Seeing a member's data in full from his entry: with a reason that is kept, for some minutes."""

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
    ReasonNeeded,
    cover,
    find_unmasking,
    read_personal_data,
    unmask_entry,
)
from workflows.register.members import get_entry
from workflows.shared.access import Viewer, can, check
from workflows.shared.register import ERASED, Member

BACK_TO = {"": "register.show_member", "edit": "register.edit_member"}
"""Where one goes on after the reason was given."""


@bp.get("/members/<int:member_id>/personal-data")
def ask_for_data(member_id: int) -> str:
    """Ask why somebody needs to see a member's data."""
    viewer = get_viewer_of_register()
    with current.engine().database.read() as session:
        return _draw(_get(session, viewer, member_id))


@bp.post("/members/<int:member_id>/personal-data")
def show_data(member_id: int) -> ResponseReturnValue:
    """Let the person see the data for some minutes; the events of the member's account say so."""
    viewer = get_viewer_of_register()
    try:
        with current.engine().database.transaction() as session:
            unmask_entry(
                session,
                member=_get(session, viewer, member_id),
                viewer=viewer,
                reason=request.form.get("reason", ""),
                address=current.address(),
                now=current.now(),
            )
    except ReasonNeeded as error:
        with current.engine().database.read() as session:
            return _draw(_get(session, viewer, member_id), str(error)), 422
    return redirect(url_for(BACK_TO[_wanted()], member_id=member_id))


@bp.post("/members/<int:member_id>/personal-data/cover")
def cover_data(member_id: int) -> ResponseReturnValue:
    """Cover the data before the time is up."""
    viewer = get_viewer_of_register()
    with current.engine().database.transaction() as session:
        cover(session, viewer=viewer, member_id=_get(session, viewer, member_id).id)
    return redirect(url_for("register.show_member", member_id=member_id))


def describe_personal(session: Session, viewer: Viewer, member: Member) -> dict[str, Any]:
    """The bar above a member's data, for `personal_data/_bar.html`."""
    if member.state == ERASED:
        return {"is_erased": True}
    engine = current.engine()
    found = find_unmasking(session, viewer=viewer, member_id=member.id, now=current.now())
    return {
        "is_erased": False,
        "can_show": can(viewer, "unmask", member),
        "show_address": url_for("register.ask_for_data", member_id=member.id),
        "cover_address": url_for("register.cover_data", member_id=member.id),
        "until": found and found.until,
        "facts": list_facts(read_personal_data(session, engine, member)) if found else [],
    }


def _get(session: Session, viewer: Viewer, member_id: int) -> Member:
    member = get_entry(session, viewer, member_id, "read")
    check(viewer, "unmask", member)
    if member.state == ERASED:
        raise NotFound
    return member


def _wanted() -> str:
    wanted = request.args.get("to", "")
    return wanted if wanted in BACK_TO else ""


def _draw(member: Member, problem: str = "") -> str:
    return render_template(
        "personal_data/ask.html",
        whose={"name": member.name, "number": member.number},
        action=url_for("register.show_data", member_id=member.id, to=_wanted() or None),
        reason=request.form.get("reason", ""),
        longest=LONGEST_REASON,
        minutes=int(LASTS.total_seconds() // 60),
        problem=problem,
        back_address=url_for("register.show_member", member_id=member.id),
    )
