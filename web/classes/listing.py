"""The list of classes of a person's associations, to look at and to take away."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.language import _
from web import current
from web.classes.blueprint import bp
from web.classes.words import describe_classes
from web.numbers import small_int
from web.sheets import Sheet, Value, send_sheets
from web.staff import get_staff_person
from web.words import name_office
from workflows.shared.access import SYSTEM, Viewer, check, training_associations
from workflows.training_enrolment.classes.listing import (
    STATES,
    OfficeFilters,
    all_classes,
    list_classes,
    list_offices,
    list_years,
)
from workflows.training_enrolment.classes.settings import AUDIENCE_LABELS
from workflows.training_enrolment.states import state_label


@bp.get("")
def index() -> ResponseReturnValue:
    """List the classes of the person's associations; a script may ask for the list alone."""
    viewer, filters = get_viewer_of_classes(), _read_filters()
    with current.engine().database.read() as session:
        found = _describe_page(session, viewer, filters)
        if request.headers.get("HX-Target") == "classes":
            return render_template("classes/_classes.html", **found)
        offices = list_offices(session, viewer)
        return render_template(
            "classes/index.html",
            **found,
            years=list_years(session, viewer),
            audiences=[(code, _(words)) for code, words in AUDIENCE_LABELS.items()],
            states=[(code, state_label(code)) for code in STATES],
            offices=[{"id": each.id, "name": name_office(each)} for each in offices],
        )


@bp.get("/classes.xlsx")
def export_classes() -> ResponseReturnValue:
    """Give all classes that the filters show as a table to take away."""
    viewer = get_viewer_of_classes()
    with current.engine().database.read() as session:
        heads = [
            _("Name of the class"),
            _("Year of the class"),
            _("Association"),
            _("For whom"),
            _("Sign-up from"),
            _("Sign-up until"),
            _("First day of the class"),
            _("Last day of the class"),
            _("Place"),
            _("Hours of the class"),
            _("Planned number of people"),
            _("At most so many people"),
            _("Signed up"),
            _("Confirmed in all"),
            _("Waiting list"),
            _("State of the class"),
        ]
        rows = _sheet_rows(session, viewer, _read_filters())
        return send_sheets("classes.xlsx", [Sheet(_("Classes"), heads, rows)])


def get_viewer_of_classes() -> Viewer:
    """Who is signed in, if he has to do with classes; for others there is nothing."""
    viewer = get_staff_person().viewer
    check(viewer, "see_classes", SYSTEM)
    return viewer


def _read_filters() -> OfficeFilters:
    given = request.args
    state, audience = given.get("state", ""), given.get("audience", "")
    return OfficeFilters(
        text=given.get("q", "").strip()[:100],
        year=given.get("year", type=small_int),
        audience=audience if audience in AUDIENCE_LABELS else "",
        state=state if state in STATES else "",
        association_id=given.get("office", type=small_int),
        from_date=given.get("from", type=date.fromisoformat),
        until_date=given.get("until", type=date.fromisoformat),
    )


def _write_filters(filters: OfficeFilters) -> dict[str, Any]:
    said = {
        "q": filters.text,
        "year": filters.year,
        "audience": filters.audience,
        "state": filters.state,
        "office": filters.association_id,
        "from": filters.from_date,
        "until": filters.until_date,
    }
    return {name: str(value) for name, value in said.items() if value}


def _describe_page(session: Session, viewer: Viewer, filters: OfficeFilters) -> dict[str, Any]:
    number = request.args.get("page", 1, type=small_int)
    page = list_classes(session, viewer, filters, now=current.now(), number=number)
    kept = _write_filters(filters)
    return {
        "filters": filters,
        "kept": kept,
        "page": page,
        "classes": describe_classes(session, page.classes),
        "is_filtered": filters != OfficeFilters(),
        "has_offices": len(training_associations(viewer)) > 1,
        "may_offer": bool(training_associations(viewer, to_change=True)),
        "sheet": url_for("classes.export_classes", **kept),
    }


def _sheet_rows(
    session: Session, viewer: Viewer, filters: OfficeFilters
) -> Iterator[Sequence[Value]]:
    for some in all_classes(session, viewer, filters, now=current.now()):
        for each in describe_classes(session, some):
            yield [
                each["name"],
                each["year"],
                each["office"],
                each["audience"],
                each["opens"],
                each["closes"],
                each["starts"],
                each["ends"],
                each["place"],
                each["hours"] / 100,
                each["planned"],
                each["capacity"],
                each["placed"],
                each["confirmed"],
                each["waiting"],
                state_label(each["state"]),
            ]
