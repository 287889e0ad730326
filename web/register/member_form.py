"""A member's entry typed: admitted, or changed with a reason."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Conflict, NotFound, Rejected
from engine.language import _
from web import current
from web.numbers import small_int
from web.profile.own import describe_platform
from web.register.blueprint import bp
from web.register.forms import bind_form, draw_form, point_at, read_form
from web.register.members import describe_member
from web.register.places import get_viewer_of_register
from web.register.unmasking import EDIT, sees_data
from web.register.words import describe_changes
from web.words import name_office
from workflows.register.changes import ChangedMeanwhile, NothingChanged, edit_entry, version_of
from workflows.register.members import admit_member, get_entry
from workflows.shared.access import Viewer, check, register_associations
from workflows.shared.associations import Association, get_association
from workflows.shared.register import ERASED, Firm, Member
from workflows.shared.register_changes import list_changes, register_fields
from workflows.shared.supervision import owned_fields

SOME_CHANGES = 3


@bp.get("/members/new")
def new_member() -> str:
    """Show the empty form of an admission."""
    viewer = get_viewer_of_register("admit")
    with current.engine().database.read() as session:
        return _draw_new(session, viewer, {})


@bp.post("/members/new")
def save_new_member() -> ResponseReturnValue:
    """Admit somebody: an activation link goes out; sent twice it is one admission."""
    viewer = get_viewer_of_register("admit")
    bound, reading, is_sent = read_form("admit_member")
    database = current.engine().database
    if not is_sent or reading.errors:
        with database.read() as session:
            page = _draw_new(session, viewer, reading.values, reading.errors)
        return page, 422 if reading.errors else 200
    try:
        with database.transaction() as session:
            member = admit_member(
                session,
                current.engine(),
                association=get_chosen_office(session, viewer),
                typed=reading.values,
                viewer=viewer,
                address=current.address(),
                now=current.now(),
            )
            member_id, name = member.id, member.name
    except (Rejected, Conflict) as error:
        with database.read() as session:
            return _draw_new(session, viewer, reading.values, point_at(bound, error)), 422
    flash(
        _("%(name)s is in the register; the activation link is on its way.", name=name), "success"
    )
    return redirect(url_for("register.show_member", member_id=member_id))


@bp.get("/members/<int:member_id>/edit")
def edit_member(member_id: int) -> ResponseReturnValue:
    """Show an entry to be changed: who changes it sees it in full, and said why before."""
    viewer = get_viewer_of_register()
    with current.engine().database.read() as session:
        member = _get(session, viewer, member_id)
        if not sees_data(session, viewer, member):
            return redirect(url_for("register.ask_for_data", member_id=member.id, to=EDIT))
        values = register_fields(session, current.engine().vault, member)
        firm = None if member.firm_id is None else session.get(Firm, member.firm_id)
        values["firm_number"] = firm and firm.number
        return _draw(session, viewer, member, values)


@bp.post("/members/<int:member_id>/edit")
def save_member(member_id: int) -> ResponseReturnValue:
    """Save an entry; what somebody else saved meanwhile is shown above what was typed."""
    viewer = get_viewer_of_register()
    database = current.engine().database
    with database.read() as session:
        is_owned = _is_owned(_get(session, viewer, member_id))
    bound, reading, is_sent = read_form("member", is_owned=is_owned)
    if not is_sent or reading.errors:
        with database.read() as session:
            member = _get(session, viewer, member_id)
            page = _draw(session, viewer, member, reading.values, reading.errors)
        return page, 422 if reading.errors else 200
    try:
        with database.transaction() as session:
            edit_entry(
                session,
                current.engine(),
                holder=_get(session, viewer, member_id),
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
            member, is_stale = _get(session, viewer, member_id), isinstance(error, ChangedMeanwhile)
            errors = [] if is_stale else point_at(bound, error)
            page = _draw(session, viewer, member, reading.values, errors, is_stale=is_stale)
        return page, 409 if is_stale else 422
    else:
        flash(_("The entry was changed."), "success")
    return redirect(url_for("register.show_member", member_id=member_id))


def list_own_offices(session: Session, viewer: Viewer) -> list[Association]:
    """The associations whose register the person changes."""
    ids = sorted(register_associations(viewer, to_change=True))
    query = select(Association).where(Association.id.in_(ids)).order_by(Association.id)
    return list(session.scalars(query))


def get_chosen_office(session: Session, viewer: Viewer) -> Association:
    """The association that was chosen; raises NotFound for one that is not the person's."""
    association = get_association(session, request.form.get("office", 0, type=small_int))
    check(viewer, "admit", association)
    return association


def describe_offices(session: Session, viewer: Viewer) -> list[dict[str, Any]]:
    """The associations to choose from."""
    return [
        {"id": each.id, "name": name_office(each)} for each in list_own_offices(session, viewer)
    ]


def _get(session: Session, viewer: Viewer, member_id: int) -> Member:
    member = get_entry(session, viewer, member_id, "edit")
    check(viewer, "unmask", member)
    if member.state == ERASED:
        raise NotFound
    return member


def _is_owned(member: Member) -> bool:
    return bool(owned_fields(current.engine(), member))


def _draw_new(session: Session, viewer: Viewer, values: Any, errors: Any = ()) -> str:
    return render_template(
        "register/member_new.html",
        offices=describe_offices(session, viewer),
        office_id=request.form.get("office", type=small_int),
        form=draw_form(bind_form("admit_member"), values, errors),
    )


def _draw(
    session: Session,
    viewer: Viewer,
    member: Member,
    values: Any,
    errors: Any = (),
    *,
    is_stale: bool = False,
) -> str:
    version = version_of(session, member)
    if request.method == "POST" and not is_stale:
        version = request.form.get("version", 0, type=small_int)
    changes = list_changes(session, member_id=member.id, limit=SOME_CHANGES) if is_stale else []
    return render_template(
        "register/member_edit.html",
        member=describe_member(session, viewer, member),
        version=version,
        meanwhile=describe_changes(
            session, changes, is_revealed=sees_data(session, viewer, member)
        ),
        form=draw_form(bind_form("member", is_owned=_is_owned(member)), values, errors),
        platform=describe_platform() if _is_owned(member) else None,
    )
