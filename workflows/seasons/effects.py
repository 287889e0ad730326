"""What effects of a change are worked out from, and what one is."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from engine.engine import Engine
from workflows.shared.seasons import DEFERRAL, INSPECTION, Season


@dataclass(frozen=True)
class Effect:
    """One thing that a change does. `is_hard`: somebody loses something by it."""

    count: int
    sentence: str
    is_hard: bool = False


@dataclass(frozen=True)
class Ground:
    """What effects are worked out from: the season, whom it is for, both values, the counts.

    `running`: open applications of the season by kind and status.
    """

    session: Session
    engine: Engine
    season: Season
    associations: Collection[int]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    running: Counter[tuple[str, str]]
    today: date

    def changes(self, *names: str) -> bool:
        """Whether one of the settings is changed."""
        return any(self.before.get(each) != self.after.get(each) for each in names)

    def count(self, *statuses: str, kinds: Collection[str] = (INSPECTION, DEFERRAL)) -> int:
        """How many running applications stand at one of the statuses."""
        return sum(
            number
            for (kind, status), number in self.running.items()
            if status in statuses and kind in kinds
        )
