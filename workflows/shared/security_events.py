"""What happened to accounts outside any case: sign-ins, bindings, changes, the help desk.

Rows are added and never changed. What people typed is not in them: no password, no code, no
number of a telephone or an identity document.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.actors import Actor, ActorKind
from engine.database import Base, BigId, Json, UtcDateTime
from engine.language import N_
from workflows.shared.accounts import Account, StaffDuty
from workflows.shared.associations import Association
from workflows.shared.register import Firm, Member

NEWEST = 100

WHAT: Mapping[str, str] = {
    "signed_in": N_("Signed in"),
    "sign_in_refused": N_("Sign-in refused"),
    "sign_in_locked": N_("Sign-in locked"),
    "signed_out": N_("Signed out"),
    "session_ended": N_("Session ended"),
    "second_step_refused": N_("Second step refused"),
    "second_step_set_up": N_("Second step set up"),
    "second_step_removed": N_("Second step removed"),
    "recovery_code_used": N_("Recovery code used"),
    "recovery_codes_made": N_("Recovery codes made"),
    "password_changed": N_("Password changed"),
    "password_issued": N_("Password issued"),
    "password_reset": N_("Password reset"),
    "reset_tried": N_("Password reset tried without success"),
    "confirmed_again": N_("Password asked for again"),
    "identity_checked": N_("Identity checked"),
    "mobile_changed": N_("Mobile number changed"),
    "email_changed": N_("E-mail address changed"),
    "bound": N_("Official account bound"),
    "bind_refused": N_("Binding refused"),
    "unbound": N_("Official account unbound"),
    "delivery_resent": N_("Message sent again"),
    "link_issued": N_("One-time link issued"),
    "link_opened": N_("One-time link opened"),
    "link_refused": N_("One-time link refused"),
    "help_asked": N_("Help desk: call begun"),
    "help_questions": N_("Help desk: questions answered"),
    "help_ended": N_("Help desk: call ended"),
    "consented": N_("Privacy notice agreed to"),
    "data_seen": N_("Personal data shown"),
    "data_given": N_("Personal data given out"),
    "data_erased": N_("Personal data erased"),
}
"""Every kind of event with its name. Whoever notes another kind adds it here."""


class SecurityEvent(Base):
    """One thing that happened to an account, or to what somebody took for one."""

    __tablename__ = "security_event"
    __table_args__ = (Index("ix_security_event_account_id", "account_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    what: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    by_kind: Mapped[ActorKind] = mapped_column(String(10))
    by_id: Mapped[int | None]
    address: Mapped[str] = mapped_column(String(60))
    details: Mapped[dict[str, Any]] = mapped_column(Json)


def note_event(
    session: Session,
    *,
    what: str,
    account_id: int | None,
    actor: Actor,
    address: str,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> SecurityEvent:
    """Note what happened to an account; None: to one that does not exist.

    `address`: where the request came from, empty for jobs and commands. `details` holds keys,
    codes and masked values, nothing secret and nothing personal.
    """
    if what not in WHAT:
        raise ValueError(f"no event is called {what}")
    event = SecurityEvent(
        at=now,
        what=what,
        account_id=account_id,
        by_kind=actor.kind,
        by_id=actor.id,
        address=address[:60],
        details=dict(details or {}),
    )
    session.add(event)
    session.flush()
    return event


def list_events(
    session: Session,
    *,
    account_id: int | None = None,
    association_ids: Collection[int] | None = None,
    what: str = "",
    login: str = "",
    before_id: int | None = None,
    limit: int = NEWEST,
) -> Sequence[SecurityEvent]:
    """Events, the newest first: of one account, or of the accounts of associations.

    Who looks at all associations also sees what was tried at accounts that do not exist.
    `before_id`: only older ones than this.
    """
    query = select(SecurityEvent)
    if account_id is not None:
        query = query.where(SecurityEvent.account_id == account_id)
    if association_ids is not None:
        wanted = sorted(association_ids)
        staff = select(StaffDuty.account_id).where(StaffDuty.association_id.in_(wanted))
        accounts = (
            select(Account.id)
            .outerjoin(Member, Member.id == Account.member_id)
            .outerjoin(Firm, Firm.id == Account.firm_id)
            .where(
                or_(
                    Member.association_id.in_(wanted),
                    Firm.association_id.in_(wanted),
                    Account.id.in_(staff),
                )
            )
        )
        elsewhere = select(Association.id).where(Association.id.not_in(wanted)).limit(1)
        of_accounts: list[ColumnElement[bool]] = [SecurityEvent.account_id.in_(accounts)]
        if session.scalar(elsewhere) is None:
            of_accounts.append(SecurityEvent.account_id.is_(None))
        query = query.where(or_(*of_accounts))
    if login:
        named = select(Account.id).where(Account.login == login)
        query = query.where(SecurityEvent.account_id.in_(named))
    if what:
        query = query.where(SecurityEvent.what == what)
    if before_id is not None:
        query = query.where(SecurityEvent.id < before_id)
    return session.scalars(query.order_by(SecurityEvent.id.desc()).limit(limit)).all()
