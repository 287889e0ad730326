"""Finding rows by how a text begins: a range that an index serves, on both databases.

`LIKE '张%'` scans; `name >= '张' AND name < '弡'` does not, if texts are compared by their code
points. SQLite does so by itself, PostgreSQL under its collation "C".
"""

from sqlalchemy import ColumnElement, and_, true
from sqlalchemy.orm import InstrumentedAttribute, Session

LAST_BEFORE_SURROGATES = 0xD7FF
FIRST_AFTER_SURROGATES = 0xE000
LAST = 0x10FFFF


def begins_with(
    session: Session, column: InstrumentedAttribute[str], prefix: str
) -> ColumnElement[bool]:
    """The condition that a column begins with a prefix."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    compared: ColumnElement[str] = column.collate("C") if is_postgresql else column.expression
    end = successor(prefix)
    if end is None:
        return compared >= prefix if prefix else true()
    return and_(compared >= prefix, compared < end)


def successor(prefix: str) -> str | None:
    """The first text after all that begin with the prefix; None when there is none."""
    for length in range(len(prefix), 0, -1):
        code = ord(prefix[length - 1])
        if code == LAST_BEFORE_SURROGATES:
            return prefix[: length - 1] + chr(FIRST_AFTER_SURROGATES)
        if code < LAST:
            return prefix[: length - 1] + chr(code + 1)
    return None
