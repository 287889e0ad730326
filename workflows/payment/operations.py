"""What the diagrams ask of the fee ledger: its facts, and what was decided of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, TypedDict

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.language import N_
from engine.operations import operation
from engine.signatures import Named
from workflows.payment.closing import close_orders
from workflows.shared.fees import (
    CONFIRMED,
    PENDING,
    SETTLED,
    TO_PAY,
    FeeEntry,
    FeePayment,
    assess_facts,
    fee_key,
    fee_state,
    find_entry,
    open_claims,
    settle_claims,
)
from workflows.shared.register import get_member
from workflows.shared.seasons import get_season
from workflows.shared.vocabulary import Amount, FeeStatus, MemberId, Reason, SeasonId


class Facts(TypedDict):
    """What the decision table is given."""

    fee_facts: Annotated[Mapping[str, object], Named(N_("Facts of the fee"))]


@operation(
    "fees.collect_facts",
    title=N_("Collect the facts of the fee"),
    about=N_("Gathers what the decision table of fees asks for: what is owed, paid and announced."),
)
def collect_facts(session: Session, *, member_id: MemberId, season_id: SeasonId) -> Facts:
    """Collect what the decision table for fees is given, as the context fee_facts."""
    facts = assess_facts(
        session, member=get_member(session, member_id), season=get_season(session, season_id)
    )
    return {"fee_facts": {name: getattr(facts, name) for name in facts.__dataclass_fields__}}


@operation(
    "fees.record",
    title=N_("Record the fee"),
    about=N_(
        "Writes what the decision table decided; a year that is paid or exempt settles its arrears."
    ),
)
def record(
    session: Session,
    *,
    now: datetime,
    member_id: MemberId,
    season_id: SeasonId,
    status: FeeStatus,
    amount: Amount,
) -> None:
    """Write what the decision table decided; a confirmed or exempt year settles its arrears."""
    year = get_season(session, season_id).year
    entry = find_entry(session, member_id=member_id, year=year)
    if entry is None:
        entry = FeeEntry(member_id=member_id, year=year, status=status, amount=0, updated_at=now)
        session.add(entry)
    was_confirmed = entry.status == CONFIRMED
    entry.status = status
    if status != CONFIRMED:
        # What was asked for stays on record once it is paid.
        entry.amount = int(amount)
    entry.updated_at = now
    if status in SETTLED:
        close_orders(session, member_id=member_id, year=year, now=now)
    if status == CONFIRMED and not was_confirmed:
        session.execute(
            update(FeeEntry)
            .where(
                FeeEntry.member_id == member_id,
                FeeEntry.year < year,
                FeeEntry.status.in_((TO_PAY, PENDING)),
            )
            .values(status=CONFIRMED, updated_at=now)
        )
    session.flush()


@operation(
    "fees.confirm",
    title=N_("Confirm that the fee was received"),
    about=N_("Enters the fee as received: the association saw the money."),
)
def confirm(
    session: Session, *, by: Actor, now: datetime, member_id: MemberId, season_id: SeasonId
) -> None:
    """Enter the fee as received: the association saw the money."""
    season = get_season(session, season_id)
    member = get_member(session, member_id)
    facts = assess_facts(session, member=member, season=season)
    claims = open_claims(session, member_id=member_id, year=season.year)
    missing = facts.amount_owed - facts.paid_amount
    if missing > 0:
        reference = f"claim:{claims[-1].id}" if claims else f"{fee_key(member_id, season.year)}"
        session.add(
            FeePayment(
                member_id=member_id,
                year=season.year,
                amount=missing,
                source="association",
                reference=reference,
                at=now,
            )
        )
    settle_claims(session, member_id, season.year, state="confirmed", reason="", by=by.id, now=now)
    session.flush()


@operation(
    "fees.refuse",
    title=N_("Note that the fee was not received"),
    about=N_("Notes that the money did not arrive, with the reason that the member is told."),
)
def refuse(
    session: Session,
    *,
    by: Actor,
    now: datetime,
    member_id: MemberId,
    season_id: SeasonId,
    reason: Reason | None = None,
) -> None:
    """Note that the fee was not received, with the reason that the member is told."""
    year = get_season(session, season_id).year
    settle_claims(session, member_id, year, state="refused", reason=reason or "", by=by.id, now=now)


class Settled(TypedDict):
    """Whether the fee is settled."""

    fee_settled: Annotated[bool, Named(N_("Fee is settled"))]


@operation(
    "fees.is_settled",
    title=N_("Ask whether the fee is settled"),
    about=N_("Says whether nothing of the season’s fee is left to pay or to confirm."),
)
def is_settled(session: Session, *, member_id: MemberId, season_id: SeasonId) -> Settled:
    """Say whether nothing of the season's fee is left to pay or to confirm."""
    state = fee_state(
        session, member=get_member(session, member_id), season=get_season(session, season_id)
    )
    return {"fee_settled": state.is_settled}
