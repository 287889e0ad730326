"""A draft's documents as a list: made, called otherwise, taken out."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import Conflict, HuijiError, NotFound, Rejected
from engine.language import N_, _
from engine.releases import has_release
from web import current
from web.drawings import answer_drawing
from web.languages import spoken
from web.numbers import small_int
from web.studio.blueprint import bp
from web.studio.naming import address_of_process, place_of
from web.studio.saving import VersionNotSaid
from web.studio.shell import describe_shell
from web.studio.viewing import get_editor
from workflows.shared.actor_names import name_accounts
from workflows.studio.documents import FORM, KINDS, TABLE, name_of, path_of, suffix_of
from workflows.studio.drafts import (
    delete_document,
    discard_draft,
    get_draft,
    list_documents,
    read_documents,
    rename_document,
    save_document,
)
from workflows.studio.models import Draft
from workflows.studio.skeletons import begin_document
from workflows.studio.titles import title_documents

MADE = {"form": FORM, "table": TABLE}
LONGEST_TITLE = 60


class KindNotKnown(Rejected):
    """A new document of a kind that there is not."""

    message = N_("Say whether it is a form or a decision table.")


class TitleMissing(Rejected):
    """A new document that nobody would find again."""

    message = N_("Give it a title of at most 60 characters.")


class NotSure(Rejected):
    """A draft that would be lost by a slip."""

    message = N_("Tick that the draft may be lost, then discard it.")


@bp.get("/drafts/<uuid:draft_id>/documents")
def list_draft_documents(draft_id: UUID) -> ResponseReturnValue:
    """List the draft's documents, with what can be done to each."""
    with current.engine().database.read() as session:
        get_editor(session)
        return answer_drawing(_draw(session, get_draft(session, draft_id)))


@bp.post("/drafts/<uuid:draft_id>/documents")
def add_document(draft_id: UUID) -> ResponseReturnValue:
    """Make a new form or decision table and open it."""
    try:
        suffix = MADE.get(request.form.get("kind", ""))
        title = " ".join(request.form.get("title", "").split())
        if suffix is None:
            raise KindNotKnown
        if not 0 < len(title) <= LONGEST_TITLE:
            raise TitleMissing
        with current.engine().database.transaction() as session:
            editor = get_editor(session)
            draft = get_draft(session, draft_id)
            path = path_of(draft.process_id, suffix, request.form.get("name", "").strip())
            save_document(
                session,
                draft_id=draft_id,
                path=path,
                data=begin_document(path, title),
                expected=None,
                by=editor.account_id,
                now=current.now(),
            )
    except (Conflict, Rejected) as error:
        return show_documents_again(draft_id, error)
    return redirect(url_for("studio.edit", draft_id=draft_id, path=path, new=1))


@bp.post("/drafts/<uuid:draft_id>/documents/<path:path>/rename")
def rename(draft_id: UUID, path: str) -> ResponseReturnValue:
    """Call a document otherwise."""
    try:
        with current.engine().database.transaction() as session:
            editor = get_editor(session)
            draft = get_draft(session, draft_id)
            name = request.form.get("name", "").strip()
            rename_document(
                session,
                draft_id=draft_id,
                path=path,
                new_path=path_of(draft.process_id, suffix_of(path), name),
                expected=_expected(),
                by=editor.account_id,
                now=current.now(),
            )
    except (Conflict, Rejected, NotFound) as error:
        return show_documents_again(draft_id, error)
    flash(
        _("It is called %(name)s now. Give its step in the diagram the new name.", name=name),
        "success",
    )
    return redirect(url_for("studio.list_draft_documents", draft_id=draft_id))


@bp.post("/drafts/<uuid:draft_id>/documents/<path:path>/remove")
def remove(draft_id: UUID, path: str) -> ResponseReturnValue:
    """Take a document out of the draft; in the release that is at work it stays."""
    try:
        with current.engine().database.transaction() as session:
            editor = get_editor(session)
            delete_document(
                session,
                draft_id=draft_id,
                path=path,
                expected=_expected(),
                by=editor.account_id,
                now=current.now(),
            )
    except (Conflict, Rejected) as error:
        return show_documents_again(draft_id, error)
    flash(_("It was taken out of the draft."), "success")
    return redirect(url_for("studio.list_draft_documents", draft_id=draft_id))


@bp.post("/drafts/<uuid:draft_id>/discard")
def discard(draft_id: UUID) -> ResponseReturnValue:
    """Throw the draft away."""
    version = request.form.get("draft_version", type=small_int)
    try:
        if version is None:
            raise VersionNotSaid
        if request.form.get("sure") != "yes":
            raise NotSure
        with current.engine().database.transaction() as session:
            get_editor(session)
            process_id = discard_draft(session, draft_id=draft_id, version=version)
            is_at_work = has_release(session, process_id)
            after = address_of_process(session, process_id)
    except (Conflict, Rejected) as error:
        return show_documents_again(draft_id, error)
    if is_at_work:
        flash(_("The draft was discarded; the release that is at work is as it was."), "success")
    else:
        flash(
            _("The draft was discarded, and with it the process: it was never released."), "success"
        )
    return redirect(after)


def _expected() -> int:
    version = request.form.get("version", type=small_int)
    if version is None:
        raise VersionNotSaid
    return version


def show_documents_again(draft_id: UUID, error: HuijiError) -> ResponseReturnValue:
    """The list as it is now, with why nothing was done."""
    with current.engine().database.read() as session:
        get_editor(session)
        page = _draw(session, get_draft(session, draft_id), problem=str(error))
    return answer_drawing(page), 422 if isinstance(error, Rejected) else 409


def _draw(session: Session, draft: Draft, *, problem: str = "") -> str:
    return render_template(
        "studio/documents.html",
        **describe_shell(session, draft, here="documents"),
        documents=_describe(session, draft),
        draft_version=draft.version,
        typed={name: request.form.get(name, "") for name in ("kind", "name", "title")},
        problem=problem,
    )


def _describe(session: Session, draft: Draft) -> list[dict[str, Any]]:
    titles = title_documents(draft.process_id, read_documents(session, draft.id), spoken())
    listed = list_documents(session, draft.id)
    people = name_accounts(session, [each.changed_by for each in listed])
    return [
        {
            "path": each.path,
            "name": name_of(each.path),
            "kind": _(KINDS[suffix_of(each.path)]),
            "title": titles.get(each.path, ""),
            "version": each.version,
            "size": each.size,
            "by": people.get(each.changed_by or 0, ""),
            "at": each.changed_at,
            "address": url_for("studio.edit", draft_id=draft.id, path=each.path),
            "stays": suffix_of(each.path) not in MADE.values(),
        }
        for each in sorted(listed, key=lambda each: place_of(each.path))
    ]
