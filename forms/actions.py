"""Buttons that stay on the page: rows, files, and actions that a form names itself."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from forms.document import Component
from forms.receiving import Submitted, last

ADD_ROW = "add_row"
REMOVE_ROW = "remove_row"


class Action(NamedTuple):
    """What a button of the page asks for.

    `target` is `education` (add_row), `education.1` (remove_row), `invoice` (upload to a slot),
    `invoice/<file id>` (replace_file, remove_file) or empty.
    """

    kind: str
    target: str = ""


def find_outcome(submitted: Submitted) -> str | None:
    """Return the outcome that was pressed, or confirmed when its question was asked."""
    return last(submitted, "confirmed") or last(submitted, "outcome") or None


def find_action(submitted: Submitted) -> Action | None:
    """Return the action that was pressed, if it was not an outcome."""
    kind, _, target = last(submitted, "action").partition(":")
    return Action(kind, target) if kind else None


def change_rows(
    fields: tuple[Component, ...], values: Mapping[str, Any], action: Action
) -> dict[str, Any]:
    """Return the values with the row added or removed that an action asks for."""
    changed = dict(values)
    key, _, number = action.target.partition(".")
    component = next((each for each in fields if each.key == key), None)
    if component is None or component.type != "dynamiclist":
        return changed
    rows = list(changed.get(key) or ())
    if action.kind == ADD_ROW and len(rows) < component.number("maxRows", 20):
        rows.append({})
    elif action.kind == REMOVE_ROW and number.isdecimal() and int(number) < len(rows):
        del rows[int(number)]
    changed[key] = rows
    return changed
