"""Processes as they lie in folders: what `huiji release` and the first start put to work."""

from pathlib import Path

from engine.releases import Documents
from engine.spiff.reading import read_diagram

DIAGRAM_SUFFIXES = (".bpmn", ".dmn", ".en.json")


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
            data = path.read_bytes()
            documents[path.relative_to(folder).as_posix()] = data
            if path.suffix == ".bpmn":
                diagram, _problems = read_diagram(path.name, data)
                waiting.extend(name for each in diagram.processes for name in each.calls)
    return documents


def _documents(process_id: str, folder: Path) -> list[Path]:
    found = [
        path
        for path in (folder / "bpmn" / process_id).glob("*")
        if path.name.endswith(DIAGRAM_SUFFIXES)
    ]
    return sorted(found) + sorted((folder / "forms" / process_id).glob("*.form"))
