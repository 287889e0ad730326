"""Erasing people's data: one asks for it, another agrees, and it is done for good."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Rejected
from engine.language import N_, _
from web import current
from web.manage.blueprint import bp
from web.manage.places import get_viewer_of_management
from web.words import name_office
from workflows.personal_data.erasing import (
    LIVE,
    LONGEST_REASON,
    Erasure,
    agree,
    ask_erasure,
    find_obstacles,
    get_erasure,
    list_erasures,
    withdraw,
)
from workflows.shared.access import Viewer, can, check, managed_associations
from workflows.shared.actor_names import name_accounts
from workflows.shared.associations import get_association
from workflows.shared.register import Member, find_member_by_number, get_member

STATES = {
    "asked": N_("Asked for"),
    "agreed": N_("Agreed to"),
    "erased": N_("Erased"),
    "withdrawn": N_("Withdrawn"),
}
LOOKS = {"asked": "in_review", "agreed": "in_review", "erased": "passed", "withdrawn": "draft"}


class NumberUnknown(Rejected):
    """Nobody whom the viewer may erase has this number."""

    message = N_("There is no member with this number in your associations.")


@bp.get("/erasures", endpoint="list_erasures")
def show_list() -> str:
    """List what was asked for and what was done."""
    viewer = get_viewer_of_management()
    with current.engine().database.read() as session:
        return _draw_list(session, viewer)


@bp.post("/erasures")
def ask_to_erase() -> ResponseReturnValue:
    """Ask for a member's data to be erased."""
    viewer = get_viewer_of_management()
    try:
        with current.engine().database.transaction() as session:
            member = find_member_by_number(session, request.form.get("number", ""))
            if member is None or not can(viewer, "see_erasure", member):
                raise NumberUnknown
            made = ask_erasure(
                session,
                current.engine(),
                member_id=member.id,
                viewer=viewer,
                reason=request.form.get("reason", ""),
                now=current.now(),
            )
    except Rejected as error:
        with current.engine().database.read() as session:
            return _draw_list(session, viewer, problem=str(error)), 422
    flash(_("Somebody else has to agree now."), "success")
    return redirect(url_for("manage.show_erasure", erasure_id=made.id))


@bp.get("/erasures/<uuid:erasure_id>")
def show_erasure(erasure_id: UUID) -> str:
    """Show one request: who is meant, what goes, what stays, and what stands against it."""
    viewer = get_viewer_of_management()
    with current.engine().database.read() as session:
        found, member = _get(session, viewer, erasure_id)
        is_asked = found.state == "asked"
        may_settle = is_asked and can(viewer, "agree_erasure", member)
        return render_template(
            "manage/erasure.html",
            erasure=_describe(session, [found])[0],
            office=name_office(get_association(session, member.association_id)),
            obstacles=find_obstacles(session, current.engine(), member=member, now=current.now())
            if is_asked
            else [],
            is_own=found.asked_by == viewer.account_id,
            may_agree=may_settle and found.asked_by != viewer.account_id,
            may_withdraw=may_settle,
        )


@bp.post("/erasures/<uuid:erasure_id>/agree")
def agree_to_erase(erasure_id: UUID) -> ResponseReturnValue:
    """Agree as the second person."""
    viewer = get_viewer_of_management()
    with current.engine().database.transaction() as session:
        _get(session, viewer, erasure_id)
        agree(session, current.engine(), erasure_id=erasure_id, viewer=viewer, now=current.now())
    flash(_("The data are being erased."), "success")
    return redirect(url_for("manage.show_erasure", erasure_id=erasure_id))


@bp.post("/erasures/<uuid:erasure_id>/withdraw")
def withdraw_erasure(erasure_id: UUID) -> ResponseReturnValue:
    """Take a request back, or say no to it."""
    viewer = get_viewer_of_management()
    with current.engine().database.transaction() as session:
        _get(session, viewer, erasure_id)
        withdraw(session, erasure_id=erasure_id, viewer=viewer, now=current.now())
    flash(_("Nothing is erased."), "success")
    return redirect(url_for("manage.list_erasures"))


def _get(session: Session, viewer: Viewer, erasure_id: UUID) -> tuple[Erasure, Member]:
    found = get_erasure(session, erasure_id)
    member = get_member(session, found.member_id)
    check(viewer, "see_erasure", member)
    return found, member


def _draw_list(session: Session, viewer: Viewer, *, problem: str = "") -> str:
    found = list_erasures(session, association_ids=managed_associations(viewer))
    return render_template(
        "manage/erasures.html",
        live=_describe(session, [each for each in found if each.state in LIVE]),
        settled=_describe(session, [each for each in found if each.state not in LIVE]),
        may_ask=bool(viewer.duties.get("admin")),
        longest=LONGEST_REASON,
        problem=problem,
        typed={name: request.form.get(name, "") for name in ("number", "reason")},
    )


def _describe(session: Session, found: Sequence[Erasure]) -> list[dict[str, Any]]:
    members = {
        each.id: each
        for each in session.scalars(
            select(Member).where(Member.id.in_([each.member_id for each in found]))
        )
    }
    people = name_accounts(
        session, [key for each in found for key in (each.asked_by, each.settled_by)]
    )
    return [
        {
            "address": url_for("manage.show_erasure", erasure_id=each.id),
            "id": each.id,
            "name": members[each.member_id].name,
            "number": members[each.member_id].number,
            "reason": each.reason,
            "state": _(STATES[each.state]),
            "look": LOOKS[each.state],
            "asked_by": people.get(each.asked_by, "") if each.asked_by else _("System"),
            "asked_at": each.asked_at,
            "settled_by": people.get(each.settled_by, "") if each.settled_by else "",
            "settled_at": each.settled_at,
            "erased_at": each.erased_at,
        }
        for each in found
    ]
