"""How many hours a kind of work can still bring: the decision table, and what the ledger has."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from engine.releases import current_release_id
from engine.spiff import Model
from workflows.output_hours.kinds import OUTPUT_KINDS, PROCESS
from workflows.shared.hours import HoursEntry

DECISION = "output_limit"
SOURCE = "output:"


@dataclass(frozen=True)
class Limit:
    """What the table gives a kind of work; hours in hundredths."""

    kind_most: int
    year_most: int
    years_back: int


@dataclass(frozen=True)
class Room:
    """What a member's year has of a kind, of all kinds, and what can be added."""

    limit: Limit
    of_kind: int
    of_year: int

    @property
    def left(self) -> int:
        """How many hundredths can still be granted."""
        return max(0, min(self.limit.kind_most - self.of_kind, self.limit.year_most - self.of_year))


def external_key(output_kind: str, case: Case) -> str:
    """The ledger's key of what an application brought: its kind can be counted by it."""
    return f"{SOURCE}{output_kind}:{case.id}"


def read_limits(model: Model, now: datetime) -> Mapping[str, Limit]:
    """The limits of every kind that counts, by the kind."""
    found = {each: read_limit(model, each, now) for each in OUTPUT_KINDS}
    return {each: limit for each, limit in found.items() if limit.kind_most > 0}


def read_limit(model: Model, output_kind: str, now: datetime) -> Limit:
    """What the decision table says of a kind; nothing counts of a kind that is not in it."""
    said = model.decide(DECISION, {"output_kind": output_kind}, now)
    row = cast(Mapping[str, Any], said) if isinstance(said, Mapping) else {}
    return Limit(
        kind_most=hundredths(row.get("kind_most")),
        year_most=hundredths(row.get("year_most")),
        years_back=int(row.get("years_back") or 0),
    )


def read_current_limits(session: Session, engine: Engine, *, now: datetime) -> Mapping[str, Limit]:
    """The limits by which a new application goes; raises ReleaseNotFound."""
    release_id = current_release_id(session, PROCESS)
    return read_limits(engine.releases.get(session, release_id).model, now)


def find_room(
    session: Session, *, member_id: int, output_kind: str, year: int, limit: Limit
) -> Room:
    """What of a member's year is taken, and what is left by a limit."""
    of_kind = sum_granted(session, member_id=member_id, year=year, output_kind=output_kind)
    return Room(limit, of_kind, sum_granted(session, member_id=member_id, year=year))


def sum_granted(session: Session, *, member_id: int, year: int, output_kind: str = "") -> int:
    """The hundredths that a member's work brought for a year; of one kind if it is named."""
    prefix = f"{SOURCE}{output_kind}:" if output_kind else SOURCE
    found = session.scalar(
        select(func.coalesce(func.sum(HoursEntry.hours), 0)).where(
            HoursEntry.member_id == member_id,
            HoursEntry.year == year,
            HoursEntry.external_key.startswith(prefix, autoescape=True),
        )
    )
    return int(found or 0)


def find_granted(session: Session, *, member_id: int) -> Mapping[UUID, int]:
    """The hundredths that each of a member's applications brought, by its case."""
    found = session.execute(
        select(HoursEntry.external_key, HoursEntry.hours).where(
            HoursEntry.member_id == member_id, HoursEntry.external_key.startswith(SOURCE)
        )
    )
    granted: dict[UUID, int] = defaultdict(int)
    for key, hours in found:
        granted[UUID(key.rpartition(":")[2].partition("/")[0])] += hours
    return granted


def hundredths(hours: Any) -> int:
    """A number of hours, as forms and tables give it, as the ledger keeps it."""
    return round(float(hours or 0) * 100)
