"""The processes: all of them, and one with its documents and its history."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.language import _
from engine.releases import ReleaseNotFound, check_unit
from web import current
from web.drawings import answer_drawing
from web.languages import spoken
from web.studio.blueprint import bp
from web.studio.history import describe_history, say_reason
from web.studio.naming import name_processes, place_of
from web.studio.viewing import get_editor, get_viewer_of_processes
from web.turns import takes_turns
from workflows.shared.access import Viewer, can_edit_processes
from workflows.shared.actor_names import name_accounts
from workflows.studio.cases_on_releases import CaseCount
from workflows.studio.current import Current, callers_of, documents_of, list_current
from workflows.studio.documents import KINDS, name_of, own_documents, suffix_of
from workflows.studio.drafts import list_drafts, open_draft, read_documents
from workflows.studio.models import EDITED, Draft
from workflows.studio.titles import about_process, title_documents, title_process


@bp.get("/")
def index() -> str:
    """List the processes, with what is at work and what is being changed."""
    viewer = get_viewer_of_processes()
    with current.engine().database.read() as session:
        return render_template(
            "studio/index.html",
            processes=_list_processes(session),
            begun=_list_begun(session),
            may_edit=can_edit_processes(session, viewer),
        )


@bp.get("/processes/<process_id>")
@takes_turns
def process(process_id: str) -> ResponseReturnValue:
    """Show a process: its documents, who calls it, what was released."""
    viewer = get_viewer_of_processes()
    with current.engine().database.read() as session:
        page = render_template("studio/process.html", **_describe(session, viewer, process_id))
    return answer_drawing(page)


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
                "is_called": _is_called(process_id, callers),
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


def _list_begun(session: Session) -> list[dict[str, Any]]:
    """The drafts of processes that were never released."""
    known = list_current(session)
    drafts = [
        each
        for each in list_drafts(session)
        if each.process_id not in known and each.origin == EDITED
    ]
    people = name_accounts(session, [each.changed_by for each in drafts])
    found = []
    for each in drafts:
        documents = read_documents(session, each.id)
        found.append(
            {
                **describe_draft(each, people),
                "name": title_process(each.process_id, documents, spoken()),
                "address": url_for("studio.draft", draft_id=each.id),
            }
        )
    return sorted(found, key=lambda each: str(each["name"]))


def _is_called(process_id: str, callers: Sequence[str]) -> bool:
    """Whether a process is a part of others: cases begin with none that nothing begins."""
    return bool(callers) or process_id not in current.workflows().beginnings


def describe_release(release: Current, people: Mapping[int, str]) -> dict[str, Any]:
    """What a page says of a release."""
    return {
        "number": release.number,
        "at": release.made_at,
        "by": people.get(release.made_by or 0, _("The system")),
        "reason": say_reason(release.reason),
    }


def describe_draft(draft: Draft, people: Mapping[int, str]) -> dict[str, Any]:
    """What a page says of a draft."""
    return {
        "id": draft.id,
        "is_shipped": draft.origin == "shipped",
        "at": draft.changed_at,
        "by": people.get(draft.changed_by or 0, ""),
    }


def _describe(session: Session, viewer: Viewer, process_id: str) -> dict[str, Any]:
    known = list_current(session)
    release = known.get(process_id)
    if release is None:
        raise ReleaseNotFound(process=process_id)
    names = name_processes(session, known)
    unit = documents_of(session, release.release_id)
    own = own_documents(process_id, unit)
    titles = title_documents(process_id, own, spoken())
    drafts = [each for each in list_drafts(session) if each.process_id == process_id]
    people = name_accounts(session, [release.made_by, *(each.changed_by for each in drafts)])
    problems = check_unit(process_id, unit, current.engine().checks)
    callers = callers_of(process_id, known)
    is_called = _is_called(process_id, callers)
    history = describe_history(session, process_id)
    return {
        "process": {
            "id": process_id,
            "name": names[process_id],
            "about": about_process(process_id, own, spoken()),
        },
        "release": describe_release(release, people),
        "documents": _list_documents(process_id, release, titles),
        "drafts": [describe_draft(each, people) for each in drafts],
        "callers": [
            {
                **_link(each, names),
                "is_behind": known[each].own_parts(process_id) != release.own_parts(process_id),
            }
            for each in callers
        ],
        "called": [_link(each, names) for each in sorted(release.processes - {process_id})],
        "history": history,
        # Of a process that is only called the cases run on the releases of its callers.
        "counts_cases": not is_called or any(each["cases"] != CaseCount() for each in history),
        "is_called": is_called,
        "problems": [str(each) for each in problems if not each.is_warning],
        "may_edit": can_edit_processes(session, viewer),
    }


def _list_documents(
    process_id: str, release: Current, titles: Mapping[str, str]
) -> list[dict[str, str]]:
    return [
        {
            "kind": _(KINDS[suffix_of(path)]),
            "title": titles.get(path, ""),
            "name": name_of(path),
            "address": url_for(
                "studio.read_release_document",
                process_id=process_id,
                number=release.number,
                path=path,
            ),
        }
        for path in sorted(release.own_parts(process_id), key=place_of)
    ]


def _link(process_id: str, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": names.get(process_id, process_id),
        "address": url_for("studio.process", process_id=process_id),
    }
