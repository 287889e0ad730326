"""What a form's expressions read that is no field of it: names that its process gives."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.feel import FeelSyntaxError
from forms.checking import LARGEST, load_document
from forms.document import key_of
from forms.expressions import compile_text

OUTCOME = "outcome"
"""What every check of a field may read."""

DEEPEST = 10
MOST_NAMES = 100


def find_names_read(document: bytes) -> list[str]:
    """The names with their paths, such as `season.year`; of what cannot be read, none.

    Which data a process gives its forms is a program's, and told nowhere; but a form that reads
    a name was written by somebody who knew it.
    """
    if len(document) > LARGEST:
        return []
    try:
        loaded = load_document(document)
    except ValueError:
        return []
    components = list(_walk(loaded.get("components"), DEEPEST))
    own = {OUTCOME, *(key_of(each) for each in components)}
    paths = {path for each in components for path in _paths_of(each)}
    return sorted(path for path in paths if path.partition(".")[0] not in own)[:MOST_NAMES]


def _walk(components: object, depth: int) -> Iterator[Mapping[str, Any]]:
    for each in components if isinstance(components, list) and depth else ():
        if isinstance(each, dict):
            yield each
            yield from _walk(each.get("components"), depth - 1)


def _paths_of(component: Mapping[str, Any]) -> Iterator[str]:
    inside = (component.get("properties"), component.get("conditional"), component)
    for values in inside:
        for text in values.values() if isinstance(values, Mapping) else ():
            if isinstance(text, str):
                yield from _paths_in(text)


def _paths_in(text: str) -> Iterator[str]:
    try:
        pieces = compile_text(text).pieces
    except FeelSyntaxError:
        return
    for piece in pieces:
        if not isinstance(piece, str):
            yield from piece.paths
