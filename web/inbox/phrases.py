"""Phrases for returns: picked at the reason, kept from it, worded on a page of their own."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import Rejected
from engine.language import _
from web import current
from web.inbox.blueprint import bp
from web.staff import get_staff_person
from workflows.inbox import phrases
from workflows.inbox.phrases import LONGEST
from workflows.shared.access import SYSTEM, Viewer, check

PART = "phrases"


@bp.get("/phrases")
def list_phrases() -> ResponseReturnValue:
    """Show the phrases that the person may word, and those of the association."""
    return _draw(_check())


@bp.post("/phrases")
def keep_phrase() -> ResponseReturnValue:
    """Keep a phrase, typed on the page of phrases or at a return's reason."""
    viewer = _check()
    text = request.form.get("text", request.form.get("reason", ""))
    said = ""
    try:
        with current.engine().database.transaction() as session:
            is_shared = "shared" in request.form
            phrases.keep_phrase(session, viewer=viewer, text=text, is_shared=is_shared)
    except Rejected as error:
        if not _is_part():
            return _draw(viewer, str(error)), 422
        said = str(error)
    if _is_part():
        with current.engine().database.read() as session:
            found = describe(session, viewer, said=said or _("Kept as a phrase of yours."))
        return Response(render_template("inbox/_phrases.html", **found))
    flash(_("The phrase is kept."), "success")
    return redirect(url_for("inbox.list_phrases"))


@bp.post("/phrases/<int:phrase_id>")
def change_phrase(phrase_id: int) -> ResponseReturnValue:
    """Word a phrase anew."""
    viewer = _check()
    text = request.form.get("text", "")
    try:
        with current.engine().database.transaction() as session:
            phrases.change_phrase(session, phrase_id=phrase_id, viewer=viewer, text=text)
    except Rejected as error:
        return _draw(viewer, str(error)), 422
    flash(_("The phrase was changed."), "success")
    return redirect(url_for("inbox.list_phrases"))


@bp.post("/phrases/<int:phrase_id>/delete")
def delete_phrase(phrase_id: int) -> ResponseReturnValue:
    """Forget a phrase."""
    viewer = _check()
    with current.engine().database.transaction() as session:
        phrases.delete_phrase(session, phrase_id=phrase_id, viewer=viewer)
    flash(_("The phrase was deleted."), "success")
    return redirect(url_for("inbox.list_phrases"))


def describe(session: Session, viewer: Viewer, *, said: str = "") -> dict[str, Any]:
    """The phrases to pick from at a reason."""
    return {
        "phrases": [
            {"text": each.text, "is_shared": each.is_shared}
            for each in phrases.list_phrases(session, viewer)
        ],
        "phrases_said": said,
    }


def _check() -> Viewer:
    viewer = get_staff_person().viewer
    check(viewer, "see_inbox", SYSTEM)
    return viewer


def _is_part() -> bool:
    return request.headers.get("HX-Target") == PART


def _draw(viewer: Viewer, problem: str = "") -> str:
    with current.engine().database.read() as session:
        found = phrases.list_phrases(session, viewer)
    return render_template(
        "inbox/phrases.html",
        own=[{"id": each.id, "text": each.text} for each in found if not each.is_shared],
        shared=[{"id": each.id, "text": each.text} for each in found if each.is_shared],
        may_share=phrases.may_share(viewer),
        typed=request.form.get("text", "") if problem else "",
        longest=LONGEST,
        problem=problem,
    )
