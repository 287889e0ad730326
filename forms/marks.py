"""Marks of a return: which fields and files a reviewer pointed at, each with a comment."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from forms.answers import clean_text
from forms.conditions import row_path, top_level
from forms.receiving import Submitted, last

if TYPE_CHECKING:
    from forms.bound import BoundForm

LONGEST_COMMENT = 500


class Mark(NamedTuple):
    """One mark. A file's path is `<field>.<slot>.<file id>`."""

    path: str
    comment: str


def mark_paths(bound: "BoundForm", values: Mapping[str, Any]) -> Iterator[str]:
    """Return every path of a submission that can be marked."""
    for component in bound.form.fields:
        if component.type == "filepicker":
            yield from (slot.path for slot in bound.slots(component))
            for file in values.get(component.key) or ():
                yield f"{component.key}.{file['slot']}.{file['id']}"
        elif component.type == "dynamiclist":
            yield component.key
            for number in range(len(values.get(component.key) or ())):
                for child in top_level(component.children):
                    if child.is_field:
                        yield row_path(f"{component.key}.{number}", child)
        else:
            yield component.key


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
