"""From what a browser posts to raw values by key, before anything is checked."""

from collections.abc import Iterable
from typing import Any, Protocol

from forms.conditions import top_level
from forms.document import Component

MOST_ROWS = 100
SHOWN = "shown"
"""Hidden field: the paths of conditional fields that the page had on it."""


class Submitted(Protocol):
    """What a browser posted: werkzeug's MultiDict, or anything that has `getlist`."""

    def getlist(self, key: str, /) -> list[str]:
        """Return all values of a name."""


def last(submitted: Submitted, name: str) -> str:
    """Return the last value of a name, or an empty text."""
    values = submitted.getlist(name)
    return values[-1] if values else ""


def receive(
    components: Iterable[Component], submitted: Submitted, *, prefix: str = ""
) -> dict[str, Any]:
    """Return the raw values of the fields that may come from a request."""
    raw: dict[str, Any] = {}
    for component in top_level(components):
        if not component.is_field or component.is_locked or component.type == "filepicker":
            continue
        name = f"{prefix}{component.key}"
        if component.type == "dynamiclist":
            raw[component.key] = [
                receive(component.children, submitted, prefix=f"{name}.{row}.")
                for row in row_numbers(submitted, name)
            ]
        elif component.type == "checklist":
            raw[component.key] = submitted.getlist(name)
        else:
            raw[component.key] = last(submitted, name)
    return raw


def row_numbers(submitted: Submitted, path: str) -> list[str]:
    """Return the numbers of a list's rows as the page had them, each once."""
    numbers = dict.fromkeys(submitted.getlist(f"{path}.row"))
    return [number for number in numbers if number.isdecimal()][:MOST_ROWS]
