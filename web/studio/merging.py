"""Taking over what an upgrade brought or what was released meanwhile, document by document."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import Conflict, Rejected
from engine.language import N_, _
from web import current
from web.drawings import answer_drawing
from web.languages import spoken
from web.studio.blueprint import bp
from web.studio.comparing.sides import DRAFT
from web.studio.differing import AddressOf, describe_difference, list_differences
from web.studio.naming import name_processes
from web.studio.viewing import get_editor
from workflows.studio.current import get_current, list_current
from workflows.studio.differences import differences_of
from workflows.studio.drafts import find_draft
from workflows.studio.merging import (
    Merge,
    NothingWaits,
    Source,
    discard_shipped,
    plan_merge,
    take_over,
)
from workflows.studio.models import SHIPPED
from workflows.studio.titles import title_both

WHOSE = {
    "shipped": {
        "theirs": N_("changed by the upgrade only"),
        "ours": N_("changed here only"),
        "both": N_("changed here and by the upgrade"),
    },
    "released": {
        "theirs": N_("changed by the release only"),
        "ours": N_("changed in the draft only"),
        "both": N_("changed in the draft and by the release"),
    },
}
SOURCES: dict[str, Source] = {"upgrade": "shipped", "released": "released"}


@bp.get("/processes/<process_id>/<any(upgrade, released):which>")
def show_merge(process_id: str, which: str) -> ResponseReturnValue:
    """Show what is different in theirs, with a box for each document."""
    with current.engine().database.read() as session:
        get_editor(session)
        merge = plan_merge(session, process_id=process_id, source=SOURCES[which])
        return answer_drawing(_draw(session, merge))


@bp.post("/processes/<process_id>/<any(upgrade, released):which>")
def merge(process_id: str, which: str) -> ResponseReturnValue:
    """Take over the ticked documents into the draft, or throw away what an upgrade brought."""
    try:
        return _merge_as_shown(process_id, SOURCES[which])
    except NothingWaits as error:
        # Pressed twice, or somebody else was faster.
        flash(str(error), "info")
        return redirect(url_for("studio.process", process_id=process_id))


def _merge_as_shown(process_id: str, source: Source) -> ResponseReturnValue:
    basis = request.form.get("basis", "")
    is_discarded = request.form.get("action") == "discard" and source == "shipped"
    try:
        with current.engine().database.transaction() as session:
            editor = get_editor(session)
            if is_discarded:
                discard_shipped(session, process_id=process_id, basis=basis)
            else:
                draft = take_over(
                    session,
                    process_id=process_id,
                    source=source,
                    basis=basis,
                    paths=request.form.getlist("paths"),
                    by=editor.account_id,
                    now=current.now(),
                )
    except (Conflict, Rejected) as error:
        with current.engine().database.read() as session:
            again = plan_merge(session, process_id=process_id, source=source)
            page = _draw(session, again, problem=str(error))
        return answer_drawing(page), 409 if isinstance(error, Conflict) else 422
    if is_discarded:
        flash(_("What the upgrade brought was discarded. The process stays as it is."), "success")
        return redirect(url_for("studio.process", process_id=process_id))
    flash(_("What you ticked is in the draft. Look through it and release it."), "success")
    return redirect(url_for("studio.release", draft_id=draft.id))


def _draw(session: Session, merge: Merge, *, problem: str = "") -> str:
    titles = title_both(merge.process_id, merge.ours, merge.theirs, spoken())
    differences = {each.path: each for each in differences_of(merge.ours, merge.theirs)}
    names = name_processes(session, list_current(session))
    return render_template(
        "studio/merge.html",
        process={"id": merge.process_id, "name": names[merge.process_id]},
        is_upgrade=merge.source == "shipped",
        has_draft=find_draft(session, merge.process_id) is not None,
        choices=[
            {
                **describe_difference(differences[each.path], titles),
                "whose": _(WHOSE[merge.source][each.whose]),
                "is_ticked": each.whose == "theirs",
                "is_both": each.whose == "both",
            }
            for each in merge.choices
        ],
        differences=list_differences(
            session,
            merge.process_id,
            old=merge.ours,
            new=merge.theirs,
            address_of=_side_by_side(session, merge),
        ),
        old=merge.ours,
        new=merge.theirs,
        basis=merge.basis,
        problem=problem,
    )


def _side_by_side(session: Session, merge: Merge) -> AddressOf | None:
    """Where a document of ours stands beside what an upgrade brought."""
    brought = find_draft(session, merge.process_id, origin=SHIPPED)
    if brought is None or merge.source != SHIPPED:
        return None
    edited = find_draft(session, merge.process_id)
    ours = DRAFT if edited is not None else str(get_current(session, merge.process_id).number)
    beside: dict[str, Any] = {"draft_id": brought.id, "from": ours}
    return lambda path: url_for("studio.compare_draft", document=path, **beside)
