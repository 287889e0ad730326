"""One's own data as a file: asked for, waited for, taken away."""

from typing import Any

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import NotFound
from forms.display import write_size
from web import current
from web.account.confirming import get_confirmed_person
from web.inbox.tasks import is_for
from web.personal_data.blueprint import bp
from web.sessions import Person, get_person
from workflows.personal_data.exporting import ask_export, find_export, read_export
from workflows.shared.keeping import periods_of

PART = "export"


@bp.get("/mine")
def show_own() -> str:
    """Show whether one's data are ready; a script asks for the part that changes."""
    person = _get_owner()
    with current.engine().database.read() as session:
        described = _describe(session, person)
    name = "personal_data/_own.html" if is_for(PART) else "personal_data/own.html"
    return render_template(name, export=described, days=periods_of(current.engine()).exports.days)


@bp.post("/mine")
def ask_own() -> ResponseReturnValue:
    """Have one's data gathered; asking twice is asking once."""
    person = _get_owner()
    with current.engine().database.transaction() as session:
        ask_export(
            session,
            current.engine(),
            account_id=person.account_id,
            address=current.address(),
            now=current.now(),
        )
    return redirect(url_for("personal_data.show_own"))


@bp.get("/mine/file")
def take_own() -> Response:
    """Give the archive."""
    person, engine = _get_owner(), current.engine()
    with engine.database.read() as session:
        found, pieces = read_export(
            session, engine, account_id=person.account_id, now=current.now()
        )
        # The session's keys are read before the answer begins; the pieces follow one by one.
        first = next(pieces)

    def content() -> Any:
        yield first
        yield from pieces

    answer = Response(content(), mimetype="application/zip")
    answer.headers["Content-Disposition"] = "attachment; filename=personal-data.zip"
    answer.headers["Content-Length"] = str(found.size)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _get_owner() -> Person:
    """A member who lately proved that it is he; for others there is nothing."""
    if not get_person().is_member:
        raise NotFound
    return get_confirmed_person()


def _describe(session: Session, person: Person) -> dict[str, Any] | None:
    found = find_export(session, account_id=person.account_id, now=current.now())
    if found is None:
        return None
    return {
        "state": found.state,
        "asked_at": found.asked_at,
        "until": found.until,
        "size": write_size(found.size),
        "file_address": url_for("personal_data.take_own"),
    }
