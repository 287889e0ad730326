"""The trail: one row for each thing that happened to a case, in the transaction that did it.

Rows are chained: each carries a keyed hash (HMAC-SHA256) over itself and the hash before it,
and the case's row holds the last one, so a changed, missing or added row is found. Personal
values are never here, only salted digests of them.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ForeignKey, Integer, LargeBinary, String, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.actors import Actor, ActorKind
from engine.database import Base, Json, UtcDateTime

NOTHING_YET = b""


class Event(Base):
    """One thing that happened to a case."""

    __tablename__ = "event"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    by_kind: Mapped[ActorKind] = mapped_column(String(10))
    by_id: Mapped[int | None]
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    mac: Mapped[bytes] = mapped_column(LargeBinary)


class Trail:
    """The end of one case's chain while a transaction adds to it."""

    def __init__(self, case_id: UUID, *, length: int, head: bytes, key: bytes) -> None:
        self.case_id = case_id
        self.length = length
        self.head = head
        self._key = key
        self._added: list[dict[str, object]] = []

    def add(self, kind: str, *, by: Actor, now: datetime, **data: object) -> dict[str, object]:
        """Say that something happened; its data may be added to until `seal`."""
        self.length += 1
        row: dict[str, object] = {
            "case_id": self.case_id,
            "number": self.length,
            "kind": kind,
            "at": now,
            "by_kind": by.kind,
            "by_id": by.id,
            "data": data,
        }
        self._added.append(row)
        return data

    def seal(self) -> None:
        """Chain what was added: from now on it cannot be changed."""
        for row in self._added:
            if "mac" not in row:
                row["mac"] = self.head = link(self._key, self.head, row)

    def flush(self, session: Session) -> None:
        """Write what was added, in one statement."""
        self.seal()
        if self._added:
            session.execute(insert(Event), self._added)
            self._added = []


def link(key: bytes, before: bytes, row: Mapping[str, Any]) -> bytes:
    """The keyed hash of an event's row, over the one before it."""
    said = orjson.dumps(
        [
            row["case_id"].hex,
            row["number"],
            row["kind"],
            row["at"].timestamp(),
            row["by_kind"],
            row["by_id"],
            row["data"],
        ],
        option=orjson.OPT_SORT_KEYS,
    )
    return hmac.digest(key, before + said, hashlib.sha256)


def events(session: Session, case_id: UUID) -> list[Event]:
    """A case's trail, oldest first."""
    return list(
        session.scalars(select(Event).where(Event.case_id == case_id).order_by(Event.number))
    )


def broken_links(
    session: Session, *, case_id: UUID, length: int, head: bytes, key: bytes
) -> Iterator[int]:
    """The numbers of the rows at which a case's chain does not hold; none when it is whole."""
    before, number = NOTHING_YET, 0
    for event in events(session, case_id):
        number += 1
        expected = link(
            key,
            before,
            {
                "case_id": event.case_id,
                "number": event.number,
                "kind": event.kind,
                "at": event.at,
                "by_kind": event.by_kind,
                "by_id": event.by_id,
                "data": event.data,
            },
        )
        if event.number != number or not hmac.compare_digest(expected, event.mac):
            yield event.number
        before, number = event.mac, event.number
    if number != length or not hmac.compare_digest(before, head):
        yield length
