"""学时查询: the ledger of a member's hours by year, what is still asked, and all of it as xlsx."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from flask import Response, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.language import _
from web import current
from web.sessions import get_member_person
from web.sheets import Sheet, Value, send_sheets
from web.training.blueprint import bp
from web.training.sources import name_source
from workflows.shared.dates import local_date
from workflows.shared.enrolments import Enrolment
from workflows.shared.hours import HoursEntry, list_hours
from workflows.shared.hours_asked import assess_hours
from workflows.shared.register import NON_PRACTISING, get_member
from workflows.shared.seasons import find_season
from workflows.training_enrolment.crediting import KEY as OF_A_CLASS

START = "output_hours.start"


@bp.get("/hours")
def hours() -> ResponseReturnValue:
    """Show the hours year by year, the last one first, and what the open season still asks."""
    _person, member_id = get_member_person()
    with current.engine().database.read() as session:
        entries = list_hours(session, member_id=member_id)
        classes = _find_classes(session, entries)
        asked = _describe_asked(session, member_id)
    ordered = sorted(entries, key=lambda each: each.year, reverse=True)
    return render_template(
        "training/hours.html",
        asked=asked,
        years=[
            _describe_year(year, list(of_year), classes)
            for year, of_year in groupby(ordered, key=lambda each: each.year)
        ],
        output_hours=_find_start(),
    )


@bp.get("/hours.xlsx")
def export_hours() -> Response:
    """Send every entry of the ledger as a workbook."""
    person, member_id = get_member_person()
    with current.engine().database.read() as session:
        rows: list[list[Value]] = [
            [each.year, each.earned_date, each.title, name_source(each), each.hours / 100]
            for each in list_hours(session, member_id=member_id)
        ]
    heads = [_("Year"), _("Date"), _("Course"), _("Source"), _("Hours")]
    name = f"{_('Training hours')}-{person.login}.xlsx"
    return send_sheets(name, [Sheet(_("Training hours"), heads, rows)])


def _find_start() -> dict[str, Any] | None:
    """Where one applies for hours that were earned otherwise, and whether that starts something."""
    if START not in current_app.view_functions:
        return None
    rule = next(current_app.url_map.iter_rules(START))
    return {"address": url_for(START), "is_post": "GET" not in (rule.methods or ())}


def _describe_year(
    year: int, entries: Sequence[HoursEntry], classes: dict[int, int]
) -> dict[str, Any]:
    return {
        "year": year,
        "hours": sum(each.hours for each in entries),
        "entries": [
            {
                "title": each.title,
                "earned_date": each.earned_date,
                "source": name_source(each),
                "hours": each.hours,
                "address": _address_of_class(each, classes),
            }
            for each in entries
        ],
    }


def _address_of_class(entry: HoursEntry, classes: dict[int, int]) -> str:
    """Where the class is shown that gave the hours; empty for what was earned otherwise."""
    class_id = classes.get(entry.id)
    return "" if class_id is None else url_for("training.show_class", class_id=class_id)


def _find_classes(session: Session, entries: Sequence[HoursEntry]) -> dict[int, int]:
    """The classes that gave entries, or took them back, by the entry's key."""
    enrolments = {
        each.id: int(key)
        for each in entries
        if each.external_key.startswith(OF_A_CLASS)
        and (key := each.external_key.removeprefix(OF_A_CLASS).partition("/")[0]).isdecimal()
    }
    query = select(Enrolment.id, Enrolment.class_id).where(Enrolment.id.in_(enrolments.values()))
    classes = {each.id: each.class_id for each in session.execute(query)}
    return {entry: classes[key] for entry, key in enrolments.items() if key in classes}


def _describe_asked(session: Session, member_id: int) -> dict[str, Any] | None:
    """What the open season asks of a member; CPAs are inspected through their firms."""
    member = get_member(session, member_id)
    if member.kind != NON_PRACTISING:
        return None
    today = local_date(current.now())
    season = find_season(session, association_id=member.association_id, day=today)
    if season is None:
        return None
    account = assess_hours(session, current.engine(), member=member, season=season)
    return {
        "year": season.year,
        "years": account.years,
        "required": account.required,
        "done": account.done,
        "missing": account.missing,
        "until_date": season.hours_until_date,
    }
