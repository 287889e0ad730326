"""What the inspection's service tasks do when an application was approved."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from engine.actors import SYSTEM
from engine.cases import Case
from engine.engine import Engine
from engine.language import N_
from engine.operations import operation
from workflows.inspection.kinds import KIND
from workflows.shared.application_kinds import get_application
from workflows.shared.applications import find_decider, office_of, values_sent
from workflows.shared.fees import fee_state
from workflows.shared.hours_asked import assess_hours
from workflows.shared.messages import send_to_member, wording_of
from workflows.shared.register import apply_fields, get_member, hold_member, personal_fields
from workflows.shared.register_changes import APPLICATION, recording
from workflows.shared.results import record_year
from workflows.shared.seasons import get_season
from workflows.shared.sent_forms import say_ground
from workflows.shared.vocabulary import ApplicationCode, MemberId, SeasonId, YearStatus


@operation(
    "inspection.record_result",
    title=N_("Record the result of the year"),
    about=N_(
        "Writes the year’s result into the register, with the application, the hours and the "
        "fee as they are now."
    ),
)
def record_result(
    session: Session,
    *,
    engine: Engine,
    case: Case,
    now: datetime,
    member_id: MemberId,
    season_id: SeasonId,
    kind: ApplicationCode,
    status: YearStatus | None = None,
) -> None:
    """Record the year's result with everything as it is now; `status` None: what the kind says."""
    member = get_member(session, member_id)
    season = get_season(session, season_id)
    hours = assess_hours(session, engine, member=member, season=season, case=case)
    sent = values_sent(session, engine.vault, case=case, kind=kind)
    record_year(
        session,
        engine.vault,
        member=member,
        year=season.year,
        kind=kind,
        status=status or get_application(kind).result,
        case_id=case.id,
        record={
            **personal_fields(session, engine.vault, member),
            **sent.get("fill_information", {}),
            "application": {name: dict(values) for name, values in sent.items()},
        },
        hours_required=hours.required,
        hours_done=hours.done,
        fee_status=fee_state(session, member=member, season=season).status,
        now=now,
    )


@operation(
    "inspection.tell_refused",
    title=N_("Tell the member of the refusal"),
    about=N_("Sends the member the ground and the reason that his reviewer gave."),
)
def tell_refused(
    session: Session,
    *,
    engine: Engine,
    case: Case,
    now: datetime,
    member_id: MemberId,
    kind: ApplicationCode,
) -> None:
    """年检不予通过: tell the member the ground and the reason that his reviewer proposed."""
    proposal = find_decider(session, engine.vault, case=case)
    if proposal is None:
        raise LookupError("nobody proposed to refuse the application")
    say = partial(say_ground, session, engine, case=case, decision=proposal, now=now)
    send_to_member(
        session,
        member_id=member_id,
        template=wording_of("application_refused", kind, proposal),
        values={
            "year": case.year or "",
            "reason": proposal.reason,
            "ground": say(language="zh"),
        },
        values_en={"ground": say(language="en")},
        case_id=case.id,
        association_id=office_of(session, proposal),
        now=now,
    )


@operation(
    "register.apply_information",
    title=N_("Take the information into the register"),
    about=N_(
        "Writes the free fields of the approved application into the register. Locked fields "
        "change through a profile change only."
    ),
)
def apply_information(
    session: Session, *, engine: Engine, case: Case, member_id: MemberId, now: datetime
) -> None:
    """Take the member's free fields from the approved application into the register.

    Registry policy: locked fields change through a profile change only, mobile and e-mail with
    a code only.
    """
    values: Mapping[str, Any] = values_sent(session, engine.vault, case=case, kind=KIND.code).get(
        "fill_information", {}
    )
    hold_member(session, member_id)
    member, vault = get_member(session, member_id), engine.vault
    with recording(session, vault, member, source=APPLICATION, by=SYSTEM, now=now, case_id=case.id):
        apply_fields(session, vault, member, values)
