"""What the diagrams ask of the fee ledger: its facts, and what was decided of them."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.operations import operation
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


@operation("fees.collect_facts")
def collect_facts(session: Session, *, member_id: int, season_id: int) -> dict[str, object]:
    """Collect what the decision table for fees is given, as the context fee_facts."""
    facts = assess_facts(
        session, member=get_member(session, member_id), season=get_season(session, season_id)
    )
    return {"fee_facts": {name: getattr(facts, name) for name in facts.__dataclass_fields__}}


@operation("fees.record")
def record(
    session: Session, *, now: datetime, member_id: int, season_id: int, status: str, amount: int
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


@operation("fees.confirm")
def confirm(session: Session, *, by: Actor, now: datetime, member_id: int, season_id: int) -> None:
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


@operation("fees.refuse")
def refuse(
    session: Session,
    *,
    by: Actor,
    now: datetime,
    member_id: int,
    season_id: int,
    reason: str | None = None,
) -> None:
    """Note that the fee was not received, with the reason that the member is told."""
    year = get_season(session, season_id).year
    settle_claims(session, member_id, year, state="refused", reason=reason or "", by=by.id, now=now)


@operation("fees.is_settled")
def is_settled(session: Session, *, member_id: int, season_id: int) -> dict[str, object]:
    """Say whether nothing of the season's fee is left to pay or to confirm."""
    state = fee_state(
        session, member=get_member(session, member_id), season=get_season(session, season_id)
    )
    return {"fee_settled": state.is_settled}
