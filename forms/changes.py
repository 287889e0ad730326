"""What changed between two rounds: field by field, row by row, file by file."""

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import orjson

from engine.language import _
from forms.conditions import top_level
from forms.display import Reveal, display
from forms.document import Component
from forms.requirements import is_empty

if TYPE_CHECKING:
    from forms.bound import BoundForm

Kind = Literal["added", "removed", "changed"]


class Change(NamedTuple):
    """One difference, in words: `before` and `after` are texts, empty where there was nothing.

    `path` is where it stands now; what was removed stands at its list or slot. The ids are those
    of the files, where it is about files.
    """

    path: str
    label: str
    kind: Kind
    before: str
    after: str
    before_id: str = ""
    after_id: str = ""


def compare(
    bound: "BoundForm",
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    reveal: Reveal = False,
) -> list[Change]:
    """Return the differences of two submissions, in the order of the form.

    Without `reveal`, masked values are covered: a change of one is still told.
    """
    return list(_Comparison(bound, reveal=reveal).changes(before, after))


class _Comparison:
    """One comparison."""

    def __init__(self, bound: "BoundForm", *, reveal: Reveal) -> None:
        self.bound = bound
        self.reveal = reveal

    def changes(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
        """Go through the fields."""
        for component in self.bound.form.fields:
            if component.properties.get("summary") == "false":
                continue
            old, new = before.get(component.key), after.get(component.key)
            if component.type == "filepicker":
                yield from self._files(component, old or [], new or [])
            elif component.type == "dynamiclist":
                yield from self._rows(component, old or [], new or [])
            else:
                yield from self._field(component, component.key, self._label(component), old, new)

    def _label(self, component: Component) -> str:
        return component.label(self.bound.language, self.bound.scope)

    def _text(self, component: Component, value: Any) -> str:
        if component.type == "checkbox" and value is None:
            return ""
        return display(self.bound, component, value, self.bound.scope, reveal=self.reveal)

    def _field(
        self, component: Component, path: str, label: str, old: Any, new: Any
    ) -> Iterator[Change]:
        if old == new or (is_empty(old) and is_empty(new)):
            return
        kind: Kind = "changed"
        if component.type != "checkbox":
            kind = "added" if is_empty(old) else "removed" if is_empty(new) else "changed"
        yield Change(path, label, kind, self._text(component, old), self._text(component, new))

    def _rows(self, component: Component, old: list[Any], new: list[Any]) -> Iterator[Change]:
        matcher = SequenceMatcher(None, _keys(old), _keys(new), autojunk=False)
        for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
            if kind == "equal":
                continue
            # Rows that take the place of others are the same rows, changed.
            shared = min(old_end - old_start, new_end - new_start)
            for step in range(shared):
                yield from self._row(component, new_start + step, old[old_start + step], new)
            for number in range(old_start + shared, old_end):
                text = self._row_text(component, old[number])
                label = row_label(self.bound, component, number)
                yield Change(component.key, label, "removed", text, "")
            for number in range(new_start + shared, new_end):
                text = self._row_text(component, new[number])
                label = row_label(self.bound, component, number)
                yield Change(f"{component.key}.{number}", label, "added", "", text)

    def _row(
        self, component: Component, number: int, old: Mapping[str, Any], rows: list[Any]
    ) -> Iterator[Change]:
        for child in top_level(component.children):
            if child.is_field:
                label = f"{row_label(self.bound, component, number)} – {self._label(child)}"
                path = f"{component.key}.{number}.{child.key}"
                yield from self._field(
                    child, path, label, old.get(child.key), rows[number].get(child.key)
                )

    def _row_text(self, component: Component, row: Mapping[str, Any]) -> str:
        texts = [
            self._text(child, row.get(child.key))
            for child in top_level(component.children)
            if child.is_field
        ]
        return _(", ").join(text for text in texts if text)

    def _files(self, component: Component, old: list[Any], new: list[Any]) -> Iterator[Change]:
        labels = {slot.name: slot.label for slot in self.bound.slots(component)}
        names = dict.fromkeys([*labels, *(file["slot"] for file in [*old, *new])])
        for name in names:
            label, path = labels.get(name, name), f"{component.key}.{name}"
            before = [file for file in old if file["slot"] == name]
            after = [file for file in new if file["slot"] == name]
            # Those that take the place of others are told together with them.
            for gone, come in zip_longest(_without(before, after), _without(after, before)):
                yield Change(
                    path,
                    label,
                    "added" if gone is None else "removed" if come is None else "changed",
                    gone["name"] if gone else "",
                    come["name"] if come else "",
                    str(gone["id"]) if gone else "",
                    str(come["id"]) if come else "",
                )


def row_label(bound: "BoundForm", component: Component, number: int) -> str:
    """Return what a row is called: “教育经历 2”."""
    name = component.say("rowLabel", bound.language, bound.scope)
    return f"{name or component.label(bound.language, bound.scope)} {number + 1}"


def _without(files: list[Any], others: list[Any]) -> list[Any]:
    """The files whose contents the others have not, each content once."""
    known = {file["sha256"] for file in others}
    found = {file["sha256"]: file for file in files if file["sha256"] not in known}
    return list(found.values())


def _keys(rows: list[Any]) -> list[bytes]:
    return [
        orjson.dumps(
            {key: value for key, value in row.items() if not is_empty(value)},
            option=orjson.OPT_SORT_KEYS,
        )
        for row in rows
    ]
