"""培训班报名: the classes that a member or a firm is offered, found by filters."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.language import _
from web import current
from web.numbers import small_int
from web.sessions import Person, get_person
from web.training.blueprint import bp
from web.training.notices import describe_notice
from web.words import name_offices
from workflows.shared.enrolments import Enrolment
from workflows.shared.register import Member, get_member
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.audience import find_obstacle
from workflows.training_enrolment.classes.settings import AUDIENCE_LABELS, say_audience
from workflows.training_enrolment.firms.people import kinds_for
from workflows.training_enrolment.listing import (
    ClassFilters,
    ClassPage,
    find_last_enrolments,
    list_classes,
    list_years,
)
from workflows.training_enrolment.places import Counts, counts_of
from workflows.training_enrolment.states import (
    FULL,
    OPEN,
    class_state,
    enrolment_label,
    state_label,
)

FIRM_SIGN_UP = "training.sign_up_people"
"""The page on which a firm signs its people up."""

DATES = ("opens", "closes", "start", "end")

bp.add_app_template_filter(state_label, "class_state_label")
bp.add_app_template_filter(enrolment_label, "enrolment_label")


@bp.get("")
def index() -> ResponseReturnValue:
    """List the classes that the person or the firm is offered."""
    person, filters = get_person(), _read_filters()
    viewer, kept = person.viewer, _write_filters(filters)
    number = request.args.get("page", 1, type=small_int)
    with current.engine().database.read() as session:
        page = list_classes(session, viewer, filters, number=number)
        return render_template(
            "training/index.html",
            notice_text=describe_notice(session, viewer),
            filters=filters,
            kept=kept,
            has_dates=any(name in kept for name in DATES),
            is_filtered=bool(kept),
            years=list_years(session, viewer),
            audiences={code: _(label) for code, label in AUDIENCE_LABELS.items()},
            page=page,
            rows=_describe_page(session, person, page),
            is_member=person.is_member,
        )


def count_people(training_class: TrainingClass, counts: Counts) -> dict[str, int]:
    """The numbers of a class as its list shows them; who came or stayed away was confirmed."""
    seen = counts.completed + counts.absent
    return {
        "planned": training_class.planned,
        "confirmed": counts.confirmed + seen,
        "placed": counts.placed + seen,
        "capacity": training_class.capacity,
        "waiting": counts.waiting,
    }


def find_sign_up_address(
    session: Session,
    person: Person,
    training_class: TrainingClass,
    *,
    state: str,
    enrolment: Enrolment | None,
    member: Member | None,
) -> str:
    """Where one signs up; empty where it is not possible, or not for this person."""
    if state not in (OPEN, FULL):
        return ""
    if not person.is_member or member is None:
        if FIRM_SIGN_UP not in current_app.view_functions or not kinds_for(training_class):
            return ""
        return url_for(FIRM_SIGN_UP, class_id=training_class.id)
    if enrolment is not None and enrolment.is_live:
        return ""
    engine, now = current.engine(), current.now()
    if find_obstacle(engine, session, training_class, member, now):
        return ""
    return url_for("training.sign_up", class_id=training_class.id)


def _describe_page(session: Session, person: Person, page: ClassPage) -> list[dict[str, Any]]:
    keys = [each.id for each in page.classes]
    counts = counts_of(session, keys)
    offices = name_offices(session, [each.association_id for each in page.classes])
    member_id = person.member_id
    member = None if member_id is None else get_member(session, member_id)
    own: Mapping[int, Enrolment] = {}
    if member_id is not None:
        own = find_last_enrolments(session, class_ids=keys, member_id=member_id)
    rows = []
    for number, each in enumerate(page.classes, page.first):
        state = class_state(each, counts[each.id], current.now())
        enrolment = own.get(each.id)
        rows.append(
            {
                "number": number,
                "name": each.name,
                "office": offices[each.association_id],
                "opens_date": each.opens_date,
                "closes_date": each.closes_date,
                "start_date": each.start_date,
                "end_date": each.end_date,
                "place": each.place,
                "audience": say_audience(each),
                **count_people(each, counts[each.id]),
                "state": state,
                "enrolment": enrolment.state if enrolment is not None else "",
                "address": url_for("training.show_class", class_id=each.id),
                "outside": each.outside_url if state == "outside" else "",
                "sign_up": find_sign_up_address(
                    session, person, each, state=state, enrolment=enrolment, member=member
                ),
            }
        )
    return rows


def _read_filters() -> ClassFilters:
    given = request.args
    audience = given.get("audience", "")
    return ClassFilters(
        year=given.get("year", type=small_int),
        audience=audience if audience in AUDIENCE_LABELS else "",
        name=given.get("name", "").strip()[:100],
        opens_date=given.get("opens", type=date.fromisoformat),
        closes_date=given.get("closes", type=date.fromisoformat),
        start_date=given.get("start", type=date.fromisoformat),
        end_date=given.get("end", type=date.fromisoformat),
    )


def _write_filters(filters: ClassFilters) -> dict[str, str]:
    said = {
        "year": filters.year,
        "audience": filters.audience,
        "name": filters.name,
        "opens": filters.opens_date,
        "closes": filters.closes_date,
        "start": filters.start_date,
        "end": filters.end_date,
    }
    return {name: str(value) for name, value in said.items() if value}
