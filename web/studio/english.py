"""The English texts of a process: every Chinese one with its English beside, missing ones first."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.language import _
from web import current
from web.drawings import answer_drawing
from web.languages import spoken
from web.studio.blueprint import bp
from web.studio.shell import describe_shell
from web.studio.viewing import get_editor
from workflows.studio.documents import english_of
from workflows.studio.drafts import get_draft, read_documents, save_document
from workflows.studio.english import (
    KINDS,
    Merged,
    Text,
    left_over,
    list_texts,
    merge_english,
    read_english,
    write_english,
)
from workflows.studio.models import Draft, DraftDocument
from workflows.studio.titles import title_documents

LONG = 40
"""Texts of more characters get a field of several lines."""


@bp.get("/drafts/<uuid:draft_id>/english")
def english(draft_id: UUID) -> ResponseReturnValue:
    """Show the texts."""
    with current.engine().database.read() as session:
        get_editor(session)
        return answer_drawing(_page(session, get_draft(session, draft_id)))


@bp.post("/drafts/<uuid:draft_id>/english")
def save_english(draft_id: UUID) -> ResponseReturnValue:
    """Keep what was changed on the page; what somebody else changed meanwhile stays beside it."""
    with current.engine().database.transaction() as session:
        editor = get_editor(session)
        draft = get_draft(session, draft_id, to_change=True)
        path = english_of(draft.process_id)
        merged = merge_english(
            read_english(read_documents(session, draft_id), draft.process_id),
            typed=_sent("text."),
            shown=_sent("was."),
            dropped=request.form.getlist("drop"),
        )
        if not merged.clashes:
            document = session.get(DraftDocument, (draft_id, path))
            save_document(
                session,
                draft_id=draft_id,
                path=path,
                data=write_english(merged.texts),
                expected=None if document is None else document.version,
                by=editor.account_id,
                now=current.now(),
            )
    if merged.clashes:
        with current.engine().database.read() as session:
            page = _page(session, get_draft(session, draft_id), merged)
        return answer_drawing(page), 409
    flash(_("The English texts are saved."), "success")
    return redirect(url_for("studio.english", draft_id=draft_id))


def _sent(prefix: str) -> dict[str, str]:
    """What the page sent under names that begin so."""
    return {
        name.removeprefix(prefix): value.replace("\r\n", "\n")
        for name, value in request.form.items()
        if name.startswith(prefix)
    }


def _page(session: Session, draft: Draft, merged: Merged | None = None) -> str:
    documents = read_documents(session, draft.id)
    path = english_of(draft.process_id)
    document = session.get(DraftDocument, (draft.id, path))
    texts = list_texts(draft.process_id, documents)
    titles = title_documents(draft.process_id, documents, spoken())
    return render_template(
        "studio/edit_english.html",
        **describe_shell(session, draft, here=path),
        document={
            "path": path,
            "title": _("English"),
            "version": 0 if document is None else document.version,
            "address": url_for("studio.read_document", draft_id=draft.id, path=path),
            "is_there": document is not None,
        },
        save_address=url_for("studio.save_english", draft_id=draft.id),
        sections=_describe(texts, titles, merged),
        missing=sum(each.is_missing for each in texts),
        total=len(texts),
        left_over=left_over(draft.process_id, documents),
        has_clashes=merged is not None,
    )


def _describe(
    texts: Iterable[Text], titles: Mapping[str, str], merged: Merged | None
) -> list[dict[str, Any]]:
    """The texts by where they stand; those that have no English yet before all others."""
    listed = list(texts)
    missing = [each for each in listed if each.is_missing]
    there = [each for each in listed if not each.is_missing]
    sections = [
        {"title": title, "rows": [_describe_text(each, titles, merged) for each in rows]}
        for title, rows in (
            (_("Without English"), missing),
            *(
                (_title(path, titles), list(rows))
                for path, rows in groupby(there, key=lambda each: each.document)
            ),
        )
    ]
    return [each for each in sections if each["rows"]]


def _describe_text(text: Text, titles: Mapping[str, str], merged: Merged | None) -> dict[str, Any]:
    clashes = {} if merged is None else merged.clashes
    return {
        "key": text.key,
        "where": _title(text.document, titles),
        "about": text.about,
        "kind": _(KINDS[text.kind]),
        "chinese": text.chinese,
        "was": text.english,
        "english": text.english if merged is None else merged.texts.get(text.key, ""),
        "theirs": clashes.get(text.key),
        "is_missing": text.is_missing,
        "has_other_places": text.has_other_places,
        "rows": 1 + max(len(text.chinese) // LONG * 2, text.chinese.count("\n")),
    }


def _title(path: str, titles: Mapping[str, str]) -> str:
    return titles.get(path) or _("Diagram")
