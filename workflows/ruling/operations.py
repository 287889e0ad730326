"""What a ruling's service tasks do once two managers agree."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case
from engine.engine import Engine
from engine.language import N_
from engine.operations import operation
from engine.submissions import Sent, last_submissions
from workflows.shared.fees import fee_state
from workflows.shared.hours_asked import assess_hours
from workflows.shared.messages import send_to_member
from workflows.shared.register import Member, get_member, hold_member, personal_fields
from workflows.shared.results import record_year
from workflows.shared.seasons import DEFERRAL, INSPECTION, find_season_of_year
from workflows.shared.sent_forms import say_answer
from workflows.shared.vocabulary import MemberId, Year
from workflows.shared.years import close_others

PROPOSED = "propose_ruling"


@operation(
    "ruling.record",
    title=N_("Record the ruling"),
    about=N_(
        "Closes what the member has open of the year and records the result that was proposed."
    ),
)
def record_ruling(
    session: Session,
    *,
    engine: Engine,
    case: Case,
    by: Actor,
    now: datetime,
    member_id: MemberId,
    year: Year,
) -> None:
    """Close what the member has open of the year and record the result that was proposed."""
    values = _get_proposal(session, engine, case).values
    status = str(values["status"])
    close_others(session, engine, case=case, status=status, by=by, now=now)
    hold_member(session, member_id)
    member = get_member(session, member_id)
    record_year(
        session,
        engine.vault,
        member=member,
        year=year,
        kind=DEFERRAL if status == "deferred" else INSPECTION,
        status=status,
        case_id=case.id,
        record=personal_fields(session, engine.vault, member),
        now=now,
        **_assess(session, engine, member, year),
    )


@operation(
    "ruling.tell",
    title=N_("Tell the member of the ruling"),
    about=N_("Sends the member what his year came to, and why."),
)
def tell_member(
    session: Session, *, engine: Engine, case: Case, now: datetime, member_id: MemberId
) -> None:
    """Tell the member what his year came to, and why."""
    proposal = _get_proposal(session, engine, case)
    say = partial(say_answer, session, engine, case=case, sent=proposal, key="ground", now=now)
    send_to_member(
        session,
        member_id=member_id,
        template=f"year_ruled.{proposal.values['status']}",
        values={
            "year": case.year or "",
            "reason": proposal.values["reason"],
            "ground": say(language="zh"),
        },
        values_en={"ground": say(language="en")},
        case_id=case.id,
        now=now,
    )


def _get_proposal(session: Session, engine: Engine, case: Case) -> Sent:
    return last_submissions(
        session,
        engine.vault,
        case_id=case.id,
        subject=case.subject_key,
        element_ids=[PROPOSED],
    )[PROPOSED]


def _assess(session: Session, engine: Engine, member: Member, year: int) -> Mapping[str, Any]:
    """Hours and fee as they are today; of a year without a season nothing is known."""
    season = find_season_of_year(session, association_id=member.association_id, year=year)
    if season is None:
        return {"hours_required": 0, "hours_done": 0, "fee_status": ""}
    hours = assess_hours(session, engine, member=member, season=season)
    fee = fee_state(session, member=member, season=season)
    return {
        "hours_required": hours.required,
        "hours_done": hours.done,
        "fee_status": fee.status,
    }
