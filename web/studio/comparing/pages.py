"""The pages of a comparison: of a draft with a release, and of two releases."""

from typing import Any
from uuid import UUID

from flask import Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.language import _
from web import current
from web.drawings import answer_drawing, translate_diagram
from web.languages import spoken
from web.security import policy
from web.studio.blueprint import bp
from web.studio.comparing.forms import draw_marked
from web.studio.comparing.sides import Comparison, compare_two_releases, compare_with_draft
from web.studio.comparing.tables import describe_tables
from web.studio.differing import list_differences
from web.studio.previews import PREVIEW_POLICY, Reader
from web.studio.shell import describe_shell
from web.studio.viewing import get_editor, get_viewer_of_processes
from web.turns import takes_turns
from workflows.studio.documents import DIAGRAM, FORM, TABLE, suffix_of
from workflows.studio.drafts import get_draft
from workflows.studio.models import EDITED
from workflows.studio.titles import title_elements, title_process


@bp.get("/drafts/<uuid:draft_id>/compare")
@takes_turns
def compare_draft(draft_id: UUID) -> ResponseReturnValue:
    """Show what a draft changes, beside the release that is at work or another one."""
    with current.engine().database.read() as session:
        get_editor(session)
        draft = get_draft(session, draft_id, origin=None)
        comparison = compare_with_draft(session, draft, with_name=request.args.get("from", ""))
        shown = _describe(session, comparison)
        if draft.origin == EDITED:
            shell = describe_shell(session, draft, here="compare")
            page = render_template("studio/compare_draft.html", **shell, **shown)
        else:
            page = render_template("studio/compare_releases.html", **shown)
    return answer_drawing(page)


@bp.get("/processes/<process_id>/compare")
@takes_turns
def compare_releases(process_id: str) -> ResponseReturnValue:
    """Show what is different between two releases."""
    get_viewer_of_processes()
    with current.engine().database.read() as session:
        comparison = _compare_releases(session, process_id)
        page = render_template("studio/compare_releases.html", **_describe(session, comparison))
    return answer_drawing(page)


@bp.get("/drafts/<uuid:draft_id>/compare/<any(old, new):side>/<path:path>")
@takes_turns
def show_side_of_draft(draft_id: UUID, side: str, path: str) -> ResponseReturnValue:
    """Give a diagram to be drawn, or the page of a form, of one side of a comparison."""
    with current.engine().database.read() as session:
        get_editor(session)
        draft = get_draft(session, draft_id, origin=None)
        comparison = compare_with_draft(session, draft, with_name=request.args.get("from", ""))
    return _show_side(comparison, side, path)


@bp.get("/processes/<process_id>/compare/<any(old, new):side>/<path:path>")
@takes_turns
def show_side_of_releases(process_id: str, side: str, path: str) -> ResponseReturnValue:
    """Give a diagram to be drawn, or the page of a form, of one side of a comparison."""
    get_viewer_of_processes()
    with current.engine().database.read() as session:
        comparison = _compare_releases(session, process_id)
    return _show_side(comparison, side, path)


def _compare_releases(session: Session, process_id: str) -> Comparison:
    return compare_two_releases(
        session,
        process_id,
        old_name=request.args.get("from", ""),
        new_name=request.args.get("to", ""),
    )


def _show_side(comparison: Comparison, side: str, path: str) -> Response:
    documents = (comparison.old if side == "old" else comparison.new).documents
    if path not in documents:
        raise NotFound
    match suffix_of(path):
        case ".bpmn":
            return Response(_translate(comparison, side, path), mimetype="application/xml")
        case ".form":
            page = draw_marked(comparison, side, path, reader=_reader())
            response = make_response(page)
            response.headers["Content-Security-Policy"] = policy(**PREVIEW_POLICY)
            return response
    raise NotFound


def _translate(comparison: Comparison, side: str, path: str) -> bytes:
    """A diagram with its names in the language of the page."""
    documents = (comparison.old if side == "old" else comparison.new).documents
    if spoken() != "en":
        return documents[path]
    names = title_elements(comparison.process_id, documents, "en")
    return translate_diagram(documents[path], names)


def _describe(session: Session, comparison: Comparison) -> dict[str, Any]:
    old, new = comparison.old, comparison.new
    differences = list_differences(
        session,
        comparison.process_id,
        old=old.documents,
        new=new.documents,
        address_of=lambda path: _address(comparison, document=path),
    )
    asked = request.args.get("document", "")
    chosen = next(
        (each for each in differences if each["path"] == asked), next(iter(differences), None)
    )
    both = {**old.documents, **new.documents}
    return {
        "process": {
            "id": comparison.process_id,
            "name": title_process(comparison.process_id, both, spoken()),
        },
        "old": {"name": old.name, "title": old.title},
        "new": {"name": new.name, "title": new.title},
        "offered": _list_offered(comparison),
        "choosing": "old" if comparison.draft_id else "both",
        "differences": differences,
        "chosen": chosen and {**chosen, **_describe_document(comparison, chosen["path"])},
    }


def _list_offered(comparison: Comparison) -> dict[str, str]:
    """What may be chosen, with what is shown: that may be older than all that is offered."""
    shown = [comparison.old] if comparison.draft_id else [comparison.old, comparison.new]
    return {**comparison.offered, **{each.name: each.title for each in shown if each.name}}


def _describe_document(comparison: Comparison, path: str) -> dict[str, Any]:
    """A document on both sides, as far as there is something to show beside the words."""
    suffix = suffix_of(path)
    reader = _reader()
    sides = {
        side: _address_of_side(comparison, side, path, reader)
        for side, documents in (
            ("old", comparison.old.documents),
            ("new", comparison.new.documents),
        )
        if path in documents
    }
    return {
        "view": {DIAGRAM: "diagram", TABLE: "table", FORM: "form"}.get(suffix, "words"),
        "sides": sides,
        "tables": describe_tables(comparison, path) if suffix == TABLE else [],
        "reader": reader,
        "readers": [
            (name, words, _address(comparison, document=path, **{"as": name}))
            for name, words in (("member", _("As the member")), ("reviewer", _("As the reviewer")))
        ],
    }


def _reader() -> Reader:
    return "reviewer" if request.args.get("as") == "reviewer" else "member"


def _address(comparison: Comparison, **more: Any) -> str:
    endpoint, named = _ends(comparison, "studio.compare_draft", "studio.compare_releases")
    return url_for(endpoint, **named, **more)


def _address_of_side(comparison: Comparison, side: str, path: str, reader: Reader) -> str:
    """Where one side is drawn, empty where the page itself shows it."""
    if suffix_of(path) not in (DIAGRAM, FORM):
        return ""
    endpoint, named = _ends(comparison, "studio.show_side_of_draft", "studio.show_side_of_releases")
    asked: dict[str, Any] = {"as": reader} if suffix_of(path) == FORM else {}
    return url_for(endpoint, **named, side=side, path=path, **asked)


def _ends(comparison: Comparison, of_draft: str, of_releases: str) -> tuple[str, dict[str, Any]]:
    """Which of two endpoints, and what names the two states in its address."""
    named: dict[str, Any] = {"from": comparison.old.name or None}
    if comparison.draft_id is not None:
        return of_draft, {"draft_id": comparison.draft_id, **named}
    return of_releases, {
        "process_id": comparison.process_id,
        "to": comparison.new.name,
        **named,
    }
