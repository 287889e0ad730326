"""Putting a unit together: a process's documents with those of all that it calls."""

from collections.abc import Callable
from functools import lru_cache

from engine.releases import Documents
from engine.spiff.document import ZEEBE, BrokenDocument, read_xml
from workflows.studio.documents import DIAGRAM, MOST_DOCUMENTS, suffix_of

Find = Callable[[str], Documents]
"""Gives a process's own documents, none for one that is not known."""

CACHED_DIAGRAMS = 256


def compose(process_id: str, find: Find) -> dict[str, bytes]:
    """The documents of a process and of all that it calls, at any depth.

    A called process that is not known is left out: the check names it at its call.
    """
    documents: dict[str, bytes] = {}
    waiting, seen = [process_id], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen or len(seen) > MOST_DOCUMENTS:
            continue
        seen.add(name)
        for path, data in find(name).items():
            documents[path] = data
            if suffix_of(path) == DIAGRAM:
                waiting += read_calls(data)
    return documents


@lru_cache(maxsize=CACHED_DIAGRAMS)
def read_calls(diagram: bytes) -> tuple[str, ...]:
    """Which processes a diagram calls; one that cannot be read calls none."""
    try:
        root = read_xml("", diagram)
    except BrokenDocument:
        return ()
    found = {each.get("processId", "") for each in root.iter(f"{{{ZEEBE}}}calledElement")}
    return tuple(sorted(found))
