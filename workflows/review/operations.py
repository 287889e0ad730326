"""How an application is reviewed: on how many levels, and whether somebody must agree."""

from typing import Annotated, TypedDict

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.language import N_
from engine.operations import operation
from engine.signatures import Named
from workflows.shared.associations import has_office_above
from workflows.shared.results import find_result
from workflows.shared.seasons import DEFERRAL, get_season
from workflows.shared.vocabulary import ApplicationCode, MemberId, SeasonId


class Planned(TypedDict):
    """How an application is reviewed."""

    levels: Annotated[int, Named(N_("Levels of review"), N_("One or two."))]
    needs_agreement: Annotated[bool, Named(N_("A manager must agree"))]


@operation(
    "review.plan",
    title=N_("Plan the review"),
    about=N_(
        "Says on how many levels an application is reviewed, and whether a manager must agree."
    ),
)
def plan(
    session: Session, *, case: Case, season_id: SeasonId, kind: ApplicationCode, member_id: MemberId
) -> Planned:
    """Say `levels` (1 or 2) and `needs_agreement`.

    Inspection policy: one or two levels by association, the municipal one first; a deferral at
    most one year, not two in a row without the manager.
    """
    season = get_season(session, season_id)
    has_two = season.review_levels == 2 and has_office_above(session, case.association_id)
    before = find_result(session, member_id=member_id, year=season.year - 1)
    was_deferred = before is not None and before.status == "deferred"
    return {
        "levels": 2 if has_two else 1,
        "needs_agreement": kind == DEFERRAL and was_deferred,
    }
