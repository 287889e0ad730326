"""The bell: the messages of a member, of a firm, or of a person of an association's staff."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import NotFound
from engine.language import _
from web import current
from web.languages import spoken
from web.numbers import small_int
from web.sessions import get_person
from workflows.shared.access import check
from workflows.shared.messages import Message, list_messages, read_message

bp = Blueprint("messages", __name__, url_prefix="/messages")

PAGE = 20

LISTS: Mapping[str, Mapping[str, Any]] = {
    "tasks_assigned": {"mine": "1"},
    "tasks_due": {"assigned": "me"},
    "tasks_overdue": {"overdue": "1"},
}
"""What of the inbox a message about several tasks leads to, by its wording."""


@bp.get("")
def index() -> ResponseReturnValue:
    """List messages, the newest first; further ones are fetched below them."""
    viewer = get_person().viewer
    before_id = request.args.get("before", type=small_int)
    with current.engine().database.read() as session:
        found = list_messages(
            session,
            member_id=viewer.member_id,
            account_id=viewer.account_id,
            before_id=before_id,
            limit=PAGE + 1,
        )
        rows = [describe(each) for each in found[:PAGE]]
    older = url_for("messages.index", before=rows[-1]["id"]) if len(found) > PAGE else None
    is_part = request.headers.get("HX-Request") == "true"
    template = "portal/_messages.html" if is_part else "portal/messages.html"
    return render_template(template, messages=rows, older=older)


@bp.get("/<int:message_id>")
def show(message_id: int) -> ResponseReturnValue:
    """Show one message; it counts as read from now on."""
    viewer = get_person().viewer
    database = current.engine().database
    with database.read() as session:
        message = session.get(Message, message_id)
        if message is None:
            raise NotFound
        check(viewer, "see", message)
        described = describe(message)
    if message.read_at is None:
        with database.transaction() as session:
            read_message(session, message=session.get_one(Message, message_id), now=current.now())
    return render_template("portal/message.html", message=described)


def describe(message: Message) -> dict[str, object]:
    """A message in the reader's language, as plain values."""
    is_english = spoken() == "en"
    is_for_staff = message.recipient_kind == "staff"
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
        "action": _name_action(message),
        "address": _address_for_staff(message) if is_for_staff else _address(message),
    }


def _name_action(message: Message) -> str:
    if message.recipient_kind == "staff":
        return _("Open the task") if message.task_id else _("Open")
    if message.template.startswith("enrolment_"):
        return _("To the class")
    if message.template.startswith("application_returned"):
        return _("Apply again")
    return _("Go to the application")


def _address(message: Message) -> str:
    # What a firm is told of a case is all in the message: its cases have no pages of their own.
    if message.case_id is None or message.recipient_kind != "member":
        return ""
    return url_for("applications.open_application", case_id=message.case_id)


def _address_for_staff(message: Message) -> str:
    """A task, the case of a message without one, or the list that a message is about."""
    if message.task_id is not None:
        return url_for("inbox.show", task_id=message.task_id)
    if message.case_id is not None:
        return url_for("cases.show", case_id=message.case_id)
    filters = LISTS.get(message.template)
    return "" if filters is None else url_for("inbox.index", **filters)
