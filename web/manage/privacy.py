"""个人信息保护告知书: an administrator reads and publishes the notice that everybody agrees to."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import Conflict, Rejected
from engine.language import _
from web import current
from web.manage.blueprint import bp
from web.numbers import small_int
from web.staff import get_staff_person
from workflows.shared.access import SYSTEM, Viewer, check
from workflows.shared.privacy import LONGEST, get_notice, publish_notice


@bp.get("/privacy")
def show_notice() -> str:
    """Show the notice that holds now, to change it."""
    _get_viewer()
    return _draw()


@bp.post("/privacy")
def publish() -> ResponseReturnValue:
    """Publish another version; everybody is asked at the next sign-in."""
    viewer, typed = _get_viewer(), request.form
    try:
        with current.engine().database.transaction() as session:
            notice = publish_notice(
                session,
                text=typed.get("text", ""),
                text_en=typed.get("text_en", ""),
                after=typed.get("version", 0, type=small_int),
                by=viewer.actor,
                now=current.now(),
            )
    except (Rejected, Conflict) as error:
        return _draw(problem=str(error)), 422
    flash(_("Version %(version)s was published.", version=notice.version), "success")
    return redirect(url_for("manage.show_notice"))


def _get_viewer() -> Viewer:
    viewer = get_staff_person().viewer
    check(viewer, "publish_notice", SYSTEM)
    return viewer


def _draw(*, problem: str = "") -> str:
    with current.engine().database.read() as session:
        notice = get_notice(session)
    return render_template(
        "manage/privacy.html",
        privacy_notice=notice,
        typed={
            "text": request.form.get("text", notice.text),
            "text_en": request.form.get("text_en", notice.text_en),
        },
        longest=LONGEST,
        problems=[("text", problem)] if problem else [],
    )
