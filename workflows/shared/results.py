"""Yearly results: what a year's inspection came to, as it was then, and how others verify it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, BigId, UtcDateTime
from engine.errors import NotFound
from engine.language import N_
from engine.vault import BY_SUBJECT, Erased, Vault
from forms.masking import mask
from workflows.shared.associations import Association
from workflows.shared.public_codes import CodeNotGenuine, token_of
from workflows.shared.register import ERASED, Member

KIND = "result"
"""Of the tokens in the QR codes of results."""


class ResultNotFound(NotFound):
    """There is no such yearly result."""

    message = N_("There is no result for this year.")


class YearlyResult(Base):
    """A member's result of one year. `record` holds the personal fields as then, sealed.

    Hours are in hundredths. `kind`: inspection or deferral. `status`: a final one. `case_id`: the
    case that decided it.
    """

    __tablename__ = "yearly_result"
    __table_args__ = (UniqueConstraint("member_id", "year"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    year: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    association_id: Mapped[int] = mapped_column(ForeignKey("association.id"), index=True)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    case_id: Mapped[UUID | None]
    hours_required: Mapped[int] = mapped_column(default=0)
    hours_done: Mapped[int] = mapped_column(default=0)
    fee_status: Mapped[str] = mapped_column(String(20), default="")
    record: Mapped[bytes | None] = mapped_column(LargeBinary, info=BY_SUBJECT)
    code: Mapped[bytes] = mapped_column(
        LargeBinary, unique=True, default=lambda: secrets.token_bytes(16)
    )


class FormerResult(Base):
    """What a year's result was until it was taken back or decided anew: nothing said is lost."""

    __tablename__ = "former_result"
    __table_args__ = (Index("ix_former_result_member", "member_id", "year", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    year: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    association_id: Mapped[int] = mapped_column(ForeignKey("association.id"))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    case_id: Mapped[UUID | None]
    hours_required: Mapped[int]
    hours_done: Mapped[int]
    fee_status: Mapped[str] = mapped_column(String(20))
    record: Mapped[bytes | None] = mapped_column(LargeBinary, info=BY_SUBJECT)
    code: Mapped[bytes] = mapped_column(LargeBinary)
    over_at: Mapped[datetime] = mapped_column(UtcDateTime)


FORMER_COLUMNS = tuple(
    each.key for each in FormerResult.__table__.columns if each.key not in ("id", "over_at")
)


@dataclass(frozen=True)
class Verification:
    """All that a stranger who scans the QR code is told."""

    association: str
    association_en: str
    masked_name: str
    year: int
    status: str


def subject_of(member_id: int) -> str:
    """The vault's subject under which a member's personal data are sealed."""
    return f"member:{member_id}"


def record_year(
    session: Session,
    vault: Vault,
    *,
    member: Member,
    year: int,
    kind: str,
    status: str,
    case_id: UUID | None,
    record: Mapping[str, Any],
    hours_required: int,
    hours_done: int,
    fee_status: str,
    now: datetime,
) -> YearlyResult:
    """Write a year's result; an earlier one of the same year is kept as a former one.

    A year keeps its code whatever is decided anew, so that a printed one shows what counts.
    """
    result = find_result(session, member_id=member.id, year=year)
    if result is None:
        former = list_former_results(session, member_id=member.id, year=year)
        result = YearlyResult(member_id=member.id, year=year)
        if former:
            result.code = former[0].code
        session.add(result)
    else:
        _keep_former(session, result, now=now)
    result.kind = kind
    result.status = status
    result.association_id = member.association_id
    result.decided_at = now
    result.case_id = case_id
    result.hours_required = hours_required
    result.hours_done = hours_done
    result.fee_status = fee_status
    result.record = vault.seal(session, subject_of(member.id), orjson.dumps(dict(record)))
    session.flush()
    return result


def take_back(session: Session, result: YearlyResult, *, now: datetime) -> FormerResult:
    """Let a year have no result any more; what it was is kept as a former one."""
    former = _keep_former(session, result, now=now)
    session.delete(result)
    session.flush()
    return former


def _keep_former(session: Session, result: YearlyResult, *, now: datetime) -> FormerResult:
    said = {name: getattr(result, name) for name in FORMER_COLUMNS}
    former = FormerResult(**said, over_at=now)
    session.add(former)
    return former


def list_former_results(session: Session, *, member_id: int, year: int) -> Sequence[FormerResult]:
    """What a year's result was before, the last one first."""
    return session.scalars(
        select(FormerResult)
        .where(FormerResult.member_id == member_id, FormerResult.year == year)
        .order_by(FormerResult.id.desc())
    ).all()


def find_result(session: Session, *, member_id: int, year: int) -> YearlyResult | None:
    """A member's result of a year, or None."""
    return session.scalar(
        select(YearlyResult).where(YearlyResult.member_id == member_id, YearlyResult.year == year)
    )


def find_result_of_case(session: Session, *, case_id: UUID) -> YearlyResult | None:
    """The result that a case came to, as long as it counts; or None."""
    return session.scalar(select(YearlyResult).where(YearlyResult.case_id == case_id))


def get_result(session: Session, *, member_id: int, year: int) -> YearlyResult:
    """A member's result of a year; raises ResultNotFound."""
    found = find_result(session, member_id=member_id, year=year)
    if found is None:
        raise ResultNotFound
    return found


def list_results(session: Session, *, member_id: int) -> Sequence[YearlyResult]:
    """A member's results, the last year first."""
    return session.scalars(
        select(YearlyResult)
        .where(YearlyResult.member_id == member_id)
        .order_by(YearlyResult.year.desc())
    ).all()


def last_inspected_year(session: Session, *, member_id: int, before: int) -> int | None:
    """最后年检年度: the last year before this one that was inspected and passed."""
    return session.scalar(
        select(func.max(YearlyResult.year)).where(
            YearlyResult.member_id == member_id,
            YearlyResult.year < before,
            YearlyResult.status == "passed",
        )
    )


def read_record(session: Session, vault: Vault, result: YearlyResult) -> dict[str, Any]:
    """The personal fields as they were then; empty for years before this system, or erased."""
    if result.record is None:
        return {}
    try:
        said = vault.open(session, subject_of(result.member_id), result.record)
    except Erased:
        return {}
    data: dict[str, Any] = orjson.loads(said)
    return data


def verification_token(vault: Vault, result: YearlyResult) -> str:
    """The token in the QR code's address."""
    return token_of(vault, KIND, result.code)


def verify_result(session: Session, code: bytes) -> Verification:
    """What the public page shows for the code of a result; raises CodeNotGenuine."""
    row = session.execute(
        select(YearlyResult, Member.name, Member.state, Association.name, Association.name_en)
        .join(Member, Member.id == YearlyResult.member_id)
        .join(Association, Association.id == YearlyResult.association_id)
        .where(YearlyResult.code == code)
    ).one_or_none()
    if row is None:
        raise CodeNotGenuine
    result, name, state, association, association_en = row
    return Verification(
        association=association,
        association_en=association_en,
        masked_name=name if state == ERASED else mask("name", name),
        year=result.year,
        status=result.status,
    )
