"""登记信息变更: a member's applications for what he may not change himself."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from engine.cases import Case, CaseAlreadyOpen
from engine.language import _
from web import current
from web.languages import spoken
from web.portal import cases, waiting
from web.profile.blueprint import bp
from web.sent_forms import draw_sent_form, list_sent_forms
from web.sessions import Person, get_member_person
from web.words import name_offices
from workflows.profile_change import applications
from workflows.profile_change.kinds import ITEM_NAMES, PROCESS
from workflows.shared.access import check
from workflows.shared.applications import find_last_return
from workflows.shared.decisions import list_last_steps
from workflows.shared.register import get_member


@bp.post("/changes")
def start_change() -> ResponseReturnValue:
    """Begin an application; where one is open, go on with that."""
    person, member_id = get_member_person()
    engine = current.engine()
    try:
        with engine.database.transaction() as session:
            member = get_member(session, member_id)
            check(person.viewer, "change_profile", member)
            case_id = applications.start_change(
                session, engine, member=member, by=person.actor, now=current.now()
            ).id
    except CaseAlreadyOpen as known:
        # Two clicks at once: both saw none, one was faster.
        case_id = known.case_id
    return redirect(url_for("applications.open_application", case_id=case_id))


@bp.get("/changes/<uuid:case_id>")
def show_change(case_id: UUID) -> ResponseReturnValue:
    """Show where an application stands, what was decided of it, and what was sent."""
    person, _member_id = get_member_person()
    engine, now = current.engine(), current.now()
    with engine.database.read() as session:
        case = _get_application(session, person, case_id)
        steps = list_last_steps(session, engine, case=case, language=spoken(), now=now)
        offices = name_offices(session, [each.association_id for each in steps])
        return render_template(
            "profile/change.html",
            application=describe_application(session, case),
            can_withdraw=applications.can_withdraw(session, case),
            waiting=waiting.describe(session, case, back=request.path),
            decided=[
                {
                    "outcome": each.outcome,
                    "reason": each.reason,
                    "at": each.at,
                    "office": offices.get(each.association_id, ""),
                }
                for each in steps
            ],
            parts=[
                {
                    "title": each.title,
                    "html": draw_sent_form(each, reveal=True, panels=each.panels, heading_level=3),
                }
                for each in list_sent_forms(session, case)
            ],
        )


@bp.get("/changes/<uuid:case_id>/withdraw")
def withdraw_change(case_id: UUID) -> ResponseReturnValue:
    """Ask whether the application shall really be taken back."""
    person, _member_id = get_member_person()
    with current.engine().database.read() as session:
        case = _get_application(session, person, case_id, "withdraw")
        if not applications.can_withdraw(session, case):
            raise applications.NotWithdrawable
        return render_template(
            "profile/withdraw.html", application=describe_application(session, case)
        )


@bp.post("/changes/<uuid:case_id>/withdraw")
def confirm_withdrawal(case_id: UUID) -> ResponseReturnValue:
    """Take the application back; it is the member's again."""
    person, _member_id = get_member_person()
    engine = current.engine()
    with engine.database.transaction() as session:
        case = _get_application(session, person, case_id, "withdraw")
        applications.withdraw(session, engine, case=case, by=person.actor, now=current.now())
    flash(_("The application is withdrawn. You can change it and apply again."), "success")
    return redirect(url_for("profile.show"))


def describe_application(session: Session, case: Case) -> dict[str, Any]:
    """An application as the first page and its own show it."""
    vault = current.engine().vault
    stated = applications.find_stated(session, vault, case=case) or {}
    is_english = spoken() == "en"
    names = [ITEM_NAMES[each][1 if is_english else 0] for each in applications.list_items(stated)]
    last = find_last_return(session, vault, case=case)
    is_mine = cases.find_own_task(session, case) is not None
    return {
        "id": case.id,
        "title": (", " if is_english else "、").join(names) or _("Not filled in yet"),
        "status": case.status,
        "is_open": case.state == "open",
        "updated_at": case.updated_at,
        "reason": last.reason if last and case.status == "returned" else "",
        "go_on": url_for("applications.open_application", case_id=case.id) if is_mine else "",
    }


def _get_application(session: Session, person: Person, case_id: UUID, action: str = "see") -> Case:
    """An own application for a change; for everything else there is none."""
    case = cases.get_own_case(session, person, case_id, action)
    if case.process_id != PROCESS:
        raise NotFound
    return case
