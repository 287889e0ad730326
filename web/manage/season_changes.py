"""Changing a section of a season: typed, checked, its consequences shown, and only then saved."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.errors import NotFound, Rejected
from engine.language import _
from web import current
from web.manage.blueprint import bp
from web.manage.decision_tables import tables_of_sections
from web.manage.places import get_viewer_of_management
from web.manage.seasons import describe_edits, describe_season
from web.saying import change_rows, describe_section, read_typed, type_values
from workflows.seasons.changes import (
    LONGEST_REASON,
    ReasonMissing,
    SeasonChangedMeanwhile,
    changed_meanwhile,
    read_section,
    rebase,
    save_change,
)
from workflows.seasons.drafts import check_section
from workflows.seasons.impact import describe_impact
from workflows.seasons.settings import COMMITMENTS, find_section
from workflows.shared.access import check
from workflows.shared.seasons import Season, get_season
from workflows.shared.settings import Section

Problems = Sequence[tuple[str, str]]


@bp.get("/seasons/<int:season_id>/<section_name>")
def edit_season(season_id: int, section_name: str) -> str:
    """Show a section to be changed."""
    section = _get_section(section_name)
    with current.engine().database.read() as session:
        season = _get_season(session, season_id)
        typed = type_values(section, read_section(session, season, section))
        return _draw_form(session, season, section, typed)


@bp.post("/seasons/<int:season_id>/<section_name>")
def check_season(season_id: int, section_name: str) -> ResponseReturnValue:
    """Check what was typed and show what it touches; a row's button only changes the rows."""
    section = _get_section(section_name)
    typed, action = read_typed(section, request.form), request.form.get("action", "")
    with current.engine().database.read() as session:
        season = _get_season(session, season_id)
        if action:
            change_rows(typed, action)
            return _draw_form(session, season, section, typed)
        values, wrong = check_section(section, typed)
        if wrong:
            return _draw_form(session, season, section, typed, problems=list(wrong.items())), 422
        if _version(season) != season.version:
            return _draw_conflict(session, season, section, values), 409
        before = read_section(session, season, section)
        if before == values:
            nothing = _("Nothing was changed.")
            return _draw_form(session, season, section, typed, problems=[("", nothing)]), 422
        return _draw_impact(session, season, section, before, values)


@bp.post("/seasons/<int:season_id>/<section_name>/save")
def save_season(season_id: int, section_name: str) -> ResponseReturnValue:
    """Save a change whose consequences were shown, with its reason."""
    section, viewer = _get_section(section_name), get_viewer_of_management()
    typed = read_typed(section, request.form)
    values, wrong = check_section(section, typed)
    try:
        with current.engine().database.transaction() as session:
            season = _get_season(session, season_id)
            if not wrong:
                save_change(
                    session,
                    season_id=season_id,
                    section=section,
                    values=values,
                    version=_version(season),
                    reason=request.form.get("reason", ""),
                    by=viewer.account_id,
                    now=current.now(),
                )
    except (Rejected, SeasonChangedMeanwhile) as error:
        return _draw_refused(season_id, section, values, error)
    if wrong:
        with current.engine().database.read() as session:
            season = _get_season(session, season_id)
            return _draw_form(session, season, section, typed, problems=list(wrong.items())), 422
    flash(_("The season was changed."), "success")
    return redirect(url_for("manage.show_season", season_id=season_id, _anchor=section.name))


def _draw_refused(
    season_id: int, section: Section, values: Mapping[str, Any], error: Exception
) -> ResponseReturnValue:
    with current.engine().database.read() as session:
        season = _get_season(session, season_id)
        if isinstance(error, SeasonChangedMeanwhile):
            return _draw_conflict(session, season, section, values), 409
        before = read_section(session, season, section)
        field = "reason" if isinstance(error, ReasonMissing) else ""
        problems = [(field, str(error))]
        return _draw_impact(session, season, section, before, values, problems=problems), 422


def _draw_conflict(
    session: Session, season: Season, section: Section, values: Mapping[str, Any]
) -> str:
    """Show what somebody else saved meanwhile, above what was typed, brought to that state."""
    version = _version(season)
    merged = rebase(session, season, section, values, version=version)
    edits = changed_meanwhile(session, season, version=version)
    said = describe_edits(session, edits)
    return _draw_form(session, season, section, type_values(section, merged), meanwhile=said)


def _draw_form(
    session: Session,
    season: Season,
    section: Section,
    typed: Mapping[str, Any],
    *,
    problems: Problems = (),
    meanwhile: Sequence[Mapping[str, Any]] = (),
) -> str:
    return render_template(
        "manage/season_edit.html",
        season=describe_season(session, season),
        section=section,
        typed=typed,
        problems=problems,
        wrong=dict(problems),
        meanwhile=meanwhile,
        # A draft that was not brought to a newer state stays one of its own version.
        version=season.version if meanwhile else _version(season),
        section_tables=tables_of_sections(session).get(section.name, ()),
    )


def _draw_impact(
    session: Session,
    season: Season,
    section: Section,
    before: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    problems: Problems = (),
) -> str:
    effects = describe_impact(
        session, season, section, before, values, engine=current.engine(), now=current.now()
    )
    return render_template(
        "manage/season_impact.html",
        season=describe_season(session, season),
        section=section,
        changes=describe_section(section, values, before),
        effects=sorted(effects, key=lambda each: not each.is_hard),
        sent=[pair for pair in _sent() if pair[0] not in ("csrf_token", "reason", "action")],
        preview=values if section.name in ("texts", *COMMITMENTS) else None,
        reason=request.form.get("reason", ""),
        longest=LONGEST_REASON,
        problems=problems,
        wrong=dict(problems),
    )


def _sent() -> list[tuple[str, str]]:
    return list(request.form.items(multi=True))


def _version(season: Season) -> int:
    """The version that was looked at; without a form, the one that is."""
    return request.form.get("version", season.version, type=int)


def _get_section(name: str) -> Section:
    section = find_section(name)
    if section is None:
        raise NotFound
    return section


def _get_season(session: Session, season_id: int) -> Season:
    season = get_season(session, season_id)
    check(get_viewer_of_management(), "change", season)
    return season
