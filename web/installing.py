"""Making an installation ready: its tables, the shipped processes, on request the demo."""

from pathlib import Path

from engine.engine import Engine
from engine.shipped import gather_own, gather_unit, list_processes
from workflows.studio.documents import process_of
from workflows.studio.shipped import Brought, bring_shipped

ROOT = Path(__file__).parents[1]


def release_shipped(
    engine: Engine, *, reason: str, process_id: str | None = None, folder: Path = ROOT
) -> Brought:
    """Bring the processes that lie in a folder, or one with what it calls, to this installation.

    What administrators changed is never overwritten: the shipped one waits beside it as a draft.
    Raises InvalidRelease for a new process with errors.
    """
    if process_id is None:
        names = list_processes(folder)
    else:
        names = sorted({process_of(path) for path in gather_unit(process_id, folder)})
    shipped = {name: gather_own(name, folder) for name in names}
    return bring_shipped(engine, shipped, reason=reason)
