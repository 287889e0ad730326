"""未申请名单: who has not applied, to look at, to take away, and to remind."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.database import new_id
from engine.errors import NotAllowed, NotFound, Rejected
from engine.language import _
from forms.masking import mask
from web import current
from web.manage.blueprint import bp
from web.manage.places import get_viewer_of_management
from web.numbers import BIGGEST, small_int
from web.sheets import Sheet, Value, send_sheets
from web.words import minute, name_office, name_offices
from workflows.seasons import absentees, reminding
from workflows.seasons.absentees import (
    DRAFT,
    NO_DRAFT,
    NOT_REMINDED,
    REMINDED,
    Absentee,
    AbsenteeFilters,
)
from workflows.seasons.listing import list_seasons_of_members
from workflows.seasons.models import Reminding
from workflows.shared.access import Viewer, managed_associations
from workflows.shared.actor_names import name_accounts
from workflows.shared.associations import Association
from workflows.shared.dates import local_date
from workflows.shared.private import read_private_of_many
from workflows.shared.register import Member
from workflows.shared.seasons import Season, associations_of
from workflows.shared.statuses import status_label

MOST_TICKED = 1000
LONGEST_SHEET = 100_000
SHEET_ROWS_AT_A_TIME = 500


@dataclass(frozen=True)
class Scope:
    """The season that is looked at, and whose members the viewer sees and may remind."""

    season: Season
    seasons: Sequence[tuple[Season, Association]]
    seen: frozenset[int]
    remindable: frozenset[int]


@bp.get("/absentees")
def list_absentees() -> str:
    """List who has not applied; a script may ask for the list alone."""
    viewer = get_viewer_of_management()
    with current.engine().database.read() as session:
        scope = _find_scope(session, viewer)
        if scope is None:
            return render_template("manage/absentees.html", season=None)
        found = _describe(session, scope, _read_filters())
        if request.headers.get("HX-Target") == "absentees":
            return render_template("manage/_absentees.html", **found)
        return render_template(
            "manage/absentees.html",
            **found,
            seasons=_describe_seasons(scope),
            offices=_describe_offices(session, scope),
            remindings=_describe_remindings(session, scope),
        )


@bp.get("/absentees.xlsx")
def export_absentees() -> ResponseReturnValue:
    """Give the whole list as a table to take away."""
    viewer = get_viewer_of_management()
    with current.engine().database.read() as session:
        scope = _get_scope(session, viewer)
        heads = [
            _("Name"),
            _("Member number"),
            _("Association"),
            _("Mobile number"),
            _("E-mail"),
            _("Application"),
            _("Reminders"),
            _("Last reminded"),
        ]
        rows = _sheet_rows(session, scope, _read_filters())
        sheet = Sheet(_("Not applied yet"), heads, rows)
        return send_sheets(f"{scope.season.year}-not-applied.xlsx", [sheet])


@bp.post("/absentees/remind")
def remind_absentees() -> ResponseReturnValue:
    """Have the ticked members reminded, or all that the filters show."""
    viewer = get_viewer_of_management()
    filters, is_all = _read_filters(), request.form.get("whom") == "all"
    ticked = [each for each in request.form.getlist("member", type=int) if 0 < each <= BIGGEST]
    kept: dict[str, Any] = {}
    try:
        with current.engine().database.transaction() as session:
            scope = _get_scope(session, viewer)
            kept = _write(scope.season, filters)
            if not scope.remindable:
                raise NotAllowed
            if not is_all and not ticked:
                raise reminding.NobodyToRemind
            made = reminding.start_reminding(
                session,
                key=_read_key(),
                season=scope.season,
                association_ids=scope.remindable,
                filters=filters if is_all else AbsenteeFilters(),
                member_ids=[] if is_all else ticked[:MOST_TICKED],
                by=viewer.account_id,
                now=current.now(),
            )
    except Rejected as error:
        flash(str(error), "warning")
        return redirect(url_for("manage.list_absentees", **kept))
    return redirect(url_for("manage.show_reminding", key=made.id))


@bp.get("/absentees/remindings/<uuid:key>")
def show_reminding(key: UUID) -> str:
    """Show how far a reminding is; a script asks for the part that changes."""
    viewer = get_viewer_of_management()
    with current.engine().database.read() as session:
        found = reminding.get_reminding(session, key)
        if not managed_associations(viewer) & frozenset(found.association_ids):
            raise NotFound
        described = _describe_reminding(session, found)
    is_part = request.headers.get("HX-Target") == "progress"
    name = "manage/_reminding.html" if is_part else "manage/reminding.html"
    return render_template(name, reminding=described)


def _find_scope(session: Session, viewer: Viewer) -> Scope | None:
    """The season that the address names, else the open one that is the viewer's most."""
    seasons = list_seasons_of_members(session, viewer)
    wanted = request.values.get("season", type=small_int)
    if wanted is not None:
        found = next((season for season, _office in seasons if season.id == wanted), None)
        if found is None:
            raise NotFound
    elif not seasons:
        return None
    else:
        today = local_date(current.now())
        found = min(
            (season for season, _office in seasons),
            key=lambda each: (
                not each.is_open(today),
                each.association_id != viewer.association_id,
                -each.year,
            ),
        )
    members = associations_of(session, found)
    return Scope(
        season=found,
        seasons=seasons,
        seen=members & managed_associations(viewer),
        remindable=members & managed_associations(viewer, to_change=True),
    )


def _get_scope(session: Session, viewer: Viewer) -> Scope:
    scope = _find_scope(session, viewer)
    if scope is None:
        raise NotFound
    return scope


def _read_filters() -> AbsenteeFilters:
    given = request.values
    draft, reminded = given.get("draft", ""), given.get("reminded", "")
    return AbsenteeFilters(
        association_id=given.get("office", type=small_int),
        text=given.get("q", "").strip()[:50],
        draft=draft if draft in (DRAFT, NO_DRAFT) else "",
        reminded=reminded if reminded in (REMINDED, NOT_REMINDED) else "",
    )


def _write(season: Season, filters: AbsenteeFilters) -> dict[str, Any]:
    said = {
        "season": str(season.id),
        "office": str(filters.association_id or ""),
        "q": filters.text,
        "draft": filters.draft,
        "reminded": filters.reminded,
    }
    return {name: value for name, value in said.items() if value}


def _read_key() -> UUID:
    """The key that a page gave its form, so that sending it twice is once."""
    try:
        return UUID(request.form.get("key", ""))
    except ValueError:
        return uuid4()


def _describe(session: Session, scope: Scope, filters: AbsenteeFilters) -> dict[str, Any]:
    season, seen = scope.season, scope.seen
    after = request.args.get("after", 0, type=small_int)
    page = absentees.list_absentees(session, season, filters, seen, after=after)
    private = _read_private(session, page.rows)
    kept = _write(season, filters)
    without = _write(season, replace(filters, text="", draft="", reminded="", association_id=None))
    offices = name_offices(session, {each.association_id for each in page.rows})
    return {
        "season": {"id": season.id, "year": season.year, "closes": season.closes_date},
        "filters": filters,
        "kept": kept,
        "members": [
            {
                "id": each.id,
                "name": each.name,
                "number": each.number,
                "office": offices[each.association_id],
                "status": each.status,
                "reminders": each.reminders,
                "reminded_at": each.reminded_at,
                "mobile": mask("mobile", private[each.id]["mobile"]),
            }
            for each in page.rows
        ],
        "count": absentees.count_absentees(session, season, filters, seen),
        "total": absentees.count_to_be_inspected(session, season, seen),
        "is_filtered": filters != AbsenteeFilters(),
        "everything": url_for("manage.list_absentees", **without),
        "next_page": page.next and url_for("manage.list_absentees", **kept, after=page.next),
        "first_page": after and url_for("manage.list_absentees", **kept),
        "sheet": url_for("manage.export_absentees", **kept),
        "may_remind": bool(scope.remindable) and season.is_open(local_date(current.now())),
        "key": new_id(),
        "has_offices": len(seen) > 1,
    }


def _describe_seasons(scope: Scope) -> list[dict[str, Any]]:
    return [
        {"id": season.id, "words": f"{season.year} · {name_office(office)}"}
        for season, office in scope.seasons
    ]


def _describe_offices(session: Session, scope: Scope) -> list[dict[str, Any]]:
    names = name_offices(session, scope.seen)
    return [{"id": key, "name": names[key]} for key in sorted(scope.seen)]


def _describe_remindings(session: Session, scope: Scope) -> list[dict[str, Any]]:
    found = reminding.list_remindings(session, season_id=scope.season.id)
    return [
        _describe_reminding(session, each)
        for each in found
        if scope.seen & frozenset(each.association_ids)
    ]


def _describe_reminding(session: Session, found: Reminding) -> dict[str, Any]:
    names = name_accounts(session, [found.by])
    return {
        "by": names.get(found.by or 0, ""),
        "mark": found.mark if found.by is None else "",
        "at": found.started_at,
        "total": found.total,
        "looked_at": min(found.looked_at, found.total),
        "reminded": found.reminded,
        "is_over": found.finished_at is not None,
        "address": url_for("manage.show_reminding", key=found.id),
        "list_address": url_for("manage.list_absentees", season=found.season_id),
    }


def _sheet_rows(
    session: Session, scope: Scope, filters: AbsenteeFilters
) -> Iterator[Sequence[Value]]:
    offices = name_offices(session, scope.seen)
    rows = absentees.all_absentees(session, scope.season, filters, scope.seen)
    listed = islice(rows, LONGEST_SHEET)
    while some := list(islice(listed, SHEET_ROWS_AT_A_TIME)):
        private = _read_private(session, some)
        for each in some:
            yield [
                each.name,
                each.number,
                offices[each.association_id],
                mask("mobile", private[each.id]["mobile"]),
                mask("email", private[each.id]["email"]),
                status_label(each.status) if each.status else _("Not begun"),
                each.reminders,
                minute(each.reminded_at) if each.reminded_at else "",
            ]
    if next(rows, None) is not None:
        yield [_("Only the first %(most)s are in this table.", most=LONGEST_SHEET)]


def _read_private(session: Session, rows: Sequence[Absentee]) -> dict[int, dict[str, str]]:
    """The private fields of members on the list; every page and table shows them masked."""
    vault = current.engine().vault
    return read_private_of_many(session, vault, Member, [each.id for each in rows])
