"""The seasons: all of them, and one with everything that it says."""

from collections.abc import Mapping

from flask import render_template, url_for
from sqlalchemy.orm import Session

from web import current
from web.manage.blueprint import bp
from web.manage.places import get_viewer_of_management
from web.words import name_office
from workflows.seasons.listing import list_seasons as find_seasons
from workflows.shared.access import Viewer, check
from workflows.shared.dates import local_date
from workflows.shared.seasons import get_season


@bp.get("/seasons")
def list_seasons() -> str:
    """List the seasons of the person's associations, the last year first."""
    viewer = get_viewer_of_management()
    with current.engine().database.read() as session:
        return render_template("manage/seasons.html", years=_describe_years(session, viewer))


def _describe_years(session: Session, viewer: Viewer) -> Mapping[int, list[dict[str, object]]]:
    today = local_date(current.now())
    years: dict[int, list[dict[str, object]]] = {}
    for season, office in find_seasons(session, viewer):
        years.setdefault(season.year, []).append(
            {
                "id": season.id,
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


@bp.get("/seasons/<int:season_id>")
def show_season(season_id: int) -> str:
    """Show a season with everything that it says."""
    viewer = get_viewer_of_management()
    with current.engine().database.read() as session:
        season = get_season(session, season_id)
        check(viewer, "see", season)
        return render_template("manage/season.html", season=season)
