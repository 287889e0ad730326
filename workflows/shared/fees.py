"""The fee ledger 会费: what each member owes for each year, what came in, what was claimed.

Money is in fen. What the ledger, the payments and the season say are facts; the decision table
of the payment process makes 免会费, 去支付, 待确认 or 已确认 of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ForeignKey,
    Index,
    Select,
    String,
    UniqueConstraint,
    and_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, BigId, UtcDateTime
from workflows.shared.register import Member
from workflows.shared.seasons import Season

EXEMPT = "exempt"
TO_PAY = "to_pay"
PENDING = "pending"
CONFIRMED = "confirmed"
SETTLED = frozenset({EXEMPT, CONFIRMED})

FEMALE = "2"


class FeeEntry(Base):
    """What a member owes for a year; `amount` is what the year's decision asks, arrears in it."""

    __tablename__ = "fee_entry"
    __table_args__ = (UniqueConstraint("member_id", "year"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    year: Mapped[int]
    status: Mapped[str] = mapped_column(String(10))
    amount: Mapped[int]
    exempt_reason: Mapped[str] = mapped_column(String(200), default="")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())


class FeePayment(Base):
    """Money that came in for a member's year. `reference`: the source's own key, unique."""

    __tablename__ = "fee_payment"
    __table_args__ = (Index("ix_fee_payment_member_id_year", "member_id", "year"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    year: Mapped[int]
    amount: Mapped[int]
    source: Mapped[str] = mapped_column(String(20))
    reference: Mapped[str] = mapped_column(String(100), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime())


class FeeClaim(Base):
    """Something that the association must look at before a fee counts.

    `kind`: payment (确认已缴费 without a known payment), transfer (with its proof) or mismatch
    (another amount than asked arrived). `state`: open, confirmed, refused or overtaken.
    """

    __tablename__ = "fee_claim"
    __table_args__ = (Index("ix_fee_claim_member_id_year", "member_id", "year", "state"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    year: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    expected: Mapped[int]
    received: Mapped[int | None]
    proof_file_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(String(10), default="open")
    reason: Mapped[str] = mapped_column(String(2000), default="")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    settled_by: Mapped[int | None]


@dataclass(frozen=True)
class FeeFacts:
    """What the decision table is given; amounts in fen, `years_owed` counts arrears too.

    `is_charged`: the association charges a fee, and the ledger does not exempt this member.
    """

    is_charged: bool
    is_exempt_by_birth: bool
    years_owed: int
    yearly_amount: int
    amount_owed: int
    paid_amount: int
    paid: bool
    claimed: bool
    refused: bool


@dataclass(frozen=True)
class FeeState:
    """缴费情况 as a page shows it. `own_year` is empty where only arrears are owed."""

    status: str
    amount: int
    arrears: tuple[int, ...]
    own_year: tuple[int, ...]
    claim: FeeClaim | None
    refusal: FeeClaim | None

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to pay or to confirm."""
        return self.status in SETTLED


def fee_key(member_id: int, year: int) -> str:
    """The correlation key of a member's fee of a year."""
    return f"{member_id}:{year}"


def find_entry(session: Session, *, member_id: int, year: int) -> FeeEntry | None:
    """The ledger's row of a member's year, or None."""
    return session.scalar(
        select(FeeEntry).where(FeeEntry.member_id == member_id, FeeEntry.year == year)
    )


def open_claims(session: Session, *, member_id: int, year: int) -> Sequence[FeeClaim]:
    """What the association still has to look at, oldest first."""
    return _ledger(session, member_id, year).open


def assess_facts(session: Session, *, member: Member, season: Season) -> FeeFacts:
    """Gather what decides a member's fee of a season.

    Inspection policy: the yearly amount with arrears added; women who gave birth in the year
    are exempt from that year's; an association may charge none.
    """
    return _facts(_ledger(session, member.id, season.year), member, season)


def fee_state(session: Session, *, member: Member, season: Season) -> FeeState:
    """缴费情况 of a member's season: the ledger's word, and what was claimed since."""
    ledger = _ledger(session, member.id, season.year)
    facts = _facts(ledger, member, season)
    entry = ledger.own
    status = entry.status if entry is not None else _status_before_decision(facts)
    if facts.paid and status not in SETTLED:
        # Money came in and the fee's process has not heard of it yet.
        status = CONFIRMED
    elif status == TO_PAY and ledger.open:
        status = PENDING
    return FeeState(
        status=status,
        amount=facts.amount_owed if entry is None else entry.amount,
        arrears=tuple(each.year for each in ledger.arrears),
        own_year=(season.year,) if facts.years_owed > len(ledger.arrears) else (),
        claim=ledger.open[-1] if ledger.open else None,
        refusal=ledger.refused[-1] if ledger.refused and status == TO_PAY else None,
    )


def claim_fee(
    session: Session,
    *,
    member_id: int,
    year: int,
    kind: str,
    expected: int,
    received: int | None = None,
    proof_file_id: UUID | None = None,
    now: datetime,
) -> FeeClaim:
    """Put something before the association; the same kind of claim again is the open one."""
    for each in open_claims(session, member_id=member_id, year=year):
        if each.kind == kind and kind != "mismatch":
            each.proof_file_id = proof_file_id or each.proof_file_id
            return each
    claim = FeeClaim(
        member_id=member_id,
        year=year,
        kind=kind,
        expected=expected,
        received=received,
        proof_file_id=proof_file_id,
        made_at=now,
    )
    session.add(claim)
    session.flush()
    return claim


def receive_payment(
    session: Session,
    *,
    member_id: int,
    year: int,
    amount: int,
    source: str,
    reference: str,
    now: datetime,
) -> None:
    """Enter money that came in; claims that waited for it are overtaken."""
    session.add(
        FeePayment(
            member_id=member_id,
            year=year,
            amount=amount,
            source=source,
            reference=reference,
            at=now,
        )
    )
    settle_claims(session, member_id, year, state="overtaken", reason="", by=None, now=now)
    session.flush()


def settle_claims(
    session: Session,
    member_id: int,
    year: int,
    *,
    state: str,
    reason: str,
    by: int | None,
    now: datetime,
) -> None:
    """Close every claim that the association still has to look at, with what became of it."""
    for claim in open_claims(session, member_id=member_id, year=year):
        claim.state, claim.reason = state, reason
        claim.settled_at, claim.settled_by = now, by
    session.flush()


@dataclass(frozen=True)
class _Ledger:
    """What the tables say of a member's year: three queries."""

    own: FeeEntry | None
    arrears: Sequence[FeeEntry]
    open: Sequence[FeeClaim]
    refused: Sequence[FeeClaim]
    paid: int


def _ledger(session: Session, member_id: int, year: int) -> _Ledger:
    asked_for = {"member_id": member_id, "year": year}
    of_entries, of_claims, of_payments = _ledger_queries()
    entries = session.scalars(of_entries, asked_for).all()
    claims = session.scalars(of_claims, asked_for).all()
    paid = session.scalar(of_payments, asked_for)
    return _Ledger(
        own=next((each for each in entries if each.year == year), None),
        arrears=[each for each in entries if each.year < year],
        open=[each for each in claims if each.state == "open"],
        refused=[each for each in claims if each.state == "refused"],
        paid=int(paid or 0),
    )


@cache
def _ledger_queries() -> tuple[Select[FeeEntry], Select[FeeClaim], Select[int]]:
    """The queries of a ledger, made once: each step of a case looks at it."""
    member_id: BindParameter[int] = bindparam("member_id")
    year: BindParameter[int] = bindparam("year")
    owed = and_(FeeEntry.year < year, FeeEntry.status.in_((TO_PAY, PENDING)))
    return (
        select(FeeEntry)
        .where(FeeEntry.member_id == member_id, or_(FeeEntry.year == year, owed))
        .order_by(FeeEntry.year),
        select(FeeClaim)
        .where(
            FeeClaim.member_id == member_id,
            FeeClaim.year == year,
            FeeClaim.state.in_(("open", "refused")),
        )
        .order_by(FeeClaim.id),
        select(func.coalesce(func.sum(FeePayment.amount), 0)).where(
            FeePayment.member_id == member_id, FeePayment.year == year
        ),
    )


def _facts(ledger: _Ledger, member: Member, season: Season) -> FeeFacts:
    own = ledger.own
    by_birth = member.sex == FEMALE and season.year in member.gave_birth_years
    by_ledger = own is not None and own.status == EXEMPT and bool(own.exempt_reason)
    is_charged = season.fee_yearly > 0 and not by_ledger
    is_due = is_charged and not by_birth
    is_confirmed = own is not None and own.status == CONFIRMED
    # A confirmed year stays confirmed, whatever the ledger says of earlier years since.
    years_owed = 0 if is_confirmed else len(ledger.arrears) + (1 if is_due else 0)
    # What was decided before is what the member was asked for.
    is_asked = own is not None and own.status in (TO_PAY, PENDING)
    owed = own.amount if own is not None and is_asked else years_owed * season.fee_yearly
    return FeeFacts(
        is_charged=is_charged,
        is_exempt_by_birth=by_birth,
        years_owed=years_owed,
        yearly_amount=season.fee_yearly,
        amount_owed=owed,
        paid_amount=ledger.paid,
        paid=is_confirmed or 0 < owed <= ledger.paid,
        claimed=bool(ledger.open),
        refused=bool(ledger.refused),
    )


def _status_before_decision(facts: FeeFacts) -> str:
    # Only for a page that is drawn before the fee's process has run for the first time.
    if not facts.amount_owed:
        return CONFIRMED if facts.paid else EXEMPT
    return CONFIRMED if facts.paid else TO_PAY
