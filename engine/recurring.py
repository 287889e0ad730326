"""When jobs that come again are done: at an interval, or every day at a local time.

`@job("tidy", recurs=Every(timedelta(days=1)))` is all that such a job says. It has one row,
always the same, which waits for its next time: it is planned once however many servers start,
and a day on which it failed is not the last.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5


@dataclass(frozen=True, slots=True)
class Every:
    """Again after an interval, for the first time at once."""

    interval: timedelta

    def first(self, now: datetime) -> datetime:
        """When it is done where it was never done."""
        return now

    def next(self, now: datetime) -> datetime:
        """When it is done again."""
        return now + self.interval


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day, at a time that says in which zone it is meant."""

    at: time

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a time of day without a zone")

    def first(self, now: datetime) -> datetime:
        """When it is done where it was never done: one does not begin by catching up."""
        return self.next(now)

    def next(self, now: datetime) -> datetime:
        """When clocks show its time again."""
        day = now.astimezone(self.at.tzinfo).date()
        today = datetime.combine(day, self.at)
        if today <= now:
            today = datetime.combine(day + timedelta(days=1), self.at)
        return today.astimezone(UTC)


Schedule = Every | Daily


def row_id(name: str) -> UUID:
    """The key of the one row that a job which comes again has."""
    return uuid5(NAMESPACE_OID, f"huiji job {name}")
