"""What the process does once the association has decided: hours into the ledger, and the word."""

from datetime import datetime
from typing import Annotated, TypedDict

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from engine.language import N_
from engine.operations import operation
from engine.signatures import Named
from workflows.output_hours.applications import Claim, find_claim
from workflows.output_hours.kinds import PROCESS, name_kind
from workflows.output_hours.limits import Limit, external_key, find_room, hundredths
from workflows.shared.applications import find_decider, office_of
from workflows.shared.hours import credit_hours
from workflows.shared.messages import send_to_member, wording_of
from workflows.shared.register import hold_member
from workflows.shared.vocabulary import Hours, MemberId, Wording

SOURCE = "产出法形式学时"


class Credited(TypedDict):
    """What was entered."""

    hours_credited: Annotated[float, Named(N_("Hours credited"))]


@operation(
    "output_hours.credit",
    title=N_("Credit the hours of the work"),
    about=N_(
        "Enters what was granted for the year in which the work was finished, within the "
        "limits of the table."
    ),
)
def credit(
    session: Session,
    *,
    engine: Engine,
    case: Case,
    now: datetime,
    member_id: MemberId,
    output_kind: Annotated[str, Named(N_("Kind of work"))],
    hours: Hours,
    kind_most: Annotated[float | None, Named(N_("Most hours of this kind"))],
    year_most: Annotated[float | None, Named(N_("Most hours of a year"))],
) -> Credited:
    """Enter what was granted for the year in which the work was finished: hours_credited.

    What two reviewers grant in the same moment stays within the year's limits: the later one
    gets what is left.
    """
    claim = _get_claim(session, engine, case)
    limit = Limit(hundredths(kind_most), hundredths(year_most), years_back=0)
    hold_member(session, member_id)
    room = find_room(
        session, member_id=member_id, output_kind=output_kind, year=claim.year, limit=limit
    )
    credited = min(hundredths(hours), room.left)
    if credited:
        credit_hours(
            session,
            member_id=member_id,
            year=claim.year,
            earned_date=claim.finished_date,
            hours=credited,
            title=claim.title,
            source=f"{SOURCE}：{name_kind(output_kind, 'zh')}",
            external_key=external_key(output_kind, case),
            now=now,
        )
    return {"hours_credited": credited / 100}


@operation(
    "output_hours.tell",
    title=N_("Tell the member of his hours"),
    about=N_("Sends the member what was decided of his work, and why."),
)
def tell_member(
    session: Session,
    *,
    engine: Engine,
    case: Case,
    now: datetime,
    member_id: MemberId,
    template: Wording,
    hours: Hours | None = None,
) -> None:
    """Tell the member what was decided of his work, and why."""
    claim = _get_claim(session, engine, case)
    decision = find_decider(session, engine.vault, case=case)
    reason = "" if decision is None else decision.reason
    send_to_member(
        session,
        member_id=member_id,
        template=wording_of(template, PROCESS, decision),
        values={
            "title": claim.title,
            "year": claim.year,
            "claimed": f"{claim.hours / 100:.2f}",
            "hours": f"{hours or 0:.2f}",
            "reason": reason,
            "note": f"说明：{reason}" if reason else "",
        },
        values_en={"note": f" Note: {reason}" if reason else ""},
        case_id=case.id,
        association_id=None if decision is None else office_of(session, decision),
        now=now,
    )


def _get_claim(session: Session, engine: Engine, case: Case) -> Claim:
    claim = find_claim(session, engine.vault, case=case)
    if claim is None:
        raise LookupError("nothing was claimed in this application")
    return claim
