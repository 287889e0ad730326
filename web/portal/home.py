"""The member's home page: what is open, what to do next, what came in."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.cases import Case, get_case
from engine.language import _
from web import current
from web.languages import spoken
from web.portal import appeals, applications, cases, messages, waiting
from web.sessions import get_member_person
from web.words import day as say_day
from web.words import name_office
from workflows.inspection.applications import find_obstacle
from workflows.member_certificate.cases import find_obstacle as find_certificate_obstacle
from workflows.shared.applications import find_last_return
from workflows.shared.associations import get_association
from workflows.shared.dates import local_date
from workflows.shared.decisions import list_last_steps
from workflows.shared.messages import list_messages
from workflows.shared.register import CPA, Member, get_member
from workflows.shared.results import find_result, list_results
from workflows.shared.seasons import Season, find_season
from workflows.shared.statuses import status_for_member, status_label
from workflows.training_enrolment.listing import list_coming

RECENT = 3
REFUSED = "not_passed"


def show_home() -> ResponseReturnValue:
    """Show the year's inspection first, then services, messages and past years."""
    _person, member_id = get_member_person()
    today = local_date(current.now())
    with current.engine().database.read() as session:
        member = get_member(session, member_id)
        association = get_association(session, member.association_id)
        season = find_season(session, association_id=association.id, day=today)
        found = list_messages(session, member_id=member_id, limit=RECENT)
        office = (association.name_en if spoken() == "en" else "") or association.name
        return render_template(
            "portal/home.html",
            member={"number": member.number, "association": office},
            year=_describe_card(session, member, season),
            coming=_list_coming(session, member, today),
            services=_services(member),
            messages=[messages.describe(each) for each in found],
            results=[
                {"year": each.year, "status": each.status}
                for each in list_results(session, member_id=member_id)[:RECENT]
            ],
        )


def _list_coming(session: Session, member: Member, today: date) -> list[dict[str, object]]:
    """The next classes that the member is signed up for."""
    found = list_coming(session, member_id=member.id, day=today)
    return [
        {
            "name": training_class.name,
            "start_date": training_class.start_date,
            "start_time": training_class.start_time.strftime("%H:%M"),
            "place": training_class.place,
            "state": enrolment.state,
            "address": url_for("training.show_class", class_id=training_class.id),
        }
        for enrolment, training_class in found[:RECENT]
    ]


def _describe_card(
    session: Session, member: Member, season: Season | None
) -> dict[str, object] | None:
    """The card of the year; the inspection of CPAs runs through their firms."""
    if member.kind == CPA:
        return {
            "title": _("Annual inspection of CPAs"),
            "sentence": _(
                "Your firm applies for the inspection of its CPAs, and no such inspection is open "
                "here. What is decided will be shown under results."
            ),
        }
    return _describe_year(session, member, season) if season is not None else None


def _describe_year(session: Session, member: Member, season: Season) -> dict[str, object]:
    """The card of the year's inspection: where it stands and what can be done."""
    case = cases.find_case_of_year(session, member_id=member.id, year=season.year)
    result = find_result(session, member_id=member.id, year=season.year)
    if case is not None and case.state != "open" and result is not None:
        # What was decided elsewhere counts, whatever the application came to.
        case = case if result.case_id == case.id else None
    card: dict[str, object] = {
        "title": _("Annual inspection %(year)s", year=season.year),
        "dates": [
            (_("Open from"), say_day(season.opens_date)),
            (_("Until"), say_day(season.closes_date)),
        ],
    }
    if result is not None and result.status == REFUSED and result.case_id is not None:
        card["refusal"] = _describe_refusal(session, result.case_id)
    if case is not None:
        card |= _describe_case(session, case)
        return card | _describe_appeal(session, member, season, card)
    if result is not None:
        address = url_for("results.show", year=season.year)
        card |= {
            "status": result.status,
            "words": status_label(result.status),
            "sentence": _("This year is done."),
            "actions": [{"words": _("View"), "address": address}],
        }
        return card | _describe_appeal(session, member, season, card)
    return card | _describe_start(session, member)


def _describe_case(session: Session, case: Case) -> dict[str, object]:
    actions = applications.list_actions(session, case)
    status = status_for_member(case.status)
    described: dict[str, object] = {
        "status": status,
        "words": status_label(status),
        "sentence": _say_next(case),
        "actions": actions[:2],
        "waiting": waiting.describe(session, case, back=url_for("home")),
    }
    if case.status == "returned":
        last = find_last_return(session, current.engine().vault, case=case)
        if last is not None:
            described |= {"reason": last.reason, "reason_at": last.at}
    return described


def _describe_refusal(session: Session, case_id: UUID) -> dict[str, object] | None:
    """Who decided in a case that a year is not passed, on what ground and why."""
    steps = list_last_steps(
        session,
        current.engine(),
        case=get_case(session, case_id),
        language=spoken(),
        now=current.now(),
    )
    found = next((each for each in reversed(steps) if each.ground or each.reason), None)
    if found is None or found.association_id is None:
        return None
    return {
        "office": name_office(get_association(session, found.association_id)),
        "at": found.at,
        "ground": found.ground,
        "reason": found.reason,
    }


def _describe_appeal(
    session: Session, member: Member, season: Season, card: Mapping[str, Any]
) -> dict[str, object]:
    """What of the card is another thing where the year was not passed."""
    appeal = appeals.describe_year(session, member=member, year=season.year)
    if appeal is None:
        return {}
    changed: dict[str, object] = {"sentence": appeal["sentence"]}
    if "address" in appeal:
        changed["actions"] = [appeal, *card["actions"][:1]]
    return changed


def _describe_start(session: Session, member: Member) -> dict[str, object]:
    obstacle = find_obstacle(session, member=member, now=current.now())
    if obstacle is not None:
        return {"sentence": str(obstacle)}
    start = {
        "words": _("Start the inspection"),
        "address": url_for("applications.start"),
        "is_post": True,
    }
    return {
        "sentence": _("It is open. Complete your information, then apply or ask for a deferral."),
        "actions": [start],
    }


def _say_next(case: Case) -> str:
    sentences = {
        "draft": _("Your application is begun and not sent. What you typed is kept."),
        "awaiting_hours": _("Hours are missing. As soon as they arrive you can go on."),
        "awaiting_payment": _("Your fee is to be paid before you can apply."),
        "awaiting_fee_confirmation": _(
            "Your association checks the fee. You can complete everything else meanwhile."
        ),
        "in_review": _("Your application is with the association. There is nothing to do."),
        "awaiting_agreement": _(
            "Your application is with the association. There is nothing to do."
        ),
        "in_second_review": _("Your application is in second review. There is nothing to do."),
        "returned": _("Change what is asked for, then apply again."),
        "withdrawn": _("You withdrew your application. Change it and apply again, or abandon it."),
        "passed": _("Your inspection has passed. Your QR code shows it."),
        "deferred": _("Your inspection of this year is deferred."),
        "not_passed": _("Your inspection was not passed. The messages say why."),
        "not_inspected": _("Your application was not sent in time."),
    }
    return sentences.get(case.status, status_label(case.status))


def _services(member: Member) -> list[dict[str, str]]:
    applying = {
        "icon": "clipboard-check",
        "title": _("Applications for inspection"),
        "words": _("Apply, go on, apply again, withdraw"),
        "address": url_for("applications.index"),
    }
    certificate = {
        "icon": "certificate",
        "title": _("Electronic member certificate"),
        "words": _("Get it, download it, see what its code shows"),
        "address": url_for("certificate.show"),
    }
    has_certificate = find_certificate_obstacle(current.engine(), member) is None
    return [
        *([] if member.kind == CPA else [applying]),
        *([certificate] if has_certificate else []),
        {
            "icon": "id",
            "title": _("My information"),
            "words": _("What the register says of you; changes of it"),
            "address": url_for("profile.show"),
        },
        {
            "icon": "school",
            "title": _("Training"),
            "words": _("Sign up for classes, announcements, hours on record"),
            "address": url_for("training.index"),
        },
        {
            "icon": "history",
            "title": _("Inspection results"),
            "words": _("Every year with its record and trail"),
            "address": url_for("results.index"),
        },
        {
            "icon": "qrcode",
            "title": _("QR code of my inspection"),
            "words": _("To show and to download"),
            "address": url_for("results.my_code"),
        },
        {
            "icon": "phone",
            "title": _("Contacts of the associations"),
            "words": _("Addresses and telephone numbers"),
            "address": url_for("contacts.index"),
        },
    ]
