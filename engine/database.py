"""The database: one declarative base, its column types, and the one way to open a transaction.

SQLite (WAL) is the embedded default, PostgreSQL what a province runs. A writing transaction
takes SQLite's write lock at BEGIN, so two writers queue instead of failing half-way; reading
never takes it. That queue keeps no order: who writes for long gives way (`engine.write_queue`).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import uuid_utils
from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    String,
    create_engine,
    event,
)
from sqlalchemy import (
    Engine as SqlEngine,
)
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from engine.write_queue import WriteQueue

BUSY_TIMEOUT_MS = 15_000
"""How long a SQLite writer queues for the lock before it gives up."""


class Base(DeclarativeBase):
    """Every table of Huiji."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime on both databases; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


BigId = BigInteger().with_variant(Integer(), "sqlite")
"""An integer key: SQLite counts up only in a column that is called INTEGER."""


def searchable(length: int) -> String:
    """A text that is searched by its beginning: compared by code points, so an index serves it."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


POSTGRESQL_OPTIONS = "-c plan_cache_mode=force_custom_plan -c jit=off"
"""Lists are asked for with ever other filters: a plan made without the values of a prepared
statement, or compiled before it is known to be worth it, was measured at three times the time."""

Json = JSON()
"""Plain JSON data, read and written by orjson."""


def new_id() -> UUID:
    """A key that sorts by the time it was made and cannot be guessed (UUID version 7)."""
    return UUID(int=uuid_utils.uuid7().int)


class Database:
    """One database and the transactions on it."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self._file: Path | None = None
        if self.is_sqlite and parsed.database and parsed.database != ":memory:":
            self._file = Path(parsed.database)
            self._file.parent.mkdir(parents=True, exist_ok=True)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.url = parsed
        self.sql: SqlEngine = create_engine(
            parsed,
            json_serializer=_to_json,
            json_deserializer=orjson.loads,
            pool_size=pool_size,
            max_overflow=pool_size,
            # What a statement was given is personal: no error carries it into a log or a row.
            hide_parameters=True,
            connect_args={} if self.is_sqlite else {"options": POSTGRESQL_OPTIONS},
        )
        if self.is_sqlite:
            event.listen(self.sql, "connect", self._prepare_sqlite)
            event.listen(self.sql, "close", _leave_queue)
            event.listen(self.sql, "begin", _begin_sqlite)
            self._reading = self.sql.execution_options(sqlite_begin="BEGIN")
        else:
            # A GET cannot write, whatever goes wrong in it.
            self._reading = self.sql.execution_options(postgresql_readonly=True)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Do everything in the block or nothing of it."""
        with Session(self.sql, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Look at one state of the database without a write lock; nothing is kept."""
        with Session(self._reading, expire_on_commit=False) as session:
            yield session

    def give_way(self, *, at_most: float) -> None:
        """Let those write who wait for SQLite's one lock; on PostgreSQL nobody has to.

        For who has much to write, between two transactions; `at_most` in seconds.
        """
        if self._file is not None:
            with closing(WriteQueue(self._file)) as queue:
                queue.let_others_go(at_most=at_most)

    def close(self) -> None:
        """Give every connection back to the operating system."""
        self.sql.dispose()

    def _prepare_sqlite(self, connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        # SQLAlchemy says BEGIN itself (below): the driver's own transactions are switched off.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
        ):
            connection.execute(f"PRAGMA {pragma}")
        if self._file is not None:
            record.info["queue"] = WriteQueue(self._file)


def _to_json(value: object) -> str:
    return orjson.dumps(value).decode()


def _leave_queue(_: object, record: ConnectionPoolEntry) -> None:
    queue: WriteQueue | None = record.info.pop("queue", None)
    if queue is not None:
        queue.close()


def _begin_sqlite(connection: Connection) -> None:
    options: Any = connection.get_execution_options()
    begin = options.get("sqlite_begin", "BEGIN IMMEDIATE")
    queue: WriteQueue | None = connection.info.get("queue")
    with queue.waiting() if queue is not None and begin != "BEGIN" else nullcontext():
        connection.exec_driver_sql(begin)
