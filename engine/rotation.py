"""Rotating the master keys: everything that an older one sealed is sealed with the current one.

It works beside running servers and may be broken off at any moment: a few rows at a time, each
changed only if it is still what was read, and what is current already is passed over. When a
whole pass finds nothing to do, the older masters are needed by nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Column, MetaData, Table, bindparam, func, select, tuple_, update

from engine.database import Database
from engine.vault import Erased, SubjectKey, Vault, columns_by_master

ROWS_AT_A_TIME = 500

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Rotated:
    """What became of some rows of a column.

    `lost`: no master that we have opens them.
    """

    column: str
    rows: int
    renewed: int
    lost: int


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A column that masters seal; `renew` takes the row's key and what stands there."""

    table: Table
    column: Column[bytes]
    renew: Callable[[Row, bytes], bytes | None]

    @property
    def keys(self) -> list[Column[Any]]:
        return list(self.table.primary_key.columns)


def count_sealed(database: Database, vault: Vault, metadata: MetaData) -> int:
    """How many values a pass looks at, whichever master sealed them."""
    with database.read() as session:
        return sum(
            session.scalar(select(func.count(each.column))) or 0
            for each in _sealed(vault, metadata)
        )


def rotate_keys(database: Database, vault: Vault, metadata: MetaData) -> Iterator[Rotated]:
    """Go once through everything that masters sealed, some rows in each transaction."""
    for sealed in _sealed(vault, metadata):
        after: Row | None = None
        while found := _read(database, sealed, after):
            yield _renew(database, sealed, found)
            after = found[-1][:-1]


def _sealed(vault: Vault, metadata: MetaData) -> Iterator[_Sealed]:
    table = metadata.tables[SubjectKey.__tablename__]
    yield _Sealed(table, table.c.wrapped, partial(_renew_key, vault))
    for table, column in columns_by_master(metadata):
        yield _Sealed(table, column, partial(_renew_text, vault))


def _renew_key(vault: Vault, key: Row, wrapped: bytes) -> bytes | None:
    return vault.renew_key(key[0], wrapped)


def _renew_text(vault: Vault, _key: Row, sealed: bytes) -> bytes | None:
    return vault.renew_text(sealed)


def _read(database: Database, sealed: _Sealed, after: Row | None) -> list[Row]:
    """The next rows: their keys and, last, what is sealed."""
    keys = sealed.keys
    query = select(*keys, sealed.column).where(sealed.column.is_not(None)).order_by(*keys)
    if after is not None:
        query = query.where(tuple_(*keys) > tuple_(*after))
    with database.read() as session:
        return [tuple(row) for row in session.execute(query.limit(ROWS_AT_A_TIME))]


def _renew(database: Database, sealed: _Sealed, rows: Sequence[Row]) -> Rotated:
    changes, lost = [], 0
    for row in rows:
        key, before = row[:-1], row[-1]
        try:
            after = sealed.renew(key, before)
        except Erased:
            lost += 1
            continue
        if after is not None:
            named = {f"key_{number}": value for number, value in enumerate(key)}
            changes.append({**named, "before": before, "after": after})
    if changes:
        _write(database, sealed, changes)
    return Rotated(str(sealed.column), len(rows), len(changes), lost)


def _write(database: Database, sealed: _Sealed, changes: Sequence[dict[str, Any]]) -> None:
    statement = (
        update(sealed.table)
        # What somebody changed in between is sealed with his own current master.
        .where(sealed.column == bindparam("before"))
        .where(*(each == bindparam(f"key_{number}") for number, each in enumerate(sealed.keys)))
        .values({sealed.column.name: bindparam("after")})
    )
    with database.transaction() as session:
        session.connection().execute(statement, changes)
