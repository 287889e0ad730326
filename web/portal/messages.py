"""The bell: a member's messages."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import NotFound
from engine.language import _
from web import current
from web.languages import spoken
from web.numbers import small_int
from web.sessions import get_member_person
from workflows.shared.access import check
from workflows.shared.messages import Message, list_messages, read_message

bp = Blueprint("messages", __name__, url_prefix="/messages")

PAGE = 20


@bp.get("")
def index() -> ResponseReturnValue:
    """List messages, the newest first; further ones are fetched below them."""
    _person, member_id = get_member_person()
    before_id = request.args.get("before", type=small_int)
    with current.engine().database.read() as session:
        found = list_messages(session, member_id=member_id, before_id=before_id, limit=PAGE + 1)
        rows = [describe(each) for each in found[:PAGE]]
    older = url_for("messages.index", before=rows[-1]["id"]) if len(found) > PAGE else None
    is_part = request.headers.get("HX-Request") == "true"
    template = "portal/_messages.html" if is_part else "portal/messages.html"
    return render_template(template, messages=rows, older=older)


@bp.get("/<int:message_id>")
def show(message_id: int) -> ResponseReturnValue:
    """Show one message; it counts as read from now on."""
    person, _member_id = get_member_person()
    database = current.engine().database
    with database.read() as session:
        message = session.get(Message, message_id)
        if message is None:
            raise NotFound
        check(person.viewer, "see", message)
        described = describe(message)
    if message.read_at is None:
        with database.transaction() as session:
            read_message(session, message=session.get_one(Message, message_id), now=current.now())
    return render_template("portal/message.html", message=described)


def describe(message: Message) -> dict[str, object]:
    """A message in the reader's language, as plain values."""
    is_english = spoken() == "en"
    texts = {
        name: getattr(message, f"{name}_en" if is_english else name)
        for name in ("title", "text", "node", "office", "about")
    }
    return {
        **texts,
        "id": message.id,
        "at": message.at,
        "is_read": message.read_at is not None,
        "case_id": message.case_id,
        "action": _("Apply again")
        if message.template.startswith("application_returned")
        else _("Go to the application"),
        "address": message.case_id
        and url_for("applications.open_application", case_id=message.case_id),
    }
