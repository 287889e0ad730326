"""How long what is personal is kept: an installation's settings."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import cast

from engine.engine import Engine
from workflows.shared.service_settings import IncompleteSettings

SERVICE = "keeping_periods"
"""The name under which `Periods` stand in `engine.services`."""


@dataclass(frozen=True)
class Periods:
    """The periods; what the law asks for at least is in docs/personal-data.md.

    `records`: after the last decision about somebody whose membership is over; only then may he
    be erased. `events`: what happened to accounts. `deliveries`: what was sent to whom.
    `messages`: what stands under the bell. `visits`: what people sent anonymously, after the end
    of its case. `exports`: a person's data made ready for him.
    """

    records: timedelta = timedelta(days=5 * 365)
    events: timedelta = timedelta(days=365)
    deliveries: timedelta = timedelta(days=90)
    messages: timedelta = timedelta(days=3 * 365)
    visits: timedelta = timedelta(days=30)
    exports: timedelta = timedelta(days=3)

    @classmethod
    def from_environment(cls, given: Mapping[str, str]) -> "Periods":
        """Read HUIJI_KEEP_RECORDS_DAYS and the like; raises IncompleteSettings."""
        said = {}
        for each in fields(cls):
            name = f"HUIJI_KEEP_{each.name.upper()}_DAYS"
            if name in given:
                said[each.name] = timedelta(days=_read_days(name, given[name]))
        return cls(**said)


def periods_of(engine: Engine) -> Periods:
    """The periods of an installation; the usual ones where nobody set any."""
    return cast("Periods", engine.services.get(SERVICE) or Periods())


def _read_days(name: str, text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 36_500:
        raise IncompleteSettings(f"{name} is a number of days, from 1 to 36500")
    return int(text)
