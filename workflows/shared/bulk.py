"""Writing very many rows: what is prepared once per table, and COPY where there is one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from operator import attrgetter, itemgetter
from typing import Any

from psycopg import Cursor, sql
from sqlalchemy import JSON, BigInteger, Index, Integer, Table, Uuid, func, insert, select, text
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from engine.database import Base, Database, UtcDateTime

Row = Sequence[Any]


class Bulk:
    """Rows of some tables on their way into the database; JSON is given as text."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._dialect = database.sql.dialect
        self._rows: dict[tuple[Table, tuple[str, ...]], list[Row]] = {}

    def add(self, table: Table, columns: tuple[str, ...], rows: Iterable[Row]) -> None:
        """Put rows of a table with the others that `write` will write, tables in this order."""
        self._rows.setdefault((table, columns), []).extend(rows)

    def write(self, session: Session) -> int:
        """Write what was added; returns how many rows that were."""
        count = 0
        for (table, columns), rows in self._rows.items():
            if self.database.is_sqlite:
                self._insert(session, table, columns, rows)
            else:
                self._copy(session, table, columns, rows)
            count += len(rows)
            rows.clear()
        return count

    def _insert(
        self, session: Session, table: Table, columns: tuple[str, ...], rows: list[Row]
    ) -> None:
        statement = insert(table).compile(dialect=self._dialect, column_keys=list(columns))
        processors = [self._processor(table.c[name].type) for name in columns]
        place = {name: number for number, name in enumerate(columns)}
        wanted = [(place[name], processors[place[name]]) for name in statement.positiontup or ()]
        if rows:
            given = zip(*(_column(rows, at, process) for at, process in wanted), strict=True)
            session.connection().exec_driver_sql(str(statement), list(given))

    def _processor(self, kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
        if isinstance(kind, JSON):
            return None
        if isinstance(kind, UtcDateTime):
            return _write_moment
        if isinstance(kind, Uuid):
            return attrgetter("hex")
        return kind.dialect_impl(self._dialect).bind_processor(self._dialect)

    def _copy(
        self, session: Session, table: Table, columns: tuple[str, ...], rows: list[Row]
    ) -> None:
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        cursor: Cursor[Any] = session.connection().connection.cursor()  # type: ignore[assignment]
        with cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


def begin_bulk(session: Session, database: Database) -> None:
    """Spare the database what the rows' maker answers for."""
    if database.is_sqlite:
        # Pages are to be written once.
        session.execute(text("PRAGMA cache_size = -400000"))
        return
    if session.scalar(text("SHOW is_superuser")) == "on":
        # References hold as they were made; checking each one again takes as long as the rows.
        session.execute(text("SET LOCAL session_replication_role = replica"))


@contextmanager
def without_indexes(database: Database, tables: Sequence[Table]) -> Iterator[list[Index]]:
    """Drop the tables' indexes and give them, to be made again when all rows are there.

    Those still in the list are made when the block is left, also when it is broken off; and new
    rows are numbered after those that were written with their numbers.
    """
    dropped = [index for table in tables for index in sorted(table.indexes, key=_name)]
    with database.transaction() as session:
        for index in dropped:
            index.drop(session.connection())
    try:
        yield dropped
    finally:
        while dropped:
            make_index(database, dropped)
        _bring_counters(database, tables)


def make_index(database: Database, dropped: list[Index]) -> Index:
    """Make the first of the dropped indexes again."""
    with database.transaction() as session:
        dropped[0].create(session.connection())
    return dropped.pop(0)


def _bring_counters(database: Database, tables: Iterable[Table]) -> None:
    if database.is_sqlite:
        return
    with database.transaction() as session:
        for table in tables:
            column = table.columns.get("id")
            if column is None or not isinstance(column.type, BigInteger | Integer):
                continue
            counter = func.pg_get_serial_sequence(table.name, "id")
            last = select(func.max(column)).scalar_subquery()
            session.execute(select(func.setval(counter, func.coalesce(last, 1))))


def gather_statistics(database: Database) -> None:
    """Let the database know how many rows there are of what, as it does by itself in time."""
    with database.sql.connect() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
            return
        plain = connection.execution_options(isolation_level="AUTOCOMMIT")
        plain.exec_driver_sql("VACUUM ANALYZE")


def table_of(model: type[Base]) -> Table:
    """A model's table."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model} has no table of its own")
    return table


def _name(index: Index) -> str:
    return str(index.name)


def _column(rows: list[Row], at: int, process: Callable[[Any], Any] | None) -> Iterable[Any]:
    if process is None:
        return map(itemgetter(at), rows)
    return (None if row[at] is None else process(row[at]) for row in rows)


def _write_moment(moment: datetime) -> str:
    """A moment as SQLite keeps it."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")
