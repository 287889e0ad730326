"""修改信息: the free fields are changed at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

import forms
from engine.language import _
from forms.bound import BoundForm
from web import current
from web.addresses import local_address
from web.languages import spoken
from web.numbers import small_int
from web.profile.blueprint import bp
from web.profile.own import describe_platform
from web.sessions import get_member_person
from workflows.profile_change.free_fields import (
    SAVE,
    ProfileHasChanged,
    bind_profile,
    read_profile,
    save_profile,
    version_of,
)
from workflows.shared.access import check
from workflows.shared.field_names import name_field, name_fields, say_value
from workflows.shared.register import Member, NotAMember, get_member
from workflows.shared.supervision import owned_fields


@bp.get("/edit")
def edit() -> ResponseReturnValue:
    """Show the free fields to be changed."""
    person, member_id = get_member_person()
    with current.engine().database.read() as session:
        member = get_member(session, member_id)
        check(person.viewer, "edit_profile", member)
        if member.state != "active":
            raise NotAMember
        return _draw(session, member, read_profile(session, current.engine(), member))


@bp.post("/edit")
def save() -> ResponseReturnValue:
    """Save what was typed, at once; a button that adds or takes a row away stays on the page."""
    person, member_id = get_member_person()
    engine, now = current.engine(), current.now()
    with engine.database.read() as session:
        member = get_member(session, member_id)
        check(person.viewer, "edit_profile", member)
        bound = bind_profile(engine, member, language=spoken(), now=now)
        if request.form.get("outcome") != SAVE:
            return _draw(session, member, _stay(session, member, bound))
        reading = bound.read(request.form, outcome=SAVE)
        if reading.errors:
            return _draw(session, member, reading.values, reading.errors), 422
    try:
        with engine.database.transaction() as session:
            changed = save_profile(
                session,
                engine,
                member=get_member(session, member_id),
                values=reading.values,
                seen=request.form.get("seen", type=small_int),
                by=person.actor,
                now=now,
            )
    except ProfileHasChanged as conflict:
        with engine.database.read() as session:
            member = get_member(session, member_id)
            return _draw(session, member, reading.values, conflict=str(conflict)), 409
    if changed:
        fields = name_fields(changed, spoken())
        flash(_("Your information is saved: %(fields)s.", fields=fields), "success")
    else:
        flash(_("Nothing was changed."), "info")
    return redirect(local_address(request.form.get("next"), url_for("profile.show")))


def _stay(session: Session, member: Member, bound: BoundForm) -> Mapping[str, Any]:
    """What stands in the form after a button that stays on the page."""
    before = read_profile(session, current.engine(), member)
    values = bound.read(request.form, outcome=None, values_before=before).values
    action = forms.find_action(request.form)
    return values if action is None else bound.change_rows(values, action)


def _draw(
    session: Session,
    member: Member,
    values: Mapping[str, Any],
    errors: Sequence[forms.FieldError] = (),
    *,
    conflict: str = "",
) -> str:
    engine = current.engine()
    bound = bind_profile(engine, member, language=spoken(), now=current.now())
    return render_template(
        "profile/edit.html",
        form=forms.draw(
            current_app.jinja_env, bound, bound.complete(values), errors=errors, reveal=True
        ),
        # After a conflict the page shows what stands there now: it was looked at.
        seen=version_of(session, member.id),
        next=local_address(request.values.get("next"), ""),
        conflict=conflict,
        now_there=_describe_now(session, member, values) if conflict else [],
        platform=describe_platform() if owned_fields(engine, member) else None,
    )


def _describe_now(
    session: Session, member: Member, values: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """What stands in the register otherwise than in what was typed."""
    there = read_profile(session, current.engine(), member)
    return [
        (name_field(name, spoken()), say_value(name, value, spoken()))
        for name, value in there.items()
        if name in values and (values[name] or None) != (value or None)
    ]
