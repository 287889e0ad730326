"""注册会计师培训情况查询: the hours of a firm's CPAs by year, and all of them to take away."""

from flask import Response, render_template, request
from sqlalchemy.orm import Session

from engine.language import _
from web import current
from web.numbers import small_int
from web.sheets import Sheet, send_sheets
from web.training.blueprint import bp
from web.training.firm import get_firm, read_page
from web.training.sources import name_source
from workflows.shared.dates import local_date
from workflows.shared.hours import list_hours
from workflows.training_enrolment.firms.hours import (
    all_entries_of_people,
    all_hours_of_people,
    list_hours_of_people,
    list_years_with_hours,
)
from workflows.training_enrolment.firms.people import MEMBER, PersonKey, get_person

FIRST_YEAR, LAST_YEAR = 1990, 2100


@bp.get("/firm/hours")
def list_firm_hours() -> str:
    """List the firm's CPAs with what they earned in a year."""
    text, year = request.args.get("q", "").strip()[:50], _read_year()
    with current.engine().database.read() as session:
        firm, _viewer = get_firm(session)
        page, rows = list_hours_of_people(
            session, current.engine(), firm_id=firm.id, year=year, text=text, page=read_page()
        )
        years = list_years_with_hours(
            session, firm_id=firm.id, this_year=local_date(current.now()).year
        )
    return render_template(
        "training/firm_hours.html",
        page=page,
        rows=rows,
        q=text,
        year=year,
        years=sorted({*years, year}, reverse=True),
        knows_required=any(each.required is not None for each in rows),
    )


@bp.get("/firm/hours/<int:member_id>")
def show_hours_of(member_id: int) -> str:
    """Show every entry of one CPA's year."""
    year = _read_year()
    with current.engine().database.read() as session:
        firm, _viewer = get_firm(session)
        member = get_person(session, firm_id=firm.id, key=PersonKey(MEMBER, member_id))
        entries = list_hours(session, member_id=member.id, year=year)
    return render_template(
        "training/firm_hours_of.html",
        name=member.name,
        number=member.number,
        year=year,
        entries=[
            {
                "title": each.title,
                "earned_date": each.earned_date,
                "source": name_source(each),
                "hours": each.hours,
            }
            for each in entries
        ],
        total=sum(each.hours for each in entries),
    )


@bp.get("/firm/hours.xlsx")
def export_firm_hours() -> Response:
    """Give everybody's hours of a year, and each entry, as a workbook."""
    year = _read_year()
    with current.engine().database.read() as session:
        firm, _viewer = get_firm(session)
        return send_sheets(f"{firm.number}-{year}.xlsx", _write_sheets(session, firm.id, year))


def _write_sheets(session: Session, firm_id: int, year: int) -> list[Sheet]:
    people = (
        (
            each.number,
            each.name,
            each.earned / 100,
            "" if each.required is None else each.required / 100,
            each.missing / 100,
        )
        for each in all_hours_of_people(session, current.engine(), firm_id=firm_id, year=year)
    )
    entries = (
        (number, name, each.earned_date, each.title, name_source(each), each.hours / 100)
        for number, name, each in all_entries_of_people(session, firm_id=firm_id, year=year)
    )
    number, name = _("Number"), _("Name")
    return [
        Sheet(
            _("Hours of %(year)s", year=year),
            [number, name, _("Hours earned"), _("Hours required"), _("Hours missing")],
            people,
        ),
        Sheet(
            _("Entries"), [number, name, _("Date"), _("Course"), _("Source"), _("Hours")], entries
        ),
    ]


def _read_year() -> int:
    year = request.args.get("year", type=small_int)
    is_year = year is not None and FIRST_YEAR <= year <= LAST_YEAR
    return year if is_year and year is not None else local_date(current.now()).year
