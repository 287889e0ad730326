"""Cases of earlier seasons as a former system would hand them over: what was decided, no more."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.cases import Case
from engine.database import Base
from engine.tasks import Task
from engine.trail import Event

Rows = Sequence[Mapping[str, Any]]

KEPT = frozenset({"element", "outcome", "process", "round", "task"})
"""What the trail still says of a decision; what was sent was not handed over."""


def abridge(rows: Mapping[type[Base], Rows]) -> dict[type[Base], Rows]:
    """Of a whole case its row, the last decision of an association and a trail of these."""
    decisions = [
        row for row in rows[Task] if row["lane"] == "association" and row["state"] == "completed"
    ]
    decided = sorted(decisions, key=lambda row: row["completed_at"])[-1:]
    events = list(_shorten(rows[Event], [str(row["id"]) for row in decided]))
    cases = [{**row, "trail_length": len(events)} for row in rows[Case]]
    return {**dict.fromkeys(rows, ()), Case: cases, Task: decided, Event: events}


def _shorten(trail: Rows, decided: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """The trail's ends and the decisions between, numbered anew."""
    number = 0
    for row in trail:
        is_end = row in (trail[0], trail[-1])
        if not is_end and row["data"].get("task") not in decided:
            continue
        number += 1
        data = row["data"] if is_end else {each: row["data"][each] for each in KEPT}
        yield {**row, "number": number, "data": data}
