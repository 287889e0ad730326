"""A new process of the administrators' own, for others to call."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import Conflict, HuijiError, Rejected
from engine.language import _
from web import current
from web.studio.blueprint import bp
from web.studio.viewing import get_editor
from workflows.studio.beginning import (
    LONGEST_ID,
    LONGEST_NAME,
    UNTOUCHED,
    IdNotAllowed,
    NamesMissing,
    ProcessThere,
    begin_process,
    is_name,
)
from workflows.studio.drafts import find_draft
from workflows.studio.models import Draft

TYPED = ("name", "english", "id")


@bp.get("/new")
def new_process() -> str:
    """Ask what the process is called."""
    with current.engine().database.read() as session:
        get_editor(session)
    return _draw()


@bp.post("/new")
def make_process() -> ResponseReturnValue:
    """Make its draft and open it; a second press leads to the one that the first made."""
    typed = {each: request.form.get(each, "") for each in TYPED}
    try:
        with current.engine().database.transaction() as session:
            editor = get_editor(session)
            draft = begin_process(
                session,
                name=typed["name"],
                english=typed["english"],
                wanted_id=typed["id"],
                by=editor.account_id,
                now=current.now(),
            )
    except ProcessThere as error:
        return _lead_to_own(error) or _refuse(error)
    except (Conflict, Rejected) as error:
        return _refuse(error)
    return redirect(url_for("studio.draft", draft_id=draft.id))


def _lead_to_own(error: ProcessThere) -> ResponseReturnValue | None:
    """The draft of the id that the same person began and nobody has changed, if it is that."""
    with current.engine().database.read() as session:
        editor = get_editor(session)
        draft = find_draft(session, error.process_id)
        if draft is None or draft.made_by != editor.account_id or not _is_fresh(draft):
            return None
    flash(_("The process was begun already: this is its draft."), "info")
    return redirect(url_for("studio.list_draft_documents", draft_id=draft.id))


def _is_fresh(draft: Draft) -> bool:
    return draft.base_release_id is None and draft.version == UNTOUCHED


def _refuse(error: HuijiError) -> ResponseReturnValue:
    return _draw(str(error), _field_of(error)), 409 if isinstance(error, Conflict) else 422


def _field_of(error: HuijiError) -> str | None:
    """Where what was refused was typed; an id that was not typed comes from the English name."""
    match error:
        case NamesMissing():
            return "name" if not is_name(request.form.get("name", "")) else "english"
        case IdNotAllowed() | ProcessThere():
            return "id" if request.form.get("id", "").strip() else "english"
    return None


def _draw(problem: str = "", at: str | None = None) -> str:
    return render_template(
        "studio/new_process.html",
        typed={each: request.form.get(each, "") for each in TYPED},
        at=at,
        longest_name=LONGEST_NAME,
        longest_id=LONGEST_ID,
        problem=problem,
    )
