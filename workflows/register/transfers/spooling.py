"""Rows that are ready to be written, kept beside the register until all are written at once.

Sealing a hundred thousand people takes longer than writing them: it is done before the
transaction. What is made lies in tables that only one connection sees and that go with it, so that
the transaction is some statements, each about all rows of a table.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from types import TracebackType
from typing import Any, cast

import orjson
from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    CursorResult,
    Date,
    MetaData,
    Table,
    Text,
    and_,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from engine.database import Database
from workflows.shared.bulk import Bulk
from workflows.shared.register_writing import hold_identities

CACHE = 64 * 2**10
"""KiB of SQLite's pages in memory: what is written is not written twice."""

WAS, TO = "was_", "to_"

_WRITE: Mapping[type, Callable[[Any], Any]] = {
    JSON: lambda value: orjson.dumps(value).decode(),
    Date: lambda value: date.fromisoformat(value) if isinstance(value, str) else value,
}
"""Values of an import as columns take them: JSON as text, dates as dates."""


class RegisterMoved(Exception):
    """The register is not any more what the rows were made for: they are to be made again."""


@dataclass(frozen=True, slots=True)
class _Staged:
    """Rows on their way into a table, in a table of the spool's own."""

    of: Table
    table: Table


@dataclass(slots=True)
class _Update:
    """Changed rows: as they were, whole, and as they are to be.

    `touched`: the columns that any of them changes.
    """

    staged: _Staged
    names: tuple[str, ...]
    touched: set[str] = field(default_factory=set)
    count: int = 0


class Spool(AbstractContextManager["Spool"]):
    """Inserts and updates of one import, tables in their order, and what they rest on."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._bulk = Bulk(database)
        self._connection = database.sql.connect()
        self._inserts: dict[tuple[str, ...], _Staged] = {}
        self._updates: dict[str, _Update] = {}
        self._absent: dict[tuple[str, str], _Staged] = {}
        self._others: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._count = 0
        self.noted: list[Any] = []
        """What is to be done once everything is written."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Throw it away."""
        # The tables go with the connection.
        self._connection.invalidate()
        self._connection.close()

    def insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Have rows written, all with the columns of the first one."""
        if not rows:
            return
        names = tuple(rows[0])
        key = (table.name, *sorted(names))
        if key not in self._inserts:
            self._inserts[key] = self._stage(table, {name: table.c[name] for name in names})
        self._fill(self._inserts[key], [[row[name] for name in names] for row in rows], names)

    def update(
        self,
        table: Table,
        known: Sequence[Mapping[str, Any]],
        rows: Sequence[Mapping[str, Any]],
    ) -> None:
        """Have columns of rows written, found by their `id`; each may have columns of its own.

        Only if all of these are still what was `known` of them, under the same names.
        """
        if not rows:
            return
        names = tuple(known[0])
        others = tuple(name for name in names if name != "id")
        if table.name not in self._updates:
            columns = {f"{WAS}{name}": table.c[name] for name in names}
            columns |= {f"{TO}{name}": table.c[name] for name in others}
            self._updates[table.name] = _Update(self._stage(table, columns), names)
        found = self._updates[table.name]
        was = {row["id"]: row for row in known}
        said = []
        for row in rows:
            found.touched.update(name for name in row if name != "id")
            known_row = was[row["id"]]
            said.append(
                [known_row[name] for name in names]
                + [row[name] if name in row else known_row[name] for name in others]
            )
        found.count += len(said)
        staged = tuple(f"{WAS}{name}" for name in names) + tuple(f"{TO}{name}" for name in others)
        self._fill(found.staged, said, staged)

    def expect_none(self, table: Table, column: str, values: Sequence[Any], **others: Any) -> None:
        """Write only if no row has one of these values; of those whose other columns are so."""
        if not values:
            return
        key = (table.name, column)
        if key not in self._absent:
            self._absent[key] = self._stage(table, {column: table.c[column]})
            self._others[key] = others
        self._fill(self._absent[key], [[each] for each in values], (column,))

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """The transaction in which all of it is written, or nothing."""
        self._connection.execution_options(sqlite_begin="BEGIN IMMEDIATE")
        with self._session() as session:
            yield session

    def write(self, session: Session) -> None:
        """Write everything, in the spool's own transaction. Raises RegisterMoved."""
        if self._absent:
            # What must be nobody's is not given to somebody before all this is written.
            hold_identities(session)
        for (_name, column), staged in self._absent.items():
            table, others = staged.of, self._others[staged.of.name, column]
            is_there = table.c[column] == staged.table.c[column]
            query = select(table.c[column]).join(staged.table, is_there).filter_by(**others)
            if session.execute(query.limit(1)).first() is not None:
                raise RegisterMoved
        for staged in self._inserts.values():
            names = list(staged.table.c.keys())
            rows = insert(staged.of).from_select(
                names, select(*staged.table.c), include_defaults=False
            )
            session.connection().execute(rows)
        for each in self._updates.values():
            self._update(session, each)

    def _update(self, session: Session, found: _Update) -> None:
        table, staged = found.staged.of, found.staged.table
        is_known = [
            self._plain(table.c[name]).is_not_distinct_from(self._plain(staged.c[f"{WAS}{name}"]))
            for name in found.names
            if name != "id"
        ]
        changes = (
            update(table)
            .where(and_(table.c.id == staged.c[f"{WAS}id"], *is_known))
            .values({name: staged.c[f"{TO}{name}"] for name in sorted(found.touched)})
        )
        done = cast("CursorResult[Any]", session.connection().execute(changes))
        if done.rowcount != found.count:
            raise RegisterMoved

    def _plain(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """A column as it is compared: JSON however it is spaced, and null as nothing."""
        if not isinstance(column.type, JSON):
            return column
        if self._database.is_sqlite:
            return func.nullif(func.json(column, type_=Text), "null")
        return func.nullif(as_type(column, JSONB), as_type(literal("null", Text), JSONB))

    def _stage(self, table: Table, columns: Mapping[str, Column[Any]]) -> _Staged:
        self._count += 1
        staged = Table(
            f"spool_{self._count}",
            MetaData(),
            *(Column(name, each.type) for name, each in columns.items()),
            prefixes=["TEMPORARY"],
        )
        with self._aside() as session:
            if self._count == 1 and self._database.is_sqlite:
                session.execute(text(f"PRAGMA cache_size = -{CACHE}"))
            staged.create(session.connection())
        return _Staged(table, staged)

    def _fill(self, staged: _Staged, rows: list[list[Any]], names: tuple[str, ...]) -> None:
        kinds = {each.name: each.type for each in staged.table.c}
        for at, name in enumerate(names):
            write = next((_WRITE[each] for each in _WRITE if isinstance(kinds[name], each)), None)
            if write is not None:
                for row in rows:
                    row[at] = None if row[at] is None else write(row[at])
        self._bulk.add(staged.table, names, rows)
        with self._aside() as session:
            self._bulk.write(session)

    @contextmanager
    def _aside(self) -> Iterator[Session]:
        """A transaction on the spool's own tables: SQLite's one lock is left to others."""
        self._connection.execution_options(sqlite_begin="BEGIN")
        with self._session() as session:
            yield session

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with Session(self._connection, expire_on_commit=False) as session, session.begin():
            yield session
