"""Writing the register from plain values: the one place that knows where each field is kept.

The caller holds the row, says who may, and notes the change (`register_changes.recording`).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Date, String, func, select, update
from sqlalchemy.orm import Session

from engine.errors import Conflict
from engine.language import N_
from engine.vault import Vault
from workflows.shared.accounts import Account
from workflows.shared.private import PRIVATE_FIELDS, write_private
from workflows.shared.register import Firm, Member, identity_hash
from workflows.shared.register_changes import FIRM_COLUMNS, MEMBER_COLUMNS

ACTIVE = "active"

IDENTITIES = 0x6964
"""The number of the lock under which identity numbers are given, of PostgreSQL's advisory ones."""


class IdentityTaken(Conflict):
    """Somebody who is a member has this identity number."""

    message = N_("There is a member with this identity number already.")


def check_identity_free(
    session: Session, vault: Vault, *, number: str, member_id: int | None = None
) -> None:
    """Let an identity number be this member's; raises IdentityTaken if another one has it.

    Somebody whose membership is over may have been the same person.
    """
    taken = select(Member.id).where(
        Member.identity_hash == identity_hash(vault, number), Member.state == ACTIVE
    )
    if member_id is not None:
        taken = taken.where(Member.id != member_id)
    if session.scalar(taken.limit(1)) is not None:
        raise IdentityTaken


def hold_identities(session: Session) -> None:
    """Let nobody else give anybody an identity number before this transaction ends.

    Whoever holds a member takes this after him.
    """
    # SQLite has one writer anyway.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(IDENTITIES)))


def write_fields(
    session: Session, vault: Vault, holder: Member | Firm, values: Mapping[str, Any]
) -> None:
    """Put values, as `register_fields` gives them, in the place of those on file.

    What is not named stays. A name is also written where the holder signs in. A mobile number or
    an e-mail address is a key to the account: who may change one, the caller has made sure.
    Raises IdentityTaken, whatever the caller saw before.
    """
    columns = MEMBER_COLUMNS if isinstance(holder, Member) else FIRM_COLUMNS
    private = {name: value or "" for name, value in values.items() if name in PRIVATE_FIELDS}
    plain = {name: value for name, value in values.items() if name in columns}
    unknown = values.keys() - private.keys() - plain.keys() - {"identity_number"}
    if unknown:
        raise ValueError(f"no fields of the register: {', '.join(sorted(unknown))}")
    for name, value in plain.items():
        setattr(holder, name, _column_value(holder, name, value))
    if isinstance(holder, Member) and "identity_number" in values:
        _write_identity(session, vault, holder, str(values["identity_number"] or ""))
    session.add(holder)
    session.flush()
    if private:
        write_private(session, vault, holder, private)
    if "name" in plain:
        _rename_accounts(session, holder)
    session.flush()


def _write_identity(session: Session, vault: Vault, member: Member, said: str) -> None:
    number = said.strip().upper()
    hashed = identity_hash(vault, number)
    if number and hashed != member.identity_hash and member.state == ACTIVE:
        hold_identities(session)
        check_identity_free(session, vault, number=number, member_id=member.id)
    member.identity_sealed = vault.seal_text(number)
    member.identity_hash = hashed


def _rename_accounts(session: Session, holder: Member | Firm) -> None:
    is_member = isinstance(holder, Member)
    column = Account.member_id if is_member else Account.firm_id
    session.execute(
        update(Account)
        .where(column == holder.id, Account.name != holder.name)
        .values(name=holder.name)
    )


def _column_value(holder: Member | Firm, name: str, value: Any) -> Any:
    kind = holder.__table__.c[name].type
    if isinstance(kind, Date):
        return date.fromisoformat(value) if isinstance(value, str) and value else value or None
    if isinstance(kind, String):
        return value or ""
    return [] if value is None and name not in ("firm_id", "parent_id") else value
