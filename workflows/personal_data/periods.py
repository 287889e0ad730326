"""How long what is personal is kept: an installation's settings."""

from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from engine.engine import Engine

SERVICE = "keeping_periods"
"""The name under which `Periods` stand in `engine.services`."""


@dataclass(frozen=True)
class Periods:
    """The periods; what the law asks for at least is in docs/personal-data.md.

    `records`: after the last decision about somebody whose membership is over; only then may he
    be erased. `events`: what happened to accounts. `deliveries`: what was sent to whom.
    `messages`: what stands under the bell. `visits`: anonymous cases that are over. `exports`:
    a person's data made ready for him.
    """

    records: timedelta = timedelta(days=5 * 365)
    events: timedelta = timedelta(days=365)
    deliveries: timedelta = timedelta(days=180)
    messages: timedelta = timedelta(days=3 * 365)
    visits: timedelta = timedelta(days=30)
    exports: timedelta = timedelta(days=3)


def periods_of(engine: Engine) -> Periods:
    """The periods of an installation; the usual ones where nobody set any."""
    return cast("Periods", engine.services.get(SERVICE) or Periods())
