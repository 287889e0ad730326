"""消息模板: messages in the association's own words, with a preview before they are kept."""

from string import Template
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotFound, Rejected
from engine.language import _
from web import current
from web.manage.blueprint import bp
from web.manage.deliveries import CHANNEL_NAMES
from web.manage.places import get_viewer_of_management
from web.manage.text_values import VALUES
from web.numbers import small_int
from web.words import name_office
from workflows.shared.access import MANAGING, Viewer, managed_associations
from workflows.shared.actor_names import name_accounts
from workflows.shared.associations import Association
from workflows.shared.channels import SMS
from workflows.shared.edits import list_edits
from workflows.shared.message_texts import (
    check_texts,
    get_wording,
    list_wordings,
    names_of,
    reset_texts,
    save_texts,
    subject_of,
)
from workflows.shared.templates import PARTS


@bp.get("/texts")
def list_texts() -> str:
    """List every message with the words that an association's have."""
    viewer = get_viewer_of_management()
    with current.engine().database.read() as session:
        office, offices = _find_office(session, viewer)
        rows = [
            {
                "template": each.template,
                "title": _fill({"title": each.texts.title}, office)["title"],
                "step": each.texts.node,
                "origin": _name_origin(session, each.origin_id, office),
                "address": url_for("manage.show_text", template=each.template, office=office.id),
            }
            for each in list_wordings(session, association_id=office.id)
        ]
        names = [{"id": each.id, "name": name_office(each)} for each in offices]
        return render_template("manage/texts.html", rows=rows, office=office.id, offices=names)


@bp.get("/texts/<template>")
def show_text(template: str) -> str:
    """Show one message's words, to change."""
    viewer = get_viewer_of_management()
    with current.engine().database.read() as session:
        return _draw(session, viewer, template)


@bp.post("/texts/<template>")
def keep_text(template: str) -> ResponseReturnValue:
    """Keep the words, show them in a preview, or go back to what is inherited."""
    viewer, action = get_viewer_of_management(), request.form.get("action", "")
    names_of(template)
    try:
        texts = None if action == "reset" else check_texts(template, request.form)
    except Rejected as error:
        with current.engine().database.read() as session:
            return _draw(session, viewer, template, problem=str(error)), 422
    if action == "preview":
        with current.engine().database.read() as session:
            return _draw(session, viewer, template)
    with current.engine().database.transaction() as session:
        office, _offices = _find_office(session, viewer)
        where: dict[str, Any] = {"association_id": office.id, "template": template}
        if texts is None:
            reset_texts(session, **where, viewer=viewer, now=current.now())
        else:
            save_texts(session, **where, texts=texts, viewer=viewer, now=current.now())
        office_id = office.id
    flash(_("Messages are sent in these words from now on."), "success")
    return redirect(url_for("manage.show_text", template=template, office=office_id))


def _draw(session: Session, viewer: Viewer, template: str, *, problem: str = "") -> str:
    office, _offices = _find_office(session, viewer)
    wording = get_wording(session, association_id=office.id, template=template)
    is_typed = request.method == "POST"
    typed = {
        name: request.form.get(name, "") if is_typed else getattr(wording.texts, name)
        for name in PARTS
    }
    edits = list_edits(session, subject=subject_of(office.id, template))
    people = name_accounts(session, [each.by for each in edits])
    return render_template(
        "manage/text.html",
        template=template,
        office={"id": office.id, "name": name_office(office)},
        step=wording.texts.node,
        typed=typed,
        values=[_describe_value(name) for name in wording.names],
        origin=_name_origin(session, wording.origin_id, office),
        is_own=wording.origin_id == office.id,
        inherited=wording.inherited,
        preview=_fill(typed, office),
        channels=[_(CHANNEL_NAMES[each]) for each in wording.texts.channels],
        is_texted=SMS in wording.texts.channels,
        can_change=any(viewer.has(duty, office.id) for duty in MANAGING),
        edits=[
            {
                "at": each.at,
                "by": people.get(each.by, ""),
                "before": each.before,
                "after": each.after,
            }
            for each in edits
        ],
        problem=problem,
    )


def _fill(typed: dict[str, str], office: Association) -> dict[str, str]:
    """The words as an example person would read them; what is unknown stays as it was typed."""
    values = {name: each.example for name, each in VALUES.items()}
    values["association"] = office.name
    return {name: Template(text).safe_substitute(values) for name, text in typed.items()}


def _describe_value(name: str) -> dict[str, str]:
    known = VALUES.get(name)
    return {"code": f"${name}", "meaning": _(known.meaning) if known else ""}


def _name_origin(session: Session, origin_id: int | None, office: Association) -> str:
    if origin_id is None:
        return _("As shipped")
    if origin_id == office.id:
        return _("Own words")
    return name_office(session.get_one(Association, origin_id))


def _find_office(session: Session, viewer: Viewer) -> tuple[Association, list[Association]]:
    ids = sorted(managed_associations(viewer))
    query = select(Association).where(Association.id.in_(ids)).order_by(Association.id)
    offices = {each.id: each for each in session.scalars(query)}
    wanted = request.values.get("office", type=small_int)
    if wanted is not None and wanted not in offices:
        raise NotFound
    own = viewer.association_id or 0
    return offices.get(wanted or own) or next(iter(offices.values())), list(offices.values())
