"""培训班管理 and 培训班查询: whom a firm signed up, and in which classes its people are."""

from typing import Any

from flask import render_template, request, url_for
from sqlalchemy.orm import Session

from web import current
from web.numbers import small_int
from web.training.blueprint import bp
from web.training.confirmation import find_confirmation_address
from web.training.firm import get_firm, read_page
from workflows.shared.enrolments import CONFIRMED, RESERVED, WAITING
from workflows.shared.training_classes import TrainingClass
from workflows.training_enrolment.firms.enrolments import (
    Filters,
    Named,
    count_states,
    list_classes_of,
    list_of_class,
    list_of_people,
    list_years_of_people,
)
from workflows.training_enrolment.listing import get_offered_class
from workflows.training_enrolment.places import counts_of
from workflows.training_enrolment.states import ENROLMENT_LABELS, class_state, enrolment_label


@bp.get("/firm/classes")
def list_firm_classes() -> str:
    """List the classes for which the firm signed people up."""
    now = current.now()
    with current.engine().database.read() as session:
        firm, _viewer = get_firm(session)
        page, found = list_classes_of(session, firm_id=firm.id, page=read_page())
        counts = counts_of(session, [each.id for each, _states in found])
        rows = [
            {
                "id": each.id,
                "name": each.name,
                "start_date": each.start_date,
                "end_date": each.end_date,
                "state": class_state(each, counts[each.id], now),
                "reserved": states.get(RESERVED, 0),
                "confirmed": states.get(CONFIRMED, 0),
                "waiting": states.get(WAITING, 0),
                "total": sum(states.values()),
            }
            for each, states in found
        ]
    return render_template("training/firm_classes.html", page=page, rows=rows)


@bp.get("/firm/classes/<int:class_id>")
def show_firm_class(class_id: int) -> str:
    """List whom the firm signed up for a class, to cancel or to replace."""
    filters = _read_filters()
    with current.engine().database.read() as session:
        firm, viewer = get_firm(session)
        training_class = get_offered_class(session, viewer, class_id)
        page, found = list_of_class(
            session, firm_id=firm.id, class_id=class_id, filters=filters, page=read_page()
        )
        states = count_states(session, firm_id=firm.id, class_id=class_id)
        return render_template(
            "training/firm_class.html",
            training_class=_describe_class(session, training_class),
            page=page,
            rows=[_describe(each, training_class) for each in found],
            filters=filters,
            states=[(each, states[each]) for each in ENROLMENT_LABELS if states.get(each)],
            total=sum(states.values()),
        )


@bp.get("/firm/all")
def list_firm_enrolments() -> str:
    """List the classes that the firm's people are in, whoever signed them up."""
    filters = _read_filters()
    with current.engine().database.read() as session:
        firm, _viewer = get_firm(session)
        page, rows = list_of_people(session, firm_id=firm.id, filters=filters, page=read_page())
        years = list_years_of_people(session, firm_id=firm.id)
    return render_template(
        "training/firm_enrolments.html",
        page=page,
        rows=[
            {
                "number": each.number,
                "name": each.name,
                "class_name": each.class_name,
                "start_date": each.start_date,
                "state": each.state,
            }
            for each in rows
        ],
        filters=filters,
        years=years,
        states=[(code, enrolment_label(code)) for code in ENROLMENT_LABELS if code],
    )


def _read_filters() -> Filters:
    given = request.args
    state = given.get("state", "")
    return Filters(
        text=given.get("q", "").strip()[:50],
        year=given.get("year", type=small_int),
        state=state if state in ENROLMENT_LABELS else "",
    )


def _describe_class(session: Session, training_class: TrainingClass) -> dict[str, Any]:
    counts = counts_of(session, [training_class.id])[training_class.id]
    state = class_state(training_class, counts, current.now())
    return {
        "id": training_class.id,
        "name": training_class.name,
        "start_date": training_class.start_date,
        "end_date": training_class.end_date,
        "place": training_class.place,
        "state": state,
        "is_open": state in ("open", "full"),
    }


def _describe(found: Named, training_class: TrainingClass) -> dict[str, Any]:
    enrolment, name = found.enrolment, found.name
    can_change = (
        enrolment.is_live
        and training_class.cancelled_at is None
        and not training_class.has_begun(current.now())
    )
    return {
        "number": found.number,
        "name": name,
        "state": enrolment.state,
        "successor": found.successor,
        "arrived_at": enrolment.arrived_at,
        "hours": enrolment.hours,
        "confirmation": find_confirmation_address(enrolment, training_class),
        "cancel": url_for("training.ask_to_cancel", enrolment_id=enrolment.id)
        if can_change
        else "",
        "replace": url_for("training.choose_replacement", enrolment_id=enrolment.id)
        if can_change
        else "",
    }
