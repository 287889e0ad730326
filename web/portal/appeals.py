"""申诉: a member's appeal against a year that was not passed, from its button to its decision."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from engine.cases import Case, CaseAlreadyOpen
from engine.language import _
from web import current
from web.languages import spoken
from web.portal import cases
from web.sent_forms import draw_sent_form, list_sent_forms
from web.sessions import get_member_person
from web.words import day, name_office
from workflows.appeal.appeals import PROCESS, REFUSED, find_appeal, last_day_to_appeal, start_appeal
from workflows.shared.access import check
from workflows.shared.associations import get_association
from workflows.shared.dates import local_date
from workflows.shared.decisions import list_last_steps
from workflows.shared.register import Member, get_member
from workflows.shared.results import find_result

bp = Blueprint("appeals", __name__, url_prefix="/appeals")


@bp.post("/<int:year>")
def start(year: int) -> ResponseReturnValue:
    """Begin the appeal against a year's result; where one lives, open that."""
    person, member_id = get_member_person()
    engine = current.engine()
    try:
        with engine.database.transaction() as session:
            member = get_member(session, member_id)
            check(person.viewer, "appeal", member)
            case_id = start_appeal(
                session, engine, member=member, year=year, by=person.actor, now=current.now()
            ).id
    except CaseAlreadyOpen as known:
        # Two clicks at once: both saw none, one was faster.
        case_id = known.case_id
    return redirect(url_for("applications.open_application", case_id=case_id))


@bp.get("/<uuid:case_id>")
def show(case_id: UUID) -> ResponseReturnValue:
    """Show where an appeal stands, what was sent, and what was decided of it."""
    person, _member_id = get_member_person()
    engine = current.engine()
    with engine.database.read() as session:
        case = cases.get_own_case(session, person, case_id)
        if case.process_id != PROCESS:
            raise NotFound
        steps = list_last_steps(session, engine, case=case, language=spoken(), now=current.now())
        office = get_association(session, case.association_id or 0)
        return render_template(
            "portal/appeal.html",
            appeal={
                "year": case.year,
                "status": case.status,
                "sentence": _say(case, name_office(office)),
                "office": name_office(office),
                "result_address": url_for("results.show", year=case.year)
                if find_result(session, member_id=case.subject_id, year=case.year or 0)
                else "",
            },
            decided=[
                {"outcome": each.outcome, "reason": each.reason, "at": each.at} for each in steps
            ],
            parts=[
                {"title": each.title, "html": draw_sent_form(each, reveal=True, heading_level=3)}
                for each in list_sent_forms(session, case)
            ],
        )


def describe_year(session: Session, *, member: Member, year: int) -> dict[str, object] | None:
    """What is to be said of an appeal against a year's result; None where none concerns it.

    `address` leads on; `is_post` when it begins the appeal.
    """
    result = find_result(session, member_id=member.id, year=year)
    if result is None or result.status != REFUSED or result.case_id is None:
        return None
    appeal = find_appeal(session, result=result)
    if appeal is not None:
        is_begun = appeal.status == "draft"
        office = get_association(session, appeal.association_id or 0)
        return {
            "status": appeal.status,
            "sentence": _say(appeal, name_office(office)),
            "words": _("Go on with the appeal") if is_begun else _("Show the appeal"),
            "address": url_for("applications.open_application", case_id=appeal.id),
        }
    last = last_day_to_appeal(session, result=result)
    if local_date(current.now()) > last:
        return {"sentence": _("You could appeal until %(date)s.", date=day(last))}
    return {
        "sentence": _("If you do not agree you can appeal until %(date)s.", date=day(last)),
        "words": _("Appeal"),
        "address": url_for("appeals.start", year=year),
        "is_post": True,
    }


def _say(case: Case, office: str) -> str:
    """Where an appeal stands, in a sentence."""
    sentences = {
        "draft": _("Your appeal is begun and not sent. What you typed is kept."),
        "appealed": _(
            "Your appeal is with %(office)s. You are told what it decides.", office=office
        ),
        "appeal_upheld": _("%(office)s upheld the decision.", office=office),
        "appeal_overturned": _(
            "%(office)s overturned the decision: it is taken back.", office=office
        ),
        "appeal_settled": _("The decision was taken back before the appeal was decided."),
        "abandoned": _("You did not send this appeal."),
    }
    return sentences.get(case.status, _("This appeal is closed."))
