"""The engine as an application puts it together: everything a case needs to move."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import ModuleType
from typing import TYPE_CHECKING

from engine import calling_out, case_operations, message_events, timers
from engine.database import Database
from engine.files import FileStore
from engine.jobs import Jobs
from engine.operations import Operations
from engine.releases import Check, Releases
from engine.vault import Vault

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from engine.cases import Case
    from engine.spiff import Step

Describe = Callable[["Session", "Case", "Step", datetime], Mapping[str, object]]
"""Fills a new task's business columns; returns those that differ from its case's."""


def wall_clock() -> datetime:
    """The time."""
    return datetime.now(UTC)


def _nothing_more(
    _session: "Session", _case: "Case", _step: "Step", _now: datetime
) -> Mapping[str, object]:
    return {}


@dataclass
class Engine:
    """Database, secrets, clock and everything that is registered by name."""

    database: Database
    vault: Vault
    files: FileStore
    now: Callable[[], datetime] = wall_clock
    operations: Operations = field(default_factory=Operations)
    jobs: Jobs = field(default_factory=Jobs)
    releases: Releases = field(default_factory=Releases)
    checks: list[Check] = field(default_factory=list)
    describe_task: Describe = _nothing_more
    services: dict[str, object] = field(default_factory=dict)
    """What reaches people and programs outside, by name; put in by whoever sets things up."""

    def __post_init__(self) -> None:
        self.operations.add(case_operations)
        self.jobs.add(message_events, timers, calling_out)

    def add(self, *modules: ModuleType) -> None:
        """Register the operations and jobs of modules."""
        self.operations.add(*modules)
        self.jobs.add(*modules)
