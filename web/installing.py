"""Making an installation ready: its tables, the shipped processes, on request the demo."""

from collections.abc import Iterable
from pathlib import Path

from engine.actors import SYSTEM
from engine.engine import Engine
from engine.releases import Release, has_release, make_release
from engine.shipped import gather_unit, list_processes

ROOT = Path(__file__).parents[1]


def release_shipped(
    engine: Engine,
    *,
    reason: str,
    processes: Iterable[str] | None = None,
    only_missing: bool = False,
    folder: Path = ROOT,
) -> list[Release]:
    """Release processes as they lie in a folder, each with what it calls; None means all.

    An unchanged one stays as it is. `only_missing` leaves processes alone that were ever
    released: an administrator's changes are never overwritten. Raises InvalidRelease.
    """
    made = []
    for process_id in list_processes(folder) if processes is None else processes:
        documents = gather_unit(process_id, folder)
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
