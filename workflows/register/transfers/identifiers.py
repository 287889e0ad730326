"""Keys of rows before they are written: what is sealed for somebody names his key."""

from collections.abc import Sequence

from sqlalchemy import Table, func, literal, select
from sqlalchemy.orm import Session

from engine.vault import SubjectKey, Vault
from workflows.register.transfers.spooling import Spool
from workflows.shared.bulk import table_of

APART = 10_000
"""On SQLite so many may be added by others before rows with reserved keys are written."""


def reserve_ids(session: Session, table: Table, count: int) -> Sequence[int]:
    """Keys that nobody else is given; those that are never used are a gap."""
    if session.get_bind().dialect.name != "sqlite":
        counter = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
        numbers = func.generate_series(1, literal(count)).table_valued("number")
        return session.scalars(select(counter).select_from(numbers)).all()
    last: dict[str, int] = session.info.setdefault("reserved_ids", {})
    begin = last.get(table.name)
    if begin is None:
        begin = (session.scalar(select(func.max(table.c.id))) or 0) + APART
    last[table.name] = begin + count
    return range(begin + 1, begin + 1 + count)


def find_keys(
    session: Session, vault: Vault, subjects: Sequence[str], to: Spool
) -> dict[str, bytes]:
    """The data keys of subjects in clear; those who have none get one with what is written."""
    known = vault.read_keys(session, subjects)
    found = {subject: known[subject] for subject in subjects if subject in known}
    made = []
    for subject in subjects:
        if subject not in found:
            found[subject], wrapped = vault.make_key(subject)
            made.append({"subject": subject, "wrapped": wrapped})
    to.insert(table_of(SubjectKey), made)
    return found
