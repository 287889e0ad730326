"""统计: what arrived and was decided, as charts with their tables, and as a workbook."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Response, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.language import N_, _
from web import current
from web.manage.blueprint import bp
from web.manage.places import get_viewer_of_management
from web.numbers import small_int
from web.sheets import Sheet, send_sheets
from web.words import name_office
from workflows.shared.access import Viewer, managed_associations
from workflows.shared.application_kinds import ApplicationKind, all_kinds
from workflows.shared.associations import Association
from workflows.shared.dates import local_date
from workflows.statistics.queries import (
    COUNTED,
    Line,
    Numbers,
    NumbersFilters,
    by_month,
    by_week,
    count,
    each_day,
    list_years,
)

USUAL = timedelta(days=90)
LONGEST = timedelta(days=3 * 366)
EARLIEST = date(2000, 1, 1)

NAMES = {
    "applied": N_("Applied"),
    "passed": N_("Passed"),
    "deferred": N_("Deferred"),
    "not_passed": N_("Not passed"),
    "returned": N_("Returned"),
}
GROUNDS = {
    "materials_unclear": N_("Materials not legible"),
    "materials_missing": N_("Materials missing"),
    "information_wrong": N_("Information wrong"),
    "hours": N_("Hours"),
    "fee": N_("Fee"),
    "other": N_("Other"),
    "": N_("Not given"),
}
STEPS = {"day": N_("Day"), "week": N_("Week"), "month": N_("Month")}


@dataclass(frozen=True)
class Chosen:
    """What was asked for, with what was found."""

    filters: NumbersFilters
    step: str
    office: int | None
    names: Mapping[int, str]
    found: Numbers

    @property
    def rows(self) -> dict[date, Counter[str]]:
        """The events by day, week or month, oldest first, also of days without any.

        Nothing where there was none at all.
        """
        if not self.found.days:
            return {}
        days = each_day(self.found.days, self.filters.first, self.filters.last)
        if self.step == "day":
            return dict(days)
        return by_week(days) if self.step == "week" else by_month(days)


@bp.get("/numbers")
def numbers() -> str:
    """Show the numbers of the person's associations."""
    viewer = get_viewer_of_management()
    with current.engine().database.read() as session:
        chosen = _choose(session, viewer)
        years = list_years(session, list(chosen.names))
    found = chosen.found
    return render_template(
        "manage/numbers.html",
        chosen=chosen,
        total=found.total,
        names={code: _(NAMES[code]) for code in COUNTED},
        rows=[(_say_step(day, chosen.step), counts) for day, counts in chosen.rows.items()],
        grounds=[(_say_ground(code), number) for code, number in found.grounds.most_common()],
        offices=_describe_offices(chosen),
        all_offices=chosen.names.items(),
        years=years,
        kinds=[each.code for each in all_kinds().values() if isinstance(each, ApplicationKind)],
        steps={code: _(name) for code, name in STEPS.items()},
        export=url_for("manage.export_numbers", **_write_filters(chosen)),
    )


@bp.get("/numbers.xlsx")
def export_numbers() -> Response:
    """Give the same numbers as a workbook: together, by association, by day, reasons."""
    viewer = get_viewer_of_management()
    with current.engine().database.read() as session:
        chosen = _choose(session, viewer)
    found = chosen.found
    heads = [_(NAMES[code]) for code in COUNTED]
    standing = [
        _("In review now"),
        _("Overdue now"),
        _("Median, working days"),
        _("Nine of ten within, working days"),
    ]
    return send_sheets(
        f"numbers-{chosen.filters.first}-{chosen.filters.last}.xlsx",
        [
            Sheet(_("Together"), [*heads, *standing], [_write(found.total)]),
            Sheet(
                _("By association"),
                [_("Association"), *heads, *standing],
                [[chosen.names[key], *_write(line)] for key, line in _lines(chosen)],
            ),
            Sheet(
                _(STEPS[chosen.step]),
                [_("From"), *heads],
                [
                    [day, *(row[code] for code in COUNTED)]
                    for day, row in chosen.rows.items()
                    if row.total()
                ],
            ),
            Sheet(
                _("Reasons for return"),
                [_("Reason"), _("Returned")],
                [[_say_ground(code), number] for code, number in found.grounds.most_common()],
            ),
        ],
    )


def _choose(session: Session, viewer: Viewer) -> Chosen:
    ids = sorted(managed_associations(viewer))
    offices = session.scalars(
        select(Association).where(Association.id.in_(ids)).order_by(Association.id)
    )
    names = {each.id: name_office(each) for each in offices}
    office = request.args.get("office", type=small_int)
    if office is not None and office not in names:
        raise NotFound
    today = local_date(current.now())
    last = min(request.args.get("last", today, type=date.fromisoformat), today)
    last = max(last, EARLIEST)
    first = request.args.get("first", last - USUAL, type=date.fromisoformat)
    first = max(min(first, last), last - LONGEST, EARLIEST)
    kind, step = request.args.get("kind", ""), request.args.get("step", "day")
    filters = NumbersFilters(
        association_ids=list(names) if office is None else [office],
        first=first,
        last=last,
        year=request.args.get("year", type=small_int),
        kind=kind if isinstance(all_kinds().get(kind), ApplicationKind) else "",
    )
    return Chosen(
        filters=filters,
        step=step if step in STEPS else "day",
        office=office,
        names=names,
        found=count(session, filters, now=current.now()),
    )


def _write_filters(chosen: Chosen) -> dict[str, Any]:
    filters = chosen.filters
    said = {
        "office": chosen.office,
        "year": filters.year,
        "kind": filters.kind,
        "first": filters.first.isoformat(),
        "last": filters.last.isoformat(),
        "step": chosen.step,
    }
    return {name: value for name, value in said.items() if value}


def _lines(chosen: Chosen) -> list[tuple[int, Line]]:
    """The associations with anything to count, in their order."""
    return [
        (key, line)
        for key, line in chosen.found.offices.items()
        if line.counts or line.in_review or line.working_days
    ]


def _describe_offices(chosen: Chosen) -> list[tuple[str, Line]]:
    return [(chosen.names[key], line) for key, line in _lines(chosen)]


def _write(line: Line) -> list[Any]:
    counts = [line.counts[code] for code in COUNTED]
    return [*counts, line.in_review, line.overdue, line.median, line.most]


def _say_ground(code: str) -> str:
    return _(GROUNDS[code]) if code in GROUNDS else code


def _say_step(day: date, step: str) -> str:
    if step == "week":
        return _("Week of %(date)s", date=day.isoformat())
    return day.strftime("%Y-%m") if step == "month" else day.isoformat()
