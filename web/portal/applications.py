"""非执业会员年检申请: a member's applications, from the first click to what became of them."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.cases import Case, CaseAlreadyOpen
from engine.language import _
from web import current
from web.languages import spoken
from web.numbers import small_int
from web.portal import cases, waiting
from web.portal.trails import list_nodes
from web.sent_forms import draw_sent_form, list_sent_forms
from web.sessions import get_member_person
from workflows.inspection.applications import can_withdraw, find_obstacle, start_inspection
from workflows.inspection.applications import withdraw as withdraw_application
from workflows.inspection.policies import CannotWithdraw
from workflows.shared.access import check
from workflows.shared.application_kinds import find_application
from workflows.shared.associations import get_association
from workflows.shared.inspection_row import inspection_row
from workflows.shared.register import get_member
from workflows.shared.statuses import LABELS, status_for_member
from workflows.shared.subjects import subject_of_case

bp = Blueprint("applications", __name__, url_prefix="/applications")


@bp.get("")
def index() -> ResponseReturnValue:
    """List the applications, filtered by year and status."""
    _person, member_id = get_member_person()
    year, status = request.args.get("year", type=small_int), request.args.get("status", "")
    with current.engine().database.read() as session:
        found = cases.list_cases(session, member_id=member_id)
        obstacle = find_obstacle(session, member=get_member(session, member_id), now=current.now())
        shown = [
            describe(session, each)
            for each in found
            if year in (None, each.year) and status in ("", status_for_member(each.status))
        ]
    return render_template(
        "portal/applications.html",
        applications=shown,
        years=sorted({each.year for each in found if each.year}, reverse=True),
        statuses=[
            code for code in LABELS if any(status_for_member(each.status) == code for each in found)
        ],
        year=year,
        chosen=status,
        is_filtered=bool(found),
        obstacle=str(obstacle or ""),
    )


@bp.get("/<uuid:case_id>")
def open_application(case_id: UUID) -> ResponseReturnValue:
    """Lead to where the application stands: its open step, else what was sent."""
    person, _member_id = get_member_person()
    with current.engine().database.read() as session:
        case = cases.get_own_case(session, person, case_id)
        task = cases.find_own_task(session, case)
    if task is not None and not cases.has_own_page(case):
        return redirect(url_for("tasks.show", task_id=task.id))
    return redirect(cases.address_of(case))


@bp.post("")
def start() -> ResponseReturnValue:
    """Start the season's application; where one lives, open that."""
    person, member_id = get_member_person()
    engine = current.engine()
    try:
        with engine.database.transaction() as session:
            member = get_member(session, member_id)
            check(person.viewer, "start_inspection", member)
            case_id = start_inspection(
                session, engine, member=member, by=person.actor, now=current.now()
            ).id
    except CaseAlreadyOpen as known:
        # Two clicks at once: both saw none, one was faster.
        case_id = known.case_id
    return redirect(url_for("applications.open_application", case_id=case_id))


@bp.get("/<uuid:case_id>/done")
def done(case_id: UUID) -> ResponseReturnValue:
    """申请成功: say so, with the association's own notice."""
    person, _member_id = get_member_person()
    with current.engine().database.read() as session:
        case = cases.get_own_case(session, person, case_id)
        if case.status not in cases.SENT:
            return redirect(url_for("applications.open_application", case_id=case_id))
        season = subject_of_case(session, case).season
        association = get_association(session, season.association_id)
        is_english = spoken() == "en"
        return render_template(
            "portal/done.html",
            case_id=case_id,
            kind=case.kind,
            success=(is_english and season.success_text_en)
            or season.success_text
            or _("Your application was sent."),
            notice_text=(is_english and season.notice_text_en) or season.notice_text,
            association=(is_english and association.name_en) or association.name,
        )


@bp.get("/<uuid:case_id>/sent")
def sent(case_id: UUID) -> ResponseReturnValue:
    """Show the application as it was sent; printed it is the receipt 回执."""
    person, _member_id = get_member_person()
    with current.engine().database.read() as session:
        case = cases.get_own_case(session, person, case_id)
        round_sent = case.round if case.status in cases.SENT or case.state != "open" else None
        parts = [
            {
                "title": each.title,
                "html": draw_sent_form(each, reveal=True, panels=each.panels, heading_level=3),
            }
            for each in list_sent_forms(session, case, round=round_sent)
        ]
        return render_template(
            "portal/sent.html",
            application=describe(session, case) | {"office": _name_office(session, case)},
            row=_describe_row(session, case),
            parts=parts,
        )


@bp.get("/<uuid:case_id>/trail")
def trail(case_id: UUID) -> ResponseReturnValue:
    """Show the nodes that the application went through, each with its details."""
    person, _member_id = get_member_person()
    engine = current.engine()
    with engine.database.read() as session:
        case = cases.get_own_case(session, person, case_id, "see_trail")
        nodes = list_nodes(session, engine, case)
        return render_template(
            "portal/trail.html",
            application=describe(session, case),
            nodes=nodes,
            waiting=waiting.describe(session, case, back=request.path),
        )


@bp.get("/<uuid:case_id>/withdraw")
def withdraw(case_id: UUID) -> ResponseReturnValue:
    """Ask whether the application shall really be withdrawn."""
    person, _member_id = get_member_person()
    with current.engine().database.read() as session:
        case = cases.get_own_case(session, person, case_id, "withdraw")
        if not can_withdraw(session, case):
            raise CannotWithdraw
        return render_template("portal/withdraw.html", application=describe(session, case))


@bp.post("/<uuid:case_id>/withdraw")
def confirm_withdrawal(case_id: UUID) -> ResponseReturnValue:
    """Withdraw the application; it is the member's again."""
    person, _member_id = get_member_person()
    engine = current.engine()
    with engine.database.transaction() as session:
        case = cases.get_own_case(session, person, case_id, "withdraw")
        withdraw_application(session, engine, case=case, by=person.actor, now=current.now())
    flash(_("The application is withdrawn. You can change it and apply again."), "success")
    return redirect(url_for("home"))


def _name_office(session: Session, case: Case) -> str:
    association = get_association(session, get_member(session, case.subject_id).association_id)
    return (spoken() == "en" and association.name_en) or association.name


def _describe_row(session: Session, case: Case) -> dict[str, object] | None:
    """The season's hours and fee for the receipt, for a kind of application that has them."""
    kind = find_application(case.kind)
    if kind is None or not kind.shows_season_row:
        return None
    subject = subject_of_case(session, case)
    return inspection_row(
        session,
        current.engine(),
        case=case,
        member=subject.member,
        season=subject.season,
        holds_up=False,
    )


def describe(session: Session, case: Case) -> dict[str, object]:
    """A row of the list with what can be done next."""
    return {
        "id": case.id,
        "year": case.year,
        "kind": case.kind,
        "status": status_for_member(case.status),
        "round": case.round,
        "updated_at": case.updated_at,
        "actions": list_actions(session, case),
    }


def list_actions(session: Session, case: Case) -> list[dict[str, str]]:
    """What a member can do with an application now, the first thing first."""
    actions = []
    if cases.find_own_task(session, case) is not None:
        words = _("Apply again") if case.status == "returned" else _("Go on")
        address = url_for("applications.open_application", case_id=case.id)
        actions.append({"words": words, "address": address})
    if case.status in cases.SENT and case.state == "open":
        actions.append(
            {
                "words": _("Show as sent"),
                "address": url_for("applications.sent", case_id=case.id),
            }
        )
    if can_withdraw(session, case):
        actions.append(
            {"words": _("Withdraw"), "address": url_for("applications.withdraw", case_id=case.id)}
        )
    if case.state != "open":
        actions.append(
            {"words": _("View"), "address": url_for("applications.sent", case_id=case.id)}
        )
    actions.append(
        {
            "words": _("Approval status"),
            "address": url_for("applications.trail", case_id=case.id),
        }
    )
    return actions
