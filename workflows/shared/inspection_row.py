"""年检信息: a year's inspection at a glance, the same row on several forms."""

from typing import Any

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from workflows.shared.fees import fee_state
from workflows.shared.hours_asked import assess_hours
from workflows.shared.register import Member
from workflows.shared.seasons import Season
from workflows.shared.statuses import fee_label


def inspection_row(
    session: Session, engine: Engine, *, case: Case, member: Member, season: Season, holds_up: bool
) -> dict[str, Any]:
    """The row's data for the panel inspection_row, by the tables of a case; hours in hundredths.

    `holds_up`: whether missing hours stop this application and are said so. Inspection policy:
    neither hours nor fee hold a deferral up.
    """
    hours = assess_hours(session, engine, member=member, season=season, case=case)
    fee = fee_state(session, member=member, season=season)
    missing = None
    if holds_up and hours.missing:
        missing = {
            "hours": hours.missing,
            "platform": season.learning_platform,
            "url": season.learning_url,
        }
    return {
        "year": season.year,
        "last_year": hours.last_inspected_year,
        "hours_required": hours.required,
        "hours_done": hours.done,
        "fee": {"status": fee.status, "label": fee_label(fee.status)},
        "missing": missing,
    }
