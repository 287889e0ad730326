"""What the inspection's service tasks do when an application was approved."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from engine.operations import operation
from workflows.inspection.kinds import KIND
from workflows.shared.application_kinds import get_application
from workflows.shared.applications import values_sent
from workflows.shared.fees import fee_state
from workflows.shared.hours import assess_hours
from workflows.shared.register import apply_fields, get_member, personal_fields
from workflows.shared.results import record_year
from workflows.shared.seasons import get_season


@operation("inspection.record_result")
def record_result(
    session: Session,
    *,
    engine: Engine,
    case: Case,
    now: datetime,
    member_id: int,
    season_id: int,
    kind: str,
) -> None:
    """Record the year's result with everything as it is now."""
    member = get_member(session, member_id)
    season = get_season(session, season_id)
    hours = assess_hours(session, member=member, season=season)
    sent = values_sent(session, engine.vault, case=case, kind=kind)
    record_year(
        session,
        engine.vault,
        member=member,
        year=season.year,
        kind=kind,
        status=get_application(kind).result,
        case_id=case.id,
        record={
            **personal_fields(member, engine.vault),
            **sent.get("fill_information", {}),
            "application": {name: dict(values) for name, values in sent.items()},
        },
        hours_required=hours.required,
        hours_done=hours.done,
        fee_status=fee_state(session, member=member, season=season).status,
        now=now,
    )


@operation("register.apply_information")
def apply_information(session: Session, *, engine: Engine, case: Case, member_id: int) -> None:
    """Take the member's free fields from the approved application into the register.

    Registry policy: locked fields change through a profile change only, mobile and e-mail with
    a code only.
    """
    values: Mapping[str, Any] = values_sent(session, engine.vault, case=case, kind=KIND.code).get(
        "fill_information", {}
    )
    apply_fields(get_member(session, member_id), values)
    session.flush()
