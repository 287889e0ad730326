"""Rows that are ready to be written, kept on disk until all of them are written at once.

Sealing a hundred thousand people takes longer than writing them: it is done before the
transaction, so that it is short.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from hashlib import blake2b
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Date, LargeBinary, Table, Uuid, bindparam, select, update
from sqlalchemy.orm import Session

from engine.database import Database, UtcDateTime
from workflows.shared.bulk import Bulk

AT_A_TIME = 500

_DECODE: Mapping[type, Callable[[str], Any]] = {
    LargeBinary: bytes.fromhex,
    Date: date.fromisoformat,
    UtcDateTime: datetime.fromisoformat,
    Uuid: UUID,
}


class RegisterMoved(Exception):
    """The register is not any more what the rows were made for: they are to be made again."""


class Spool(AbstractContextManager["Spool"]):
    """Inserts and updates of one import, in their order, and what they rest on."""

    def __init__(self, database: Database, folder: str | None = None) -> None:
        self._database = database
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115  closed with the spool
        self._tables: dict[str, Table] = {}
        self._expected: list[tuple[Table, dict[int, bytes]]] = []
        self._absent: list[tuple[Table, str, list[Any], Mapping[str, Any]]] = []
        self.noted: list[Any] = []
        """What is to be done once everything is written."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Throw it away."""
        self._file.close()

    def insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Have rows written, all with the columns of the first one."""
        self._add("insert", table, rows)

    def update(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Have columns of rows written, found by their `id`; each may have columns of its own."""
        groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
        for row in rows:
            groups.setdefault(tuple(row), []).append(row)
        for each in groups.values():
            self._add("update", table, each)

    def expect(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write only if these rows, whole as they were read, are still the same."""
        self._expected.append((table, {each["id"]: digest_of(table, each) for each in rows}))

    def expect_none(self, table: Table, column: str, values: Sequence[Any], **others: Any) -> None:
        """Write only if no row has one of these values; of those whose other columns are so."""
        if values:
            self._absent.append((table, column, list(values), others))

    def write(self, session: Session) -> int:
        """Write everything; returns how many rows that were. Raises RegisterMoved."""
        self._check(session)
        count = 0
        bulk = Bulk(self._database)
        self._file.seek(0)
        for line in self._file:
            deed, name, columns, rows = orjson.loads(line)
            table = self._tables[name]
            read = _decode(table, columns, rows, as_json=deed == "insert")
            if deed == "insert":
                bulk.add(table, tuple(columns), read)
                bulk.write(session)
            else:
                _update(session, table, columns, read)
            count += len(rows)
        return count

    def _add(self, deed: str, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        self._tables[table.name] = table
        columns = list(rows[0])
        said = [[each[name] for name in columns] for each in rows]
        self._file.write(orjson.dumps([deed, table.name, columns, said], default=_encode) + b"\n")

    def _check(self, session: Session) -> None:
        for table, expected in self._expected:
            for some in _some(sorted(expected)):
                query = select(table).where(table.c.id.in_(some)).order_by(table.c.id)
                found = session.execute(query.with_for_update(key_share=True)).mappings()
                now_is = {row["id"]: digest_of(table, dict(row)) for row in found}
                if now_is != {key: expected[key] for key in some}:
                    raise RegisterMoved
        for table, column, values, others in self._absent:
            for some in _some(values):
                query = select(table.c[column]).where(table.c[column].in_(some))
                if session.scalar(query.filter_by(**others).limit(1)) is not None:
                    raise RegisterMoved


def digest_of(table: Table, row: Mapping[str, Any]) -> bytes:
    """What tells whether a row, whole as it was read, is still the same."""
    said = str([row[column.name] for column in table.columns])
    return blake2b(said.encode(), digest_size=16).digest()


def _update(
    session: Session, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    named: dict[str, Any] = {name: bindparam(f"to_{name}") for name in columns if name != "id"}
    statement = update(table).where(table.c.id == bindparam("of_id")).values(named)
    keys = ["of_id" if name == "id" else f"to_{name}" for name in columns]
    session.connection().execute(statement, [dict(zip(keys, row, strict=True)) for row in rows])


def _some(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for begin in range(0, len(keys), AT_A_TIME):
        yield keys[begin : begin + AT_A_TIME]


def _encode(value: object) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    raise TypeError(f"{type(value).__name__} is not kept")


def _decode(
    table: Table, columns: Sequence[str], rows: list[list[Any]], *, as_json: bool
) -> list[list[Any]]:
    """The values as their columns take them; JSON as text for who writes it as it is."""
    for at, name in enumerate(columns):
        kind = table.c[name].type
        decode = next((each for known, each in _DECODE.items() if isinstance(kind, known)), None)
        if decode is not None:
            for row in rows:
                if row[at] is not None:
                    row[at] = decode(row[at])
        elif as_json and any(isinstance(row[at], list | dict) for row in rows):
            for row in rows:
                row[at] = None if row[at] is None else orjson.dumps(row[at]).decode()
    return rows
