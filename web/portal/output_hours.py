"""产出法形式学时: a member's or CPA's applications for hours that he earned outside classes."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from engine.cases import Case, CaseAlreadyOpen
from engine.language import _
from web import current
from web.languages import spoken
from web.portal import cases, waiting
from web.sent_forms import draw_sent_form, list_sent_forms
from web.sessions import Person, get_member_person
from web.words import name_offices
from workflows.output_hours import applications
from workflows.output_hours.form_data import describe_limits
from workflows.output_hours.kinds import PROCESS, name_kind
from workflows.output_hours.limits import find_granted, read_current_limits
from workflows.shared.access import check
from workflows.shared.applications import find_last_return
from workflows.shared.dates import local_date
from workflows.shared.decisions import list_last_steps
from workflows.shared.register import get_member

bp = Blueprint("output_hours", __name__, url_prefix="/training/output-hours")


@bp.get("")
def index() -> ResponseReturnValue:
    """List the applications with what they brought, and what work can still bring."""
    _person, member_id = get_member_person()
    engine, now = current.engine(), current.now()
    with engine.database.read() as session:
        limits = read_current_limits(session, engine, now=now)
        granted = find_granted(session, member_id=member_id)
        found = applications.list_applications(session, member_id=member_id)
        year = local_date(now).year
        oldest = max((each.years_back for each in limits.values()), default=0)
        return render_template(
            "portal/output_hours.html",
            applications=[_describe_row(session, each, granted.get(each.id)) for each in found],
            obstacle=str(applications.find_obstacle(get_member(session, member_id)) or ""),
            is_begun=any(each.status == applications.BEGUN for each in found),
            limits=describe_limits(
                session,
                limits,
                member_id=member_id,
                years=range(year, year - oldest - 1, -1),
                language=spoken(),
            ),
        )


@bp.post("")
def start() -> ResponseReturnValue:
    """Begin an application; where one is begun and was not sent, open that."""
    person, member_id = get_member_person()
    engine = current.engine()
    try:
        with engine.database.transaction() as session:
            member = get_member(session, member_id)
            check(person.viewer, "apply_for_hours", member)
            case_id = applications.start_application(
                session, engine, member=member, by=person.actor, now=current.now()
            ).id
    except CaseAlreadyOpen as known:
        # Two clicks at once: both saw none, one was faster.
        case_id = known.case_id
    return redirect(url_for("applications.open_application", case_id=case_id))


@bp.get("/<uuid:case_id>")
def show(case_id: UUID) -> ResponseReturnValue:
    """Show where an application stands, what was decided of it, and what was sent."""
    person, member_id = get_member_person()
    engine, now = current.engine(), current.now()
    with engine.database.read() as session:
        case = _get_application(session, person, case_id)
        granted = find_granted(session, member_id=member_id).get(case.id)
        steps = list_last_steps(session, engine, case=case, language=spoken(), now=now)
        offices = name_offices(session, [each.association_id for each in steps])
        return render_template(
            "portal/output_hours_case.html",
            application=_describe_row(session, case, granted),
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


@bp.get("/<uuid:case_id>/withdraw")
def withdraw(case_id: UUID) -> ResponseReturnValue:
    """Ask whether the application shall really be taken back."""
    person, _member_id = get_member_person()
    with current.engine().database.read() as session:
        case = _get_application(session, person, case_id, "withdraw")
        if not applications.can_withdraw(session, case):
            raise applications.NotWithdrawable
        return render_template(
            "portal/output_hours_withdraw.html", application=_describe_row(session, case, None)
        )


@bp.post("/<uuid:case_id>/withdraw")
def confirm_withdrawal(case_id: UUID) -> ResponseReturnValue:
    """Take the application back; it is the member's again."""
    person, _member_id = get_member_person()
    engine = current.engine()
    with engine.database.transaction() as session:
        case = _get_application(session, person, case_id, "withdraw")
        applications.withdraw(session, engine, case=case, by=person.actor, now=current.now())
    flash(_("The application is withdrawn. You can change it and apply again."), "success")
    return redirect(url_for("output_hours.index"))


def _get_application(session: Session, person: Person, case_id: UUID, action: str = "see") -> Case:
    """An own application for hours; for everything else there is none."""
    case = cases.get_own_case(session, person, case_id, action)
    if case.process_id != PROCESS:
        raise NotFound
    return case


def _describe_row(session: Session, case: Case, granted: int | None) -> dict[str, Any]:
    """An application as the list and its page show it; hours in hundredths."""
    vault = current.engine().vault
    claim = applications.find_claim(session, vault, case=case)
    last = find_last_return(session, vault, case=case)
    is_mine = cases.find_own_task(session, case) is not None
    return {
        "id": case.id,
        "title": claim.title if claim else _("Not filled in yet"),
        "kind": name_kind(claim.output_kind, spoken()) if claim else "",
        "year": claim.year if claim else None,
        "claimed": claim.hours if claim else None,
        "granted": granted,
        "status": case.status,
        "updated_at": case.updated_at,
        "reason": last.reason if last and case.status == "returned" else "",
        "go_on": url_for("applications.open_application", case_id=case.id) if is_mine else "",
    }
