"""The processes: all of them, and one with its documents and its history."""

from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from web import current
from web.languages import spoken
from web.studio.blueprint import bp
from web.studio.naming import name_processes
from web.studio.viewing import get_editor, get_viewer_of_processes
from workflows.shared.access import Viewer, can_edit_processes
from workflows.shared.actor_names import name_accounts
from workflows.studio.current import Current, callers_of, documents_of, get_current, list_current
from workflows.studio.documents import own_documents
from workflows.studio.drafts import list_drafts, open_draft
from workflows.studio.models import Draft
from workflows.studio.titles import title_documents


@bp.get("/")
def index() -> str:
    """List the processes, with what is at work and what is being changed."""
    viewer = get_viewer_of_processes()
    with current.engine().database.read() as session:
        return render_template(
            "studio/index.html",
            processes=_list_processes(session),
            may_edit=can_edit_processes(session, viewer),
        )


@bp.get("/processes/<process_id>")
def process(process_id: str) -> str:
    """Show a process: its documents, who calls it, what was released."""
    viewer = get_viewer_of_processes()
    with current.engine().database.read() as session:
        return render_template("studio/process.html", **_describe(session, viewer, process_id))


@bp.post("/processes/<process_id>/draft")
def start_draft(process_id: str) -> ResponseReturnValue:
    """Open the process's draft, or begin one."""
    with current.engine().database.transaction() as session:
        editor = get_editor(session)
        draft = open_draft(session, process_id=process_id, by=editor.account_id, now=current.now())
    return redirect(url_for("studio.draft", draft_id=draft.id))


def _list_processes(session: Session) -> list[dict[str, Any]]:
    known = list_current(session)
    drafts = list_drafts(session)
    names = name_processes(session, known)
    people = name_accounts(
        session, [*(each.made_by for each in known.values()), *(each.changed_by for each in drafts)]
    )
    found = []
    for process_id, each in known.items():
        callers = callers_of(process_id, known)
        found.append(
            {
                "name": names[process_id],
                "address": url_for("studio.process", process_id=process_id),
                "is_called": bool(callers),
                "callers": [names[caller] for caller in callers],
                "release": describe_release(each, people),
                "drafts": [
                    describe_draft(draft, people)
                    for draft in drafts
                    if draft.process_id == process_id
                ],
            }
        )
    return sorted(found, key=lambda each: (each["is_called"], each["name"]))


def describe_release(release: Current, people: Any) -> dict[str, Any]:
    """What a page says of a release."""
    return {
        "number": release.number,
        "at": release.made_at,
        "by": people.get(release.made_by, ""),
        "reason": release.reason,
    }


def describe_draft(draft: Draft, people: Any) -> dict[str, Any]:
    """What a page says of a draft."""
    return {
        "id": draft.id,
        "is_shipped": draft.origin == "shipped",
        "at": draft.changed_at,
        "by": people.get(draft.changed_by, ""),
    }


def _describe(session: Session, viewer: Viewer, process_id: str) -> dict[str, Any]:
    release = get_current(session, process_id)
    known = list_current(session)
    names = name_processes(session, known)
    documents = own_documents(process_id, documents_of(session, release.release_id))
    drafts = [each for each in list_drafts(session) if each.process_id == process_id]
    people = name_accounts(session, [release.made_by, *(each.changed_by for each in drafts)])
    return {
        "process": {"id": process_id, "name": names[process_id]},
        "release": describe_release(release, people),
        "documents": title_documents(process_id, documents, spoken()),
        "drafts": [describe_draft(each, people) for each in drafts],
        "callers": [names[each] for each in callers_of(process_id, known)],
        "may_edit": can_edit_processes(session, viewer),
    }
