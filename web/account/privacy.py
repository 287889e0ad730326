"""The privacy notice 个人信息保护告知书: for everybody to read, and asked about when one begins."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import update

from engine.language import _
from web import current
from web.addresses import local_address
from web.languages import spoken
from web.numbers import small_int
from web.sessions import get_person
from workflows.shared.privacy import Notice, NoticeChanged, get_notice, note_consent
from workflows.shared.sign_in import WebSession

bp = Blueprint("privacy", __name__, url_prefix="/privacy")


@bp.get("")
def show() -> str:
    """Show the notice that holds now."""
    return render_template("account/privacy.html", privacy_notice=_read())


@bp.get("/consent")
def ask() -> str:
    """Ask who is signed in to agree."""
    get_person()
    return render_template(
        "account/consent.html",
        privacy_notice=_read(),
        next=request.args.get("next", ""),
        problems=[],
    )


@bp.post("/consent")
def consent() -> ResponseReturnValue:
    """Keep that the person agreed, and go on."""
    person, typed = get_person(), request.form
    if typed.get("agreed") != "true":
        problems = [("agreed", _("Please say that you have read the notice and agree."))]
        page = render_template(
            "account/consent.html",
            privacy_notice=_read(),
            next=typed.get("next", ""),
            problems=problems,
        )
        return page, 422
    try:
        with current.engine().database.transaction() as session:
            note_consent(
                session,
                version=typed.get("version", 0, type=small_int),
                place="sign_in",
                account_id=person.account_id,
                address=current.address(),
                now=current.now(),
            )
            asked = update(WebSession).where(WebSession.account_id == person.account_id)
            session.execute(asked.values(must_consent=False))
    except NoticeChanged as error:
        flash(str(error), "warning")
        return redirect(url_for("privacy.ask", next=typed.get("next") or None))
    return redirect(local_address(typed.get("next")))


def describe(notice: Notice) -> dict[str, object]:
    """A notice in the reader's language, by headings and paragraphs."""
    text = notice.text_en if spoken() == "en" else notice.text
    parts = [each.strip() for each in text.split("\n\n") if each.strip()]
    return {
        "version": notice.version,
        "published_at": notice.published_at,
        "parts": [
            {"is_heading": each.startswith("## "), "words": each.removeprefix("## ")}
            for each in parts
        ],
    }


def _read() -> dict[str, object]:
    with current.engine().database.read() as session:
        return describe(get_notice(session))
