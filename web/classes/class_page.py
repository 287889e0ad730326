"""A class's page: how full it is, who is signed up, what waits for a decision, who is told."""

from typing import Any

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from forms.texts import draw_markdown
from web import current
from web.classes.attendance import describe_attendance
from web.classes.blueprint import bp
from web.classes.history import describe_edits
from web.classes.words import describe_class
from web.numbers import small_int
from web.saying import describe_section
from web.staff import get_staff_person
from web.words import name_office
from workflows.shared.access import Viewer, can, check
from workflows.shared.associations import get_association
from workflows.shared.edits import list_edits
from workflows.shared.training_classes import TrainingClass, get_class
from workflows.training_enrolment.classes.changes import subject_of
from workflows.training_enrolment.classes.settings import SECTIONS
from workflows.training_enrolment.classes.sign_ups import (
    SignUpFilters,
    find_overlaps,
    find_tasks,
    list_sign_ups,
)
from workflows.training_enrolment.classes.values import read_class
from workflows.training_enrolment.places import STATES, Counts, count_untold, counts_of
from workflows.training_enrolment.states import enrolment_label

TELLING = "telling"
"""The part of the page that is fetched again while people are being told."""

SIGN_UPS = "sign-ups"
"""The part of the page that a filter fetches anew."""


@bp.get("/<int:class_id>")
def show_class(class_id: int) -> ResponseReturnValue:
    """Show a class with its sign-ups; a script may ask for a part alone."""
    viewer = get_staff_person().viewer
    with current.engine().database.read() as session:
        training_class = get_class_of(session, viewer, class_id)
        counts = counts_of(session, [class_id])[class_id]
        said = {
            "training_class": describe_for_page(session, training_class, counts),
            "telling": _describe_telling(session, training_class, counts),
        }
        part = request.headers.get("HX-Target")
        if part == TELLING:
            response = make_response(render_template("classes/_telling.html", **said))
            if training_class.cancelled_at is not None and not counts.live:
                # Everybody's sign-up is another one now: the whole page is.
                response.headers["HX-Refresh"] = "true"
            return response
        said |= _describe_sign_ups(session, viewer, training_class, counts)
        if part == SIGN_UPS:
            return render_template("classes/_sign_ups.html", **said)
        return render_template(
            "classes/show.html",
            **said,
            sections=[
                (each.title, describe_section(each, read_class(training_class)))
                for each in SECTIONS
                if each.name != "announcement"
            ],
            announcement=draw_markdown(training_class.announcement, 3),
            cancel_reason=training_class.cancel_reason,
            may_change=can(viewer, "change", training_class),
            may_take_attendance=not training_class.cancelled_at
            and can(viewer, "take_attendance", training_class),
            attendance=describe_attendance(session, training_class),
            edits=describe_edits(session, list_edits(session, subject=subject_of(training_class))),
        )


def get_class_of(
    session: Session, viewer: Viewer, class_id: int, action: str = "see_enrolments"
) -> TrainingClass:
    """A class that the viewer may do something with; for others there is none."""
    found = get_class(session, class_id)
    check(viewer, action, found)
    return found


def describe_for_page(
    session: Session, training_class: TrainingClass, counts: Counts
) -> dict[str, Any]:
    """What the head of a class's pages says."""
    office = name_office(get_association(session, training_class.association_id))
    return describe_class(training_class, counts, office)


def read_sign_up_filters() -> SignUpFilters:
    """Who of a class is looked for."""
    given = request.values
    state = given.get("state", "")
    return SignUpFilters(
        state=state if state in STATES else "", text=given.get("q", "").strip()[:100]
    )


def write_sign_up_filters(filters: SignUpFilters) -> dict[str, Any]:
    """The filters as they stand in an address."""
    said = {"state": filters.state, "q": filters.text}
    return {name: value for name, value in said.items() if value}


def _describe_telling(
    session: Session, training_class: TrainingClass, counts: Counts
) -> dict[str, Any] | None:
    """How far it is that everybody is told of the last change, or that the class is cancelled."""
    is_cancelled = training_class.cancelled_at is not None
    if not is_cancelled and (
        not training_class.change_no or training_class.has_begun(current.now())
    ):
        return None
    untold = count_untold(session, training_class)
    total = counts.cancelled + untold if is_cancelled else counts.live
    return {
        "part": TELLING,
        "address": url_for("classes.show_class", class_id=training_class.id),
        "is_cancelled": is_cancelled,
        "untold": untold,
        "told": max(total - untold, 0),
        "total": total,
        "is_over": untold == 0,
    }


def _describe_sign_ups(
    session: Session, viewer: Viewer, training_class: TrainingClass, counts: Counts
) -> dict[str, Any]:
    filters = read_sign_up_filters()
    number = request.args.get("page", 1, type=small_int)
    page = list_sign_ups(session, training_class, filters, number=number)
    tasks = find_tasks(session, viewer, [each.enrolment.case_id for each in page.sign_ups])
    overlaps = find_overlaps(session, training_class, page.sign_ups)
    kept = write_sign_up_filters(filters)
    here: dict[str, Any] = {"class_id": training_class.id, "_anchor": SIGN_UPS}
    return {
        "part": SIGN_UPS,
        "filters": filters,
        "kept": kept,
        "page": page,
        "page_addresses": {
            each: url_for("classes.show_class", **here, **kept, page=each)
            for each in (page.number - 1, page.number + 1)
            if 1 <= each <= page.pages
        },
        "states": [
            {
                "code": code,
                "words": enrolment_label(code),
                "count": getattr(counts, code),
                "address": url_for("classes.show_class", **here, **_with_state(filters, code)),
                "is_here": filters.state == code,
            }
            for code in STATES
            if getattr(counts, code) or filters.state == code
        ],
        "everybody": {
            "count": sum(getattr(counts, code) for code in STATES),
            "address": url_for("classes.show_class", **here, **_with_state(filters, "")),
            "is_here": not filters.state,
        },
        "sign_ups": [
            {
                "name": each.name,
                "number": each.number,
                "is_employee": each.enrolment.person_kind == "employee",
                "firm": each.firm,
                "arrival": each.enrolment.number,
                "arrived_at": each.enrolment.arrived_at,
                "decided_at": each.enrolment.decided_at,
                "state": each.enrolment.state,
                "overlaps": overlaps.get((each.enrolment.person_kind, each.enrolment.person_id), ())
                if each.enrolment.is_live
                else (),
                "hours": each.enrolment.hours,
                "task": task_id,
                "address": url_for("inbox.show", task_id=task_id)
                if task_id is not None
                else url_for("cases.show", case_id=each.enrolment.case_id),
            }
            for each in page.sign_ups
            for task_id in (tasks.get(each.enrolment.case_id),)
        ],
        "may_confirm": bool(tasks),
        "sheet": url_for("classes.export_sign_ups", class_id=training_class.id, **kept),
    }


def _with_state(filters: SignUpFilters, state: str) -> dict[str, Any]:
    return write_sign_up_filters(SignUpFilters(state=state, text=filters.text))
