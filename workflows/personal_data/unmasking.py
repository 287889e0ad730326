"""Showing personal data that pages cover: for one person, with a reason, for a few minutes.

Every page for staff covers what reaches or identifies a person. Whoever needs it says why; that
he saw it is in the trail of the case from which he asked, and among the events of the account.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, Index, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.cases import Case
from engine.database import Base, BigId, UtcDateTime
from engine.engine import Engine
from engine.errors import Rejected
from engine.language import N_
from engine.noting import note
from engine.vault import Erased
from workflows.shared.access import Viewer, check
from workflows.shared.accounts import Account
from workflows.shared.private import read_private
from workflows.shared.register import ERASED, Firm, Member, get_member, identity_number
from workflows.shared.security_events import note_event

Holder = Member | Firm

LASTS = timedelta(minutes=10)
LONGEST_REASON = 200

COVERED: Collection[str] = frozenset({"name"})
"""The masks that forms lift for staff by default: names are what people are called by."""

SHOWN: Collection[str] = frozenset({"name", "mobile", "email", "address", "all"})
"""Those that they lift for who may see a person's data; identity numbers are in no form whole."""


class ReasonNeeded(Rejected):
    """Somebody wants to see personal data and does not say why."""

    message = N_("Say why you need these data: it is kept in the trail.")


class Unmasking(Base):
    """That an account sees a member's or a firm's data until a moment; one of the two is named."""

    __tablename__ = "unmasking"
    __table_args__ = (Index("ix_unmasking_account", "account_id", "member_id", "firm_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firm.id"))
    until: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)


@dataclass(frozen=True)
class PersonalData:
    """What pages cover, in clear, as it is on file today; a firm has no identity number."""

    identity_number: str
    private: dict[str, str]


def unmask(
    session: Session,
    engine: Engine,
    *,
    case: Case,
    viewer: Viewer,
    reason: str,
    address: str,
    now: datetime,
) -> Unmasking:
    """Let the viewer see the data of the member whom a case is about, for some minutes.

    Who sees them already goes on seeing them as long as he was let, and nothing is noted twice.
    The caller has checked that he may see the case.
    """
    member = get_member(session, case.subject_id)
    details = {"case": str(case.id)}
    found, said = _let_see(
        session, member, viewer, reason=reason, address=address, details=details, now=now
    )
    if said:
        note(
            session,
            engine,
            case_id=case.id,
            kind="data_shown",
            by=viewer.actor,
            now=now,
            text=said,
            until=found.until.isoformat(),
        )
    return found


def unmask_entry(
    session: Session, *, holder: Holder, viewer: Viewer, reason: str, address: str, now: datetime
) -> Unmasking:
    """The same from an entry in the register: the reason is among the events of its account."""
    said = _clean(reason)
    found, _said = _let_see(
        session, holder, viewer, reason=reason, address=address, details={"reason": said}, now=now
    )
    return found


def _let_see(
    session: Session,
    holder: Holder,
    viewer: Viewer,
    *,
    reason: str,
    address: str,
    details: Mapping[str, str],
    now: datetime,
) -> tuple[Unmasking, str]:
    """Let somebody see data; the reason is empty where he sees them already."""
    check(viewer, "unmask", holder)
    if holder.state == ERASED:
        raise Erased
    said = _clean(reason)
    if not said:
        raise ReasonNeeded
    # Two requests at once are one: the account's row is held until this transaction ends.
    session.execute(select(Account.id).where(Account.id == viewer.account_id).with_for_update())
    known = find_unmasking(session, viewer=viewer, holder=holder, now=now)
    if known is not None:
        return known, ""
    whose: dict[str, int] = {f"{holder.private_kind}_id": holder.id}
    found = Unmasking(account_id=viewer.account_id, until=now + LASTS, **whose)
    session.add(found)
    note_event(
        session,
        what="data_seen",
        account_id=_account_of(session, holder),
        actor=viewer.actor,
        address=address,
        now=now,
        details={holder.private_kind: holder.id, **details},
    )
    return found, said


def _clean(reason: str) -> str:
    return " ".join(reason.split())[:LONGEST_REASON]


def cover(session: Session, *, viewer: Viewer, holder: Holder) -> None:
    """Cover somebody's data again before the time is up; covered already is fine."""
    of_viewer = Unmasking.account_id == viewer.account_id
    session.execute(delete(Unmasking).where(of_viewer, _is_of(holder)))


def find_unmasking(
    session: Session, *, viewer: Viewer, holder: Holder, now: datetime
) -> Unmasking | None:
    """That the viewer sees somebody's data now, or None."""
    return session.scalar(
        select(Unmasking)
        .where(Unmasking.account_id == viewer.account_id, _is_of(holder), Unmasking.until > now)
        .order_by(Unmasking.id.desc())
        .limit(1)
    )


def read_personal_data(session: Session, engine: Engine, holder: Holder) -> PersonalData:
    """What is on file of a member or a firm, in clear: for who was let see it."""
    said = identity_number(engine.vault, holder) if isinstance(holder, Member) else ""
    return PersonalData(
        identity_number=said,
        private=read_private(session, engine.vault, holder),
    )


def forget_unmaskings(session: Session, *, now: datetime) -> int:
    """Remove those whose time is up; that they were stays in the trail."""
    over = delete(Unmasking).where(Unmasking.until <= now).returning(Unmasking.id)
    return len(session.scalars(over).all())


def _is_of(holder: Holder) -> ColumnElement[bool]:
    column = Unmasking.member_id if isinstance(holder, Member) else Unmasking.firm_id
    return column == holder.id


def _account_of(session: Session, holder: Holder) -> int | None:
    column = Account.member_id if isinstance(holder, Member) else Account.firm_id
    query = select(Account.id).where(column == holder.id).order_by(Account.id)
    return session.scalar(query.limit(1))
