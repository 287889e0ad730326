"""Filters of the inbox as addresses: what is looked at can be kept and sent to a colleague."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from flask import request
from werkzeug.datastructures import MultiDict

from web.numbers import small_int
from workflows.inbox.queries import BY_DUE, ME, NOBODY, OPEN, SORTS, STATES, Filters, Position

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_filters(query: str | None = None) -> Filters:
    """The filters of a query, else of the address that was asked for.

    What makes no sense in it is left out.
    """
    given = request.args if query is None else MultiDict(parse_qsl(query))
    state, sort = given.get("state", OPEN), given.get("sort", BY_DUE)
    assigned = given.get("assigned", "")
    is_known = assigned in (ME, NOBODY) or given.get("assigned", type=small_int) is not None
    return Filters(
        kind=given.get("kind", "")[:40],
        class_id=given.get("class", type=small_int),
        year=given.get("year", type=small_int),
        association_id=given.get("office", type=small_int),
        text=given.get("q", "").strip()[:100],
        state=state if state in STATES else OPEN,
        assigned=assigned if is_known else "",
        is_overdue=given.get("overdue") == "1",
        is_mine=given.get("mine") == "1",
        is_copied=given.get("copied") == "1",
        is_resubmitted=given.get("resubmitted") == "1",
        is_nudged=given.get("nudged") == "1",
        sort=sort if sort in SORTS else BY_DUE,
    )


def write_filters(filters: Filters) -> dict[str, Any]:
    """The filters as parameters of an address; what is not chosen does not appear."""
    said = {
        "kind": filters.kind,
        "class": str(filters.class_id or ""),
        "year": str(filters.year or ""),
        "office": str(filters.association_id or ""),
        "q": filters.text,
        "state": "" if filters.state == OPEN else filters.state,
        "assigned": filters.assigned,
        "overdue": "1" if filters.is_overdue else "",
        "mine": "1" if filters.is_mine else "",
        "copied": "1" if filters.is_copied else "",
        "resubmitted": "1" if filters.is_resubmitted else "",
        "nudged": "1" if filters.is_nudged else "",
        "sort": "" if filters.sort == BY_DUE else filters.sort,
    }
    return {name: value for name, value in said.items() if value}


def kept_filters() -> dict[str, Any]:
    """The filters of the address that was asked for, to hand on to the next address."""
    return write_filters(read_filters())


def read_position(text: str) -> Position | None:
    """Where a page begins; None for what is no position."""
    try:
        due_at, at, key = text.split("_")
        due = _read_moment(due_at) if due_at else None
        return Position(due, _read_moment(at), UUID(key))
    except (ValueError, OverflowError):
        return None


def write_position(position: Position) -> str:
    """A position as a parameter of an address: microseconds since 1970, and the key."""
    due = "" if position.due_at is None else _write_moment(position.due_at)
    return f"{due}_{_write_moment(position.at)}_{position.id.hex}"


def _read_moment(text: str) -> datetime:
    return EPOCH + timedelta(microseconds=int(text))


def _write_moment(moment: datetime) -> str:
    return str((moment - EPOCH) // timedelta(microseconds=1))
