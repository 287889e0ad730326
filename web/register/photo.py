"""更换照片: the association has the photo of a member's certificate taken anew."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import Conflict, NotAllowed, NotFound, Rejected
from engine.language import N_, _
from web import current
from web.register.blueprint import bp
from web.register.members import describe_member
from web.register.places import get_viewer_of_register
from workflows.member_certificate.cases import (
    LONGEST_REASON,
    find_obstacle,
    find_open_certificate,
    renew_photo,
)
from workflows.register.members import get_entry
from workflows.shared.access import Viewer, check
from workflows.shared.leaving import hold_with_cases
from workflows.shared.photos import find_photo
from workflows.shared.register import Member


class BegunMeanwhile(Conflict):
    """What the member has under way is not what it was when the page was drawn."""

    message = N_("An application for a certificate was begun meanwhile. Look at it first.")


@bp.get("/members/<int:member_id>/photo")
def ask_for_photo(member_id: int) -> str:
    """Ask why the photo is to be renewed."""
    viewer = get_viewer_of_register()
    with current.engine().database.read() as session:
        return _draw(session, viewer, _get(session, viewer, member_id))


@bp.post("/members/<int:member_id>/photo")
def have_photo_renewed(member_id: int) -> ResponseReturnValue:
    """Begin the renewal: the member is told, and the appointment waits in the inbox.

    Sent twice it is one: the second finds what the first began.
    """
    viewer, engine = get_viewer_of_register(), current.engine()
    try:
        with engine.database.transaction() as session:
            member = _get(session, viewer, member_id)
            hold_with_cases(session, member)
            check(viewer, "renew_photo", member)
            _check_seen(session, member)
            renew_photo(
                session,
                engine,
                member=member,
                reason=request.form.get("reason", ""),
                by=viewer.actor,
                now=current.now(),
            )
    except (NotFound, NotAllowed):
        raise
    except BegunMeanwhile as error:
        flash(str(error))
        return redirect(url_for("register.show_member", member_id=member_id))
    except (Rejected, Conflict) as error:
        with engine.database.read() as session:
            return _draw(session, viewer, _get(session, viewer, member_id), str(error)), 422
    flash(
        _("The photo is to be renewed. The member was told; set the appointment in the inbox."),
        "success",
    )
    return redirect(url_for("register.show_member", member_id=member_id))


def _get(session: Session, viewer: Viewer, member_id: int) -> Member:
    member = get_entry(session, viewer, member_id, "renew_photo")
    obstacle = find_obstacle(current.engine(), member)
    if obstacle is not None:
        raise NotFound
    return member


def _check_seen(session: Session, member: Member) -> None:
    live = find_open_certificate(session, member)
    if (None if live is None else live.id) != request.form.get("seen", type=UUID):
        raise BegunMeanwhile


def _draw(session: Session, viewer: Viewer, member: Member, problem: str = "") -> str:
    live, photo = find_open_certificate(session, member), find_photo(session, member.id)
    return render_template(
        "register/member_photo.html",
        member=describe_member(session, viewer, member),
        live=live and {"id": live.id, "status": live.status, "updated_at": live.updated_at},
        taken_at=photo and photo.taken_at,
        reason=request.form.get("reason", ""),
        longest=LONGEST_REASON,
        problem=problem,
    )
