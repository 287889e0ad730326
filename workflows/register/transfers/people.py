"""Fields that members and firms share on their way in and out: private ones, names, firms."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import orjson
from sqlalchemy import ARRAY, ColumnElement, RowMapping, Table, any_, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine.vault import Vault
from workflows.shared.accounts import Account
from workflows.shared.private import PRIVATE_FIELDS
from workflows.shared.register import ERASED, Firm

AT_A_TIME = 500


def plain(value: Any) -> Any:
    """A column's value as the trail keeps it."""
    return value.isoformat() if isinstance(value, date) else value


def find_rows(
    session: Session, table: Table, by: ColumnElement[Any], wanted: Sequence[Any]
) -> list[dict[str, Any]]:
    """Whole rows of a table, of which a column has one of some values."""
    found: list[dict[str, Any]] = []
    names = [column.name for column in table.c]
    for begin in range(0, len(wanted), AT_A_TIME):
        some = among(session, by, wanted[begin : begin + AT_A_TIME])
        rows = session.execute(select(*table.c).where(some))
        found += [dict(zip(names, row, strict=True)) for row in rows]
    return found


def among(
    session: Session, column: ColumnElement[Any] | InstrumentedAttribute[Any], some: Sequence[Any]
) -> ColumnElement[bool]:
    """Whether a column has one of many values: one parameter where the database takes a list."""
    if session.get_bind().dialect.name == "sqlite":
        return column.in_(some)
    return column == any_(literal(list(some), ARRAY(column.type)))


def open_private(
    session: Session, vault: Vault, kind: str, rows: Sequence[Mapping[str, Any] | RowMapping]
) -> dict[int, dict[str, str]]:
    """The private fields of rows by their keys, empty ones too; `kind` is the model's."""
    vault.read_keys(session, [f"{kind}:{each['id']}" for each in rows])
    found = {}
    for each in rows:
        said: dict[str, str] = {}
        if each["private_sealed"] is not None and each["state"] != ERASED:
            subject = f"{kind}:{each['id']}"
            said = orjson.loads(vault.open(session, subject, each["private_sealed"]))
        found[each["id"]] = {name: said.get(name, "") for name in PRIVATE_FIELDS}
    return found


def find_firms(session: Session, numbers: Collection[str]) -> dict[str, Firm]:
    """Firms by their numbers."""
    found = session.scalars(select(Firm).where(Firm.number.in_(sorted(numbers))))
    return {each.number: each for each in found}


def number_firms(session: Session, ids: Collection[int | None]) -> dict[int | None, str]:
    """The numbers of firms by their keys."""
    wanted = sorted({each for each in ids if each is not None})
    found = session.execute(select(Firm.id, Firm.number).where(Firm.id.in_(wanted)))
    return {key: number for key, number in found}  # noqa: C416  rows are tuples to us


def name_accounts(
    session: Session,
    column: InstrumentedAttribute[int | None],
    named: Mapping[int, str],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What is known and what is written of the accounts of those who are called otherwise now."""
    query = select(Account.id, Account.name, column).where(column.in_(sorted(named)))
    found = session.execute(query).all() if named else []
    return (
        [{"id": key, "name": name} for key, name, _holder in found],
        [{"id": key, "name": named[holder]} for key, _name, holder in found if holder is not None],
    )
