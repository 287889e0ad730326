"""Filters of the inbox as addresses: what is looked at can be kept and sent to a colleague."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import request

from workflows.review.queries import BY_DUE, OPEN, SORTS, STATES, Filters, Position


def read_filters() -> Filters:
    """The filters of the address that was asked for; what makes no sense is left out."""
    given = request.args
    state, sort = given.get("state", OPEN), given.get("sort", BY_DUE)
    return Filters(
        kind=given.get("kind", "")[:40],
        year=given.get("year", type=int),
        association_id=given.get("office", type=int),
        text=given.get("q", "").strip()[:100],
        state=state if state in STATES else OPEN,
        is_overdue=given.get("overdue") == "1",
        is_mine=given.get("mine") == "1",
        is_resubmitted=given.get("resubmitted") == "1",
        sort=sort if sort in SORTS else BY_DUE,
    )


def write_filters(filters: Filters) -> dict[str, Any]:
    """The filters as parameters of an address; what is not chosen does not appear."""
    said = {
        "kind": filters.kind,
        "year": str(filters.year or ""),
        "office": str(filters.association_id or ""),
        "q": filters.text,
        "state": "" if filters.state == OPEN else filters.state,
        "overdue": "1" if filters.is_overdue else "",
        "mine": "1" if filters.is_mine else "",
        "resubmitted": "1" if filters.is_resubmitted else "",
        "sort": "" if filters.sort == BY_DUE else filters.sort,
    }
    return {name: value for name, value in said.items() if value}


def kept_filters() -> dict[str, Any]:
    """The filters of the address that was asked for, to hand on to the next address."""
    return write_filters(read_filters())


def read_position(text: str) -> Position | None:
    """Where a page begins; None for what is no position."""
    at, _, key = text.rpartition("_")
    try:
        return Position(datetime.fromisoformat(at) if at else None, UUID(key))
    except ValueError:
        return None


def write_position(position: Position) -> str:
    """A position as a parameter of an address."""
    return f"{position.at.isoformat() if position.at else ''}_{position.id.hex}"
