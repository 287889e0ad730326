"""Quiet hours: by night a telephone rings for what its owner asked for, and for nothing else."""

from datetime import UTC, datetime, time, timedelta

from workflows.shared.channels import SMS
from workflows.shared.dates import ZONE

BEGINS = time(22)
ENDS = time(8)


def when_to_send(channel: str, *, is_urgent: bool, now: datetime) -> datetime:
    """Now, or the end of the night for a text message that can wait."""
    local = now.astimezone(ZONE)
    if channel != SMS or is_urgent or ENDS <= local.time() < BEGINS:
        return now
    day = local.date() + timedelta(days=local.time() >= BEGINS)
    return datetime.combine(day, ENDS, ZONE).astimezone(UTC)
