"""Changing a mobile number or an e-mail address: they are keys to the account.

Three steps: the holder proves himself with a code to the old one or, if it is lost, with what
the register knows of him; he says the new one; a code to the new one shows that it is his. The
old one is told.
"""

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.database import Base, BigId, UtcDateTime
from engine.engine import Engine
from engine.errors import HuijiError, Rejected
from engine.language import N_
from engine.vault import BY_MASTER
from workflows.shared import own_facts
from workflows.shared.accounts import Account, get_account
from workflows.shared.codes import CodeResult, IssuedCode, issue_code, try_code
from workflows.shared.new_reach import (
    CHANNELS,
    NothingNew,
    NotUsable,
    What,
    find_old,
    find_usable,
    write_reach,
)
from workflows.shared.security_events import note_event

LIFE = timedelta(minutes=30)


class ChangeOver(HuijiError):
    """The change is too old, done, or given up: begin again."""

    message = N_("This took too long, or was done already. Please begin again.")


class WrongCode(Rejected):
    """The code is not the one that was sent last."""

    message = N_("This code is not right, or not the newest one.")


class TooManyWrongCodes(ChangeOver):
    """The last guess was wrong, too: the change is over."""

    message = N_("Too many wrong codes. Please begin again later.")


class NotYetProved(HuijiError):
    """A later step came before the first one."""

    message = N_("Please prove first that it is you.")


class NobodysReach(Rejected):
    """Nothing is on file for this kind of account."""

    message = N_("For this account no such thing is kept.")


class ContactChange(Base):
    """A change that is being made. `proof`: how the holder proved himself, empty before."""

    __tablename__ = "contact_change"
    __table_args__ = (UniqueConstraint("account_id", "what"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    what: Mapped[What] = mapped_column(String(10))
    proof: Mapped[str] = mapped_column(String(10), default="")
    to_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=BY_MASTER)
    to_masked: Mapped[str] = mapped_column(String(100), default="")
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)

    def owner(self, which: Literal["old", "new"]) -> str:
        """Whose the codes of the change are; a change that is gone may leave its key to another."""
        return f"contact:{self.account_id}:{self.id}:{self.what}:{which}"


def begin_change(session: Session, *, account: Account, what: What, now: datetime) -> ContactChange:
    """Begin a change; one that was begun before is given up. Raises NobodysReach."""
    if account.member_id is None and (account.firm_id is None or what == "email"):
        raise NobodysReach
    get_account(session, account.id, for_update=True)
    session.execute(
        delete(ContactChange).where(
            ContactChange.account_id == account.id, ContactChange.what == what
        )
    )
    change = ContactChange(account_id=account.id, what=what, expires_at=now + LIFE)
    session.add(change)
    session.flush()
    return change


def get_change(
    session: Session, *, account_id: int, what: What, now: datetime, for_update: bool = False
) -> ContactChange:
    """The change that an account is at; raises ChangeOver."""
    query = select(ContactChange).where(
        ContactChange.account_id == account_id,
        ContactChange.what == what,
        ContactChange.expires_at > now,
    )
    found = session.scalar(query.with_for_update() if for_update else query)
    if found is None:
        raise ChangeOver
    return found


def send_old_code(engine: Engine, *, account: Account, what: What, now: datetime) -> IssuedCode:
    """Send a code to what is on file; raises ChangeOver, NotUsable, and as `issue_code`."""
    with engine.database.read() as session:
        change = get_change(session, account_id=account.id, what=what, now=now)
        old = find_usable(what, find_old(session, engine.vault, account, what))
    if not old:
        raise NotUsable
    return _issue(engine, account, change, "old", to=old, now=now)


def prove_by_code(
    engine: Engine, *, account: Account, what: What, typed: str, now: datetime
) -> None:
    """Take the code that came to the old one; raises ChangeOver, WrongCode."""
    with engine.database.read() as session:
        change = get_change(session, account_id=account.id, what=what, now=now)
    _check(engine, change, "old", typed=typed, now=now)
    _note_proof(engine, account, what, "code", now=now)


def prove_by_facts(
    engine: Engine,
    *,
    account: Account,
    what: What,
    typed: dict[str, str],
    other: str,
    address: str,
    now: datetime,
) -> None:
    """Take what the register knows; raises ChangeOver, FactsWrong, FactsLocked."""
    with engine.database.read() as session:
        get_change(session, account_id=account.id, what=what, now=now)
    outcome = "wrong"
    try:
        own_facts.check_facts(
            engine, account=account, typed=typed, other=other, address=address, now=now
        )
        outcome = "right"
    finally:
        with engine.database.transaction() as session:
            note_event(
                session,
                what="identity_checked",
                account_id=account.id,
                actor=account.actor,
                address=address,
                details={"for": what, "outcome": outcome},
                now=now,
            )
    _note_proof(engine, account, what, "facts", now=now)


def say_new(
    engine: Engine, *, account: Account, what: What, typed: str, now: datetime
) -> IssuedCode:
    """Say the new one, to which a code is sent.

    Raises ChangeOver, NotYetProved, NotUsable, NothingNew, and as `issue_code`.
    """
    new = find_usable(what, typed)
    if not new:
        raise NotUsable
    with engine.database.transaction() as session:
        change = get_change(session, account_id=account.id, what=what, now=now, for_update=True)
        if not change.proof:
            raise NotYetProved
        old = find_old(session, engine.vault, account, what)
        if find_usable(what, old) == new:
            raise NothingNew
        change.to_sealed, change.to_masked = None, ""
    # Only one whose code is on its way is kept: the code of another proves nothing.
    issued = _issue(engine, account, change, "new", to=new, now=now)
    with engine.database.transaction() as session:
        change = get_change(session, account_id=account.id, what=what, now=now, for_update=True)
        change.to_sealed, change.to_masked = engine.vault.seal_text(new), issued.to_masked
    return issued


def finish_change(
    engine: Engine, *, account: Account, what: What, typed: str, address: str, now: datetime
) -> None:
    """Take the code that came to the new one and write it; raises ChangeOver, WrongCode."""
    with engine.database.read() as session:
        change = get_change(session, account_id=account.id, what=what, now=now)
    if change.to_sealed is None:
        raise NotYetProved
    _check(engine, change, "new", typed=typed, now=now)
    with engine.database.transaction() as session:
        held = get_change(session, account_id=account.id, what=what, now=now, for_update=True)
        if held.id != change.id or held.to_sealed != change.to_sealed:
            raise ChangeOver
        write_reach(
            session,
            engine,
            account=account,
            what=what,
            new=engine.vault.open_text(change.to_sealed),
            address=address,
            proof=held.proof,
            by=account.actor,
            now=now,
        )
        session.delete(held)


def end_old_changes(session: Session, *, now: datetime) -> None:
    """Remove changes that nobody finished in time."""
    session.execute(delete(ContactChange).where(ContactChange.expires_at <= now))


def _issue(
    engine: Engine,
    account: Account,
    change: ContactChange,
    which: Literal["old", "new"],
    *,
    to: str,
    now: datetime,
) -> IssuedCode:
    return issue_code(
        engine,
        purpose="contact_change",
        owner=change.owner(which),
        account_id=account.id,
        channel=CHANNELS[change.what],
        to=to,
        limit_on=f"contact:{account.id}:{change.what}:{which}",
        now=now,
    )


def _check(
    engine: Engine,
    change: ContactChange,
    which: Literal["old", "new"],
    *,
    typed: str,
    now: datetime,
) -> None:
    result: CodeResult = try_code(engine, owner=change.owner(which), typed=typed, now=now)
    if result == "right":
        return
    if result == "wrong":
        raise WrongCode
    with engine.database.transaction() as session:
        session.execute(delete(ContactChange).where(ContactChange.id == change.id))
    raise TooManyWrongCodes


def _note_proof(engine: Engine, account: Account, what: What, proof: str, *, now: datetime) -> None:
    with engine.database.transaction() as session:
        change = get_change(session, account_id=account.id, what=what, now=now, for_update=True)
        change.proof = proof
