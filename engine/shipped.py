"""Processes as they lie in folders: what `huiji release` and the first start put to work."""

from pathlib import Path

from engine.releases import Documents
from engine.spiff.reading import read_diagram

DIAGRAM_SUFFIXES = (".bpmn", ".dmn", ".en.json")


def list_processes(folder: Path) -> list[str]:
    """Every process in `folder`, also those that others call."""
    return sorted({path.parent.name for path in (folder / "bpmn").glob("*/*.bpmn")})


def list_top_processes(folder: Path) -> list[str]:
    """The processes in `folder` that no other one calls: those that cases are started with."""
    found = list_processes(folder)
    called = {
        name
        for process_id in found
        for path in _documents(process_id, folder)
        for name in _read_calls(path)
    }
    return [process_id for process_id in found if process_id not in called]


def gather_unit(process_id: str, folder: Path) -> Documents:
    """A process's documents with those of every process it calls, by path.

    `folder` holds `bpmn/<process>/` and `forms/<process>/`. A called process without a folder
    is left out: the check of the release names it at its call.
    """
    documents: dict[str, bytes] = {}
    waiting, seen = [process_id], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for path in _documents(name, folder):
            documents[path.relative_to(folder).as_posix()] = path.read_bytes()
            waiting += _read_calls(path)
    return documents


def gather_own(process_id: str, folder: Path) -> Documents:
    """A process's own documents, by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in _documents(process_id, folder)
    }


def _read_calls(path: Path) -> list[str]:
    """Which processes a document calls, if it is a diagram."""
    if path.suffix != ".bpmn":
        return []
    diagram, _problems = read_diagram(path.name, path.read_bytes())
    return [name for each in diagram.processes for name in each.calls]


def _documents(process_id: str, folder: Path) -> list[Path]:
    found = [
        path
        for path in (folder / "bpmn" / process_id).glob("*")
        if path.name.endswith(DIAGRAM_SUFFIXES)
    ]
    return sorted(found) + sorted((folder / "forms" / process_id).glob("*.form"))
