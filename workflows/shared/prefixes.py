"""Finding rows by how a text begins: a range that an index serves, on both databases.

`LIKE '张%'` scans; `name >= '张' AND name < '弡'` does not. The column must be compared by code
points: `engine.database.searchable` makes such ones. For another one there is
`begins_with_pattern`.
"""

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, true
from sqlalchemy.orm import Session

LAST_BEFORE_SURROGATES = 0xD7FF
FIRST_AFTER_SURROGATES = 0xE000
LAST = 0x10FFFF


def begins_with(column: SQLColumnExpression[str], prefix: str) -> ColumnElement[bool]:
    """The condition that a column begins with a prefix."""
    end = successor(prefix)
    if end is None:
        return column >= prefix if prefix else true()
    return and_(column >= prefix, column < end)


def begins_with_pattern(
    session: Session, column: SQLColumnExpression[str], prefix: str
) -> ColumnElement[bool]:
    """The same for a column in the order of the database's locale, with an index of patterns.

    PostgreSQL searches such an index (`varchar_pattern_ops`) for a `LIKE`; SQLite compares by code
    points anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        return column.startswith(prefix, autoescape=True)
    return begins_with(column, prefix)


def successor(prefix: str) -> str | None:
    """The first text after all that begin with the prefix; None when there is none."""
    for length in range(len(prefix), 0, -1):
        code = ord(prefix[length - 1])
        if code == LAST_BEFORE_SURROGATES:
            return prefix[: length - 1] + chr(FIRST_AFTER_SURROGATES)
        if code < LAST:
            return prefix[: length - 1] + chr(code + 1)
    return None
