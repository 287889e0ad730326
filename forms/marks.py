"""Marks of a return: which fields and files a reviewer pointed at, each with a comment."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from forms.answers import clean_text
from forms.changes import row_label
from forms.conditions import row_path, top_level
from forms.document import Component
from forms.receiving import Submitted, last

if TYPE_CHECKING:
    from forms.bound import BoundForm

LONGEST_COMMENT = 500


class Mark(NamedTuple):
    """One mark. A file's path is `<field>.<slot>.<file id>`."""

    path: str
    comment: str


def can_be_marked(component: Component) -> bool:
    """Tell whether who sent a field can change it: not what is locked, nor what he agreed to."""
    return not component.is_locked and component.type != "checkbox"


def mark_paths(bound: "BoundForm", values: Mapping[str, Any]) -> Iterator[str]:
    """Return every path of a submission that can be marked."""
    for component in bound.form.fields:
        if not can_be_marked(component):
            continue
        if component.type == "filepicker":
            yield from (slot.path for slot in bound.slots(component))
            for file in values.get(component.key) or ():
                yield f"{component.key}.{file['slot']}.{file['id']}"
        elif component.type == "dynamiclist":
            yield component.key
            for number in range(len(values.get(component.key) or ())):
                for child in top_level(component.children):
                    if child.is_field and can_be_marked(child):
                        yield row_path(f"{component.key}.{number}", child)
        else:
            yield component.key


def label_of_mark(bound: "BoundForm", path: str) -> str:
    """Return what the field, row or file at a mark's path is called."""
    key, _, rest = path.partition(".")
    component = next((each for each in bound.form.fields if each.key == key), None)
    if component is None:
        return path
    label = component.label(bound.language, bound.scope)
    if component.type == "filepicker":
        slot = bound.find_slot(rest.partition(".")[0])
        return slot.label if slot else label
    if component.type == "dynamiclist" and rest:
        return _label_in_row(bound, component, rest)
    return label


def _label_in_row(bound: "BoundForm", component: Component, rest: str) -> str:
    number, _, key = rest.partition(".")
    row = row_label(bound, component, int(number))
    inside = [each for top in component.children for each in top.walk()]
    field = next((each for each in inside if each.key == key), None)
    return f"{row} – {field.label(bound.language, bound.scope)}" if field else row


def read_marks(submitted: Submitted, paths: Iterable[str], *, scope: str = "") -> tuple[Mark, ...]:
    """Return the marks that a reviewer set among these paths; a comment alone is one too.

    `scope` is the one that the form was drawn with.
    """
    ticked = set(submitted.getlist("mark"))
    found = []
    for path in paths:
        comment = clean_text(last(submitted, f"comment.{scope}{path}"), lines=False)
        if f"{scope}{path}" in ticked or comment:
            found.append(Mark(path, comment[:LONGEST_COMMENT]))
    return tuple(found)
