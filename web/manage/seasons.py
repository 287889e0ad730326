"""The seasons: all of them, and one with everything that it says."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import Conflict
from engine.language import _
from web import current
from web.manage.blueprint import bp
from web.manage.decision_tables import tables_of_sections
from web.manage.places import get_viewer_of_management
from web.saying import describe_section
from web.words import name_office
from workflows.seasons.changes import list_versions, read_section, start_next, subject_of
from workflows.seasons.listing import list_seasons as find_seasons
from workflows.seasons.settings import COMMITMENTS, SECTIONS, find_section
from workflows.shared.access import Viewer, can, check
from workflows.shared.actor_names import name_accounts
from workflows.shared.associations import get_association
from workflows.shared.dates import local_date
from workflows.shared.edits import Edit, list_edits
from workflows.shared.seasons import Season, get_season


@bp.get("/seasons")
def list_seasons() -> str:
    """List the seasons of the person's associations, the last year first."""
    viewer = get_viewer_of_management()
    with current.engine().database.read() as session:
        return render_template("manage/seasons.html", years=_describe_years(session, viewer))


@bp.get("/seasons/<int:season_id>")
def show_season(season_id: int) -> str:
    """Show a season with everything that it says, and what was changed in it."""
    viewer = get_viewer_of_management()
    with current.engine().database.read() as session:
        season = get_season(session, season_id)
        check(viewer, "see", season)
        edits = list_edits(session, subject=subject_of(season))
        return render_template(
            "manage/season.html",
            season=describe_season(session, season),
            sections=[_describe(session, season, each.name) for each in SECTIONS],
            tables=tables_of_sections(session),
            may_change=can(viewer, "change", season),
            edits=describe_edits(session, edits),
        )


@bp.post("/seasons/<int:season_id>/next")
def copy_season(season_id: int) -> ResponseReturnValue:
    """Start the season of the next year as a copy of this one."""
    viewer = get_viewer_of_management()
    try:
        with current.engine().database.transaction() as session:
            check(viewer, "change", get_season(session, season_id))
            made = start_next(session, season_id=season_id, by=viewer.account_id, now=current.now())
    except Conflict as error:
        flash(str(error), "warning")
        return redirect(url_for("manage.show_season", season_id=season_id))
    flash(_("The season was copied, every date a year later. Look through it."), "success")
    return redirect(url_for("manage.show_season", season_id=made.id))


def describe_season(session: Session, season: Season) -> dict[str, Any]:
    """What a page of a season says above everything else."""
    return {
        "id": season.id,
        "year": season.year,
        "office": name_office(get_association(session, season.association_id)),
        "opens": season.opens_date,
        "closes": season.closes_date,
        "state": season.state_on(local_date(current.now())),
        "version": season.version,
    }


def describe_edits(session: Session, edits: list[Edit] | Any) -> list[dict[str, Any]]:
    """Who changed what and why, before and after in words."""
    names = name_accounts(session, [each.by for each in edits])
    return [
        {
            "by": names.get(each.by, ""),
            "at": each.at,
            "reason": each.reason,
            "title": _title(each),
            "changes": _describe_edit(each),
        }
        for each in edits
    ]


def _title(edit: Edit) -> str:
    if edit.after.get("section") == "copied":
        return _("Copied from the season before")
    section = find_section(edit.after.get("section") or "")
    return _(section.title) if section else ""


def _describe_edit(edit: Edit) -> list[dict[str, Any]]:
    section = find_section(edit.after.get("section") or "")
    if section is None:
        return []
    prefix = f"{section.name}." if section.name in COMMITMENTS else ""
    before, after = (
        {name.removeprefix(prefix): value for name, value in said.items()}
        for said in (edit.before, edit.after)
    )
    return describe_section(section, after, before)


def _describe(session: Session, season: Season, name: str) -> dict[str, Any]:
    section = find_section(name)
    assert section is not None  # noqa: S101  one of the list
    versions = []
    if name in COMMITMENTS:
        found = list_versions(session, season_id=season.id, kind=COMMITMENTS[name])
        versions = [
            {
                "number": each.version,
                "at": each.published_at,
                "title": each.title,
                "text": each.text,
            }
            for each in found
        ]
    return {
        "name": name,
        "title": _(section.title),
        "settings": describe_section(section, read_section(session, season, section)),
        "versions": versions,
    }


def _describe_years(session: Session, viewer: Viewer) -> Mapping[int, list[dict[str, object]]]:
    today = local_date(current.now())
    years: dict[int, list[dict[str, object]]] = {}
    for season, office in find_seasons(session, viewer):
        years.setdefault(season.year, []).append(
            {
                "office": name_office(office),
                "opens": season.opens_date,
                "closes": season.closes_date,
                "state": season.state_on(today),
                "fee": season.fee_yearly,
                "levels": season.review_levels,
                "address": url_for("manage.show_season", season_id=season.id),
            }
        )
    return years
