"""Making an installation ready: its tables, the shipped processes, on request the demo."""

from pathlib import Path

from engine.actors import SYSTEM
from engine.engine import Engine
from engine.releases import Release, has_release, make_release
from engine.shipped import gather_unit

ROOT = Path(__file__).parents[1]
TOP_PROCESSES = ("inspection",)
"""The shipped processes that cases are started with; what they call comes along."""


def release_shipped(engine: Engine, *, reason: str, only_missing: bool = False) -> list[Release]:
    """Release the processes as they lie in the folders; an unchanged one stays as it is.

    `only_missing` leaves processes alone that were ever released: an administrator's changes
    are never overwritten. Raises InvalidRelease.
    """
    made = []
    for process_id in TOP_PROCESSES:
        documents = gather_unit(process_id, ROOT)
        with engine.database.transaction() as session:
            if only_missing and has_release(session, process_id):
                continue
            release = make_release(
                session,
                process_id=process_id,
                documents=documents,
                checks=engine.checks,
                reason=reason,
                by=SYSTEM,
                now=engine.now(),
            )
            made.append(release)
    return made
