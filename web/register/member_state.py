"""What becomes of a membership: moved, of another kind, over, restored; its account activated."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import HuijiError, NotAllowed, NotFound
from engine.language import _, ngettext
from web import current
from web.numbers import small_int
from web.register.blueprint import bp
from web.register.member_form import describe_offices
from web.register.members import describe_member
from web.register.places import get_viewer_of_register
from web.register.words import KINDS, STATES
from workflows.register.changes import send_activation
from workflows.register.members import (
    ENDINGS,
    change_entry_kind,
    end_entry,
    get_entry,
    move_member,
    restore_entry,
)
from workflows.shared.access import Viewer
from workflows.shared.register import ERASED, Member

Doing = Callable[[Session, Member, Viewer], str]


@bp.get("/members/<int:member_id>/membership")
def show_membership(member_id: int) -> str:
    """Show what can be done with a membership."""
    viewer = get_viewer_of_register()
    with current.engine().database.read() as session:
        return _draw(session, viewer, _get(session, viewer, member_id))


@bp.post("/members/<int:member_id>/move")
def move(member_id: int) -> ResponseReturnValue:
    """Move a member to another association, with what is open."""

    def do(session: Session, member: Member, viewer: Viewer) -> str:
        moved = move_member(
            session,
            current.engine(),
            member=member,
            association_id=request.form.get("office", 0, type=small_int),
            reason=_reason(),
            viewer=viewer,
            now=current.now(),
        )
        count = len(moved)
        return ngettext(
            "The member was moved; %(n)s open case went along.",
            "The member was moved; %(n)s open cases went along.",
            count,
        )

    return _do(member_id, do)


@bp.post("/members/<int:member_id>/end")
def end(member_id: int) -> ResponseReturnValue:
    """End a membership."""

    def do(session: Session, member: Member, viewer: Viewer) -> str:
        closed = end_entry(
            session,
            current.engine(),
            member=member,
            state=request.form.get("state", ""),
            reason=_reason(),
            viewer=viewer,
            now=current.now(),
        )
        count = len(closed)
        return ngettext(
            "The membership is over; %(n)s open case was closed.",
            "The membership is over; %(n)s open cases were closed.",
            count,
        )

    return _do(member_id, do)


@bp.post("/members/<int:member_id>/restore")
def restore(member_id: int) -> ResponseReturnValue:
    """Let a membership go on that was over."""

    def do(session: Session, member: Member, viewer: Viewer) -> str:
        restore_entry(
            session,
            current.engine(),
            member=member,
            reason=_reason(),
            viewer=viewer,
            now=current.now(),
        )
        return _("The membership goes on.")

    return _do(member_id, do)


@bp.post("/members/<int:member_id>/kind")
def change_member_kind(member_id: int) -> ResponseReturnValue:
    """Make a member one of another kind."""

    def do(session: Session, member: Member, viewer: Viewer) -> str:
        change_entry_kind(
            session,
            current.engine(),
            member=member,
            kind=request.form.get("kind", ""),
            reason=_reason(),
            viewer=viewer,
            now=current.now(),
        )
        return _("The type of membership was changed.")

    return _do(member_id, do)


@bp.post("/members/<int:member_id>/activation")
def send_member_activation(member_id: int) -> ResponseReturnValue:
    """Send the activation link again."""

    def do(session: Session, member: Member, viewer: Viewer) -> str:
        send_activation(
            session,
            current.engine(),
            holder=member,
            viewer=viewer,
            address=current.address(),
            now=current.now(),
        )
        return _("The activation link is on its way.")

    return _do(member_id, do)


def _do(member_id: int, do: Doing) -> ResponseReturnValue:
    viewer = get_viewer_of_register()
    try:
        with current.engine().database.transaction() as session:
            said = do(session, _get(session, viewer, member_id), viewer)
    except (NotFound, NotAllowed):
        raise
    except HuijiError as error:
        with current.engine().database.read() as session:
            member = _get(session, viewer, member_id)
            return _draw(session, viewer, member, str(error)), 422
    flash(said, "success")
    with current.engine().database.read() as session:
        member = session.get_one(Member, member_id)
        is_still_seen = bool(describe_member(session, viewer, member)["can_edit"])
    if not is_still_seen:
        return redirect(url_for("register.list_all_members"))
    return redirect(url_for("register.show_member", member_id=member_id))


def _get(session: Session, viewer: Viewer, member_id: int) -> Member:
    member = get_entry(session, viewer, member_id, "edit")
    if member.state == ERASED:
        raise NotFound
    return member


def _reason() -> str:
    return request.form.get("reason", "")


def _draw(session: Session, viewer: Viewer, member: Member, problem: str = "") -> str:
    found: dict[str, Any] = describe_member(session, viewer, member)
    return render_template(
        "register/member_state.html",
        member=found,
        offices=[
            each
            for each in describe_offices(session, viewer)
            if each["id"] != member.association_id
        ],
        endings=[(each, _(STATES[each])) for each in ENDINGS if each != member.state],
        kinds=[(each, _(word)) for each, word in KINDS.items() if each != member.kind],
        typed=request.form,
        here=request.path.rpartition("/")[2],
        problem=problem,
    )
