"""The help desk 服务台: find who calls, put questions, help."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import Rejected
from engine.language import N_, _
from forms.masking import mask
from web import current
from web.limits import check_rate
from web.navigation import USER_TYPES
from web.numbers import small_int
from web.staff import get_staff_person
from web.words import name_office
from workflows.help_desk import calls, helping
from workflows.help_desk.calls import CALLS_WINDOW, CallOver, HelpCall
from workflows.shared.access import SYSTEM, Viewer, check
from workflows.shared.accounts import Account
from workflows.shared.associations import get_association
from workflows.shared.bindings import find_binding
from workflows.shared.channels import EMAIL, OFFICIAL_ACCOUNT, SMS
from workflows.shared.one_time_links import find_destination, find_live_link
from workflows.shared.reach import find_reach
from workflows.shared.register import Firm, Member

bp = Blueprint("help_desk", __name__, url_prefix="/help-desk")
blueprints = (bp,)

MOST_SEARCHES = 60
"""In ten minutes: enough for people who call, too few to leaf through the register."""

SPOKEN: Mapping[str, str] = {
    "identity_number": N_("What is the number of your identity document?"),
    "mobile": N_("Which mobile number did you give your association?"),
    "email": N_("Which e-mail address did you give your association?"),
    "certificate_number": N_(
        "What is the number of your certificate of all passed exams, or of your approval?"
    ),
    "archive_holder": N_("Where is your personal file kept?"),
    "employer": N_("Who is your employer?"),
    "approval_number": N_("What is the number of the approval of the firm?"),
    "head": N_("Who is the head of the firm?"),
}
"""What is read out."""

SAID = {
    "right": N_("right"),
    "wrong": N_("wrong"),
    "unknown": N_("not known"),
}
CHANNEL_NAMES = {
    SMS: N_("Text message to %(to)s"),
    EMAIL: N_("E-mail to %(to)s"),
    OFFICIAL_ACCOUNT: N_("Official account"),
}
DONE = {"mobile": N_("mobile number corrected"), "link": N_("one-time link sent")}


@bp.get("")
def index() -> str:
    """Ask who calls; show one's last calls."""
    return _draw_index(_get_viewer())


@bp.post("/find")
def find() -> ResponseReturnValue:
    """Find the account: by number, name or mobile number, whole."""
    viewer = _get_viewer()
    check_rate(f"help-find:{viewer.account_id}", limit=MOST_SEARCHES, window=CALLS_WINDOW / 144)
    return _draw_index(viewer, text=request.form.get("text", "").strip()[:100])


@bp.post("/calls")
def begin() -> ResponseReturnValue:
    """Begin a call about an account."""
    viewer = _get_viewer()
    try:
        call_id = calls.begin_call(
            current.engine(),
            account_id=request.form.get("account", 0, type=small_int),
            viewer=viewer,
            address=current.address(),
            now=current.now(),
        )
    except Rejected as error:
        return _draw_index(viewer, problem=str(error)), 422
    return redirect(url_for("help_desk.show", call_id=call_id))


@bp.get("/calls/<uuid:call_id>")
def show(call_id: UUID) -> ResponseReturnValue:
    """Show the questions or, when they were answered well, what can be done."""
    return _draw_call(_get_viewer(), call_id)


@bp.post("/calls/<uuid:call_id>/answers")
def answer(call_id: UUID) -> ResponseReturnValue:
    """Take an answer: the system compares it."""
    viewer, typed = _get_viewer(), request.form
    is_known = typed.get("known") != "no"
    said = typed.get("answer", "").strip()[:200]
    if is_known and not said:
        problem = _("Type what the caller answers, or press “Not known”.")
        return _draw_call(viewer, call_id, field=typed.get("name", ""), problem=problem), 422
    calls.answer(
        current.engine(),
        call_id=call_id,
        name=typed.get("name", ""),
        typed=said if is_known else None,
        viewer=viewer,
        address=current.address(),
        now=current.now(),
    )
    return redirect(url_for("help_desk.show", call_id=call_id))


@bp.post("/calls/<uuid:call_id>/mobile")
def correct_mobile(call_id: UUID) -> ResponseReturnValue:
    """Put another mobile number on file."""
    viewer = _get_viewer()
    try:
        helping.correct_mobile(
            current.engine(),
            call_id=call_id,
            typed=request.form.get("mobile", "")[:30],
            viewer=viewer,
            address=current.address(),
            now=current.now(),
        )
    except Rejected as error:
        return _draw_call(viewer, call_id, field="mobile", problem=str(error)), 422
    flash(_("The mobile number was corrected, and the old one told."), "success")
    return redirect(url_for("help_desk.show", call_id=call_id))


@bp.post("/calls/<uuid:call_id>/link")
def send_link(call_id: UUID) -> ResponseReturnValue:
    """Send a one-time link by which the holder sets a new password himself."""
    viewer, channel = _get_viewer(), request.form.get("channel", "")
    try:
        helping.issue_reset(
            current.engine(),
            call_id=call_id,
            channel=channel if channel in CHANNEL_NAMES else SMS,
            viewer=viewer,
            address=current.address(),
            now=current.now(),
        )
    except Rejected as error:
        return _draw_call(viewer, call_id, problem=str(error)), 422
    flash(_("A one-time link is on its way. The holder sets a new password with it."), "success")
    return redirect(url_for("help_desk.show", call_id=call_id))


@bp.post("/calls/<uuid:call_id>/end")
def end(call_id: UUID) -> ResponseReturnValue:
    """End the call."""
    viewer = _get_viewer()
    calls.end_call(
        current.engine(),
        call_id=call_id,
        viewer=viewer,
        address=current.address(),
        now=current.now(),
    )
    flash(_("The call is over."), "success")
    return redirect(url_for("help_desk.index"))


@bp.errorhandler(CallOver)
def say_over(error: CallOver) -> ResponseReturnValue:
    """Lead back from a call that is over."""
    flash(str(error), "warning")
    return redirect(url_for("help_desk.index"))


def _get_viewer() -> Viewer:
    viewer = get_staff_person().viewer
    check(viewer, "help", SYSTEM)
    return viewer


def _draw_index(viewer: Viewer, *, text: str = "", problem: str = "") -> str:
    engine = current.engine()
    with engine.database.read() as session:
        found = calls.find_accounts(session, engine, text=text, viewer=viewer)
        return render_template(
            "help_desk/index.html",
            text=text,
            found=[_describe(session, each) for each in found],
            calls=[
                _describe_call(call, account)
                for call, account in calls.list_calls(session, viewer=viewer)
            ],
            problems=[(None, problem)] if problem else [],
        )


def _describe(session: Session, account: Account) -> dict[str, Any]:
    if account.member_id is not None:
        association_id = session.get_one(Member, account.member_id).association_id
    else:
        association_id = session.get_one(Firm, account.firm_id).association_id
    return {
        "id": account.id,
        "login": account.login,
        "name": account.name,
        "user_type": _(USER_TYPES[account.user_type]),
        "office": name_office(get_association(session, association_id)),
        "is_active": account.is_active,
        "last_sign_in_at": account.last_sign_in_at,
    }


def _describe_call(call: HelpCall, account: Account) -> dict[str, Any]:
    is_open = call.ended_at is None and call.began_at + calls.LASTS > current.now()
    return {
        "name": account.name,
        "login": account.login,
        "at": call.began_at,
        "is_proved": call.is_proved,
        "done": _(DONE[call.done]) if call.done else "",
        "address": url_for("help_desk.show", call_id=call.id) if is_open else "",
    }


def _draw_call(viewer: Viewer, call_id: UUID, *, field: str = "", problem: str = "") -> str:
    engine, now = current.engine(), current.now()
    with engine.database.read() as session:
        call, account = calls.get_call(session, call_id=call_id, viewer=viewer, now=now)
        questions = [
            {
                "name": name,
                "words": _(SPOKEN[name]),
                "result": call.answers.get(name, ""),
                "said": _(SAID[call.answers[name]]) if name in call.answers else "",
            }
            for name in call.questions
        ]
        return render_template(
            "help_desk/call.html",
            call_id=call_id,
            holder=_describe(session, account),
            until=call.began_at + calls.LASTS,
            questions=questions,
            is_proved=call.is_proved,
            is_asked=len(call.answers) == len(call.questions),
            needed=calls.RIGHT_NEEDED,
            reach=_describe_reach(session, account) if call.is_proved else None,
            typed=request.form,
            problems=[(field or None, problem)] if problem else [],
        )


def _describe_reach(session: Session, account: Account) -> dict[str, Any]:
    """How the holder is reached, covered; only after he proved himself."""
    vault = current.engine().vault
    reach = find_reach(session, vault, account)
    masked = {SMS: mask("mobile", reach.mobile), EMAIL: mask("email", reach.email)}
    return {
        "mobile": masked[SMS],
        "email": masked[EMAIL],
        "is_bound": find_binding(session, account.id) is not None,
        "channels": [
            {"code": channel, "words": _(words, to=masked.get(channel, ""))}
            for channel, words in CHANNEL_NAMES.items()
            if find_destination(session, vault, account, channel)
        ],
        "has_link": find_live_link(session, account_id=account.id, now=current.now()) is not None,
    }
