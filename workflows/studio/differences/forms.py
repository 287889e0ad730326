"""What is different between two forms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from engine.language import N_, _
from workflows.studio.differences.matching import Pair, pair
from workflows.studio.differences.model import (
    Change,
    Detail,
    Said,
    change_or_move,
    compare_properties,
    shorten,
)
from workflows.studio.differences.vocabulary import Vocabulary, say_flag

FILE_ONLY = frozenset(
    {
        "components",
        "schemaVersion",
        "executionPlatform",
        "executionPlatformVersion",
        "exporter",
        "versionTag",
        "layout",
    }
)
"""What editors note about themselves, and what is a thing of its own."""

NESTED = ("properties", "validate", "conditional")
DEEPEST = 40
LONGEST_NAME = 40


class NoForm(ValueError):
    """A document that is no form."""


@dataclass(frozen=True)
class Component:
    """A component of a form; `path` is that of the lists around it with its own key."""

    raw: Mapping[str, Any]
    path: str
    group: str
    """What the section or list that it stands in is called, empty at the top."""
    group_id: str
    before: str
    """What the component before it is called, empty if it is the first."""
    english: Mapping[str, str]
    form_id: str

    @property
    def type(self) -> str:
        return str(self.raw.get("type", ""))

    @property
    def id(self) -> str:
        return str(self.raw.get("id") or "")

    @property
    def key(self) -> str:
        return str(self.raw.get("path" if self.type == "dynamiclist" else "key") or "")

    def say_name(self) -> str:
        """What it is called on the form, if anything."""
        words = (
            self.english.get(f"{self.form_id}.{self.path}.label")
            or self.english.get(f"{self.form_id}.{self.id}.label")
            or self.raw.get("label")
            or self.raw.get("dateLabel")
            or self.raw.get("text")
            or ""
        )
        return " ".join(str(words).split())[:LONGEST_NAME]

    def say(self, vocabulary: Vocabulary) -> str:
        """It in words."""
        kind = vocabulary.components.get(self.type, self.type)
        name = self.say_name() or self.key or self.id
        return _("%(kind)s “%(name)s”", kind=kind, name=name) if name else kind

    def say_where(self, vocabulary: Vocabulary) -> str:
        """It in words, with what it stands in and comes after."""
        said = self.say(vocabulary)
        if self.group:
            said = _("%(thing)s, in “%(section)s”", thing=said, section=self.group)
        if self.before:
            said = _("%(thing)s, after “%(name)s”", thing=said, name=self.before)
        return said

    def say_place(self) -> str:
        """Where it stands."""
        parts = [
            _("in “%(section)s”", section=self.group) if self.group else "",
            _("after “%(name)s”", name=self.before) if self.before else _("first"),
        ]
        return _(", ").join(part for part in parts if part)

    def properties(self, vocabulary: Vocabulary) -> dict[str, Said]:
        """Everything that can be set at it, by `<place> <name>`."""
        found: dict[str, Said] = {}
        for name, value in self.raw.items():
            if name in NESTED and isinstance(value, Mapping):
                place = {"properties": "property"}.get(name, name)
                for inner, each in value.items():
                    found[f"{place} {inner}"] = self._say(vocabulary, place, str(inner), each)
            elif name == "values" and isinstance(value, list):
                found |= _choices(value)
            elif name not in FILE_ONLY:
                found[f"attribute {name}"] = self._say(vocabulary, "attribute", name, value)
        return found

    def _say(self, vocabulary: Vocabulary, place: str, name: str, value: object) -> Said:
        written = value if isinstance(value, str) else _dump(value)
        words = vocabulary.components.get(written, written) if name == "type" else written
        if setting := vocabulary.settings.get((self.type, place, name)):
            words = setting.values.get(written, written)
        return Said(f"{place} {written}", say_flag(words) if words == written else words)

    def say_setting(self, vocabulary: Vocabulary, name: str) -> str:
        """What one of its properties is called."""
        place, _space, setting = name.partition(" ")
        if place == "choice":
            return _("Choice “%(value)s”", value=setting)
        known = vocabulary.settings.get((self.type, place, setting))
        return known.label if known else _(OTHER_LABELS.get(setting, setting))


OTHER_LABELS = {
    "type": N_("Kind"),
    "id": N_("Name in the form"),
    "key": N_("Name in the data"),
    "path": N_("Name in the data"),
    "valuesExpression": N_("Where the choices come from"),
    "multiple": N_("Several files"),
    "increment": N_("Step of the number"),
    "action": N_("What the button does"),
    "readonly": N_("Locked"),
    "disabled": N_("Locked"),
    "subtype": N_("Kind of date"),
}
"""What the editor of forms does not offer, or only for other components."""


def read_components(source: bytes, english: Mapping[str, str], form_id: str) -> list[Component]:
    """Every component of a form, those of a section or list after it; raises NoForm."""
    return list(_Walk(english, form_id).over(_read(source).get("components"), _Inside()))


def compare_forms(
    old: bytes,
    new: bytes,
    *,
    form_id: str,
    english_before: Mapping[str, str],
    english: Mapping[str, str],
    vocabulary: Vocabulary,
) -> list[Change]:
    """What is different between two forms; raises NoForm."""
    whole = _read(old), _read(new)
    # A form that is new says so already, and what is in it.
    changes = list(_compare_whole(*whole)) if all(whole) else []
    before = read_components(old, english_before, form_id)
    after = read_components(new, english, form_id)
    for each in pair_components(before, after):
        changes += _compare(each, vocabulary)
    return changes


def pair_components(old: list[Component], new: list[Component]) -> list[Pair[Component]]:
    """Which component is which: by id, then by name in the data, then by what it says."""
    return pair(
        old,
        new,
        lambda each: each.id or None,
        lambda each: (each.type, each.path) if each.key else None,
        lambda each: (each.type, each.say_name()) if each.say_name() else None,
    )


def _compare(each: Pair[Component], vocabulary: Vocabulary) -> Iterator[Change]:
    old, new = each.old, each.new
    if old is None:
        assert new is not None  # noqa: S101  one of the two is there
        said = {f"attribute {name}" for name in ("type", "id", "label", "dateLabel", "text")}
        properties = {k: v for k, v in new.properties(vocabulary).items() if k not in said}
        details = compare_properties({}, properties, lambda name: new.say_setting(vocabulary, name))
        yield Change("added", new.say_where(vocabulary), new=_mark_of(new), details=tuple(details))
        return
    if new is None:
        yield Change("removed", old.say_where(vocabulary), old=_mark_of(old))
        return
    changed = list(
        compare_properties(
            old.properties(vocabulary),
            new.properties(vocabulary),
            lambda name: new.say_setting(vocabulary, name),
        )
    )
    before, after = old.say_place(), new.say_place()
    # What stands in a section that moved as a whole stands where it stood.
    is_moved = (each.is_moved or old.group_id != new.group_id) and before != after
    if is_moved:
        changed.append(Detail(_("Position"), before, after))
    if changed:
        ends = (_mark_of(old), _mark_of(new))
        yield change_or_move(new.say(vocabulary), *ends, changed, is_moved=is_moved)


def _compare_whole(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    def properties(form: Mapping[str, Any]) -> dict[str, Said]:
        texts = {name: _dump(each) for name, each in form.items() if name not in FILE_ONLY}
        return {name: Said(text, text) for name, text in texts.items()}

    found = compare_properties(
        properties(old), properties(new), lambda name: _(OTHER_LABELS.get(name, name))
    )
    if details := tuple(found):
        yield Change("changed", _("The form itself"), details=details)


def _mark_of(component: Component) -> str:
    """By what the drawn form is marked at it."""
    return component.path or component.id


def _choices(values: list[Any]) -> dict[str, Said]:
    found: dict[str, Said] = {}
    for place, each in enumerate(values):
        if isinstance(each, Mapping):
            words = str(each.get("label", each.get("value", "")))
            found[f"choice {each.get('value', place)}"] = Said(words, words)
    order = [name.partition(" ")[2] for name in found]
    text = " · ".join(order)
    return found | {"attribute values": Said(text, shorten(text))}


def _read(source: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(source or b"{}")
    except orjson.JSONDecodeError as error:
        raise NoForm from error
    if not isinstance(found, Mapping):
        raise NoForm
    return found


@dataclass(frozen=True)
class _Inside:
    """Where components stand: in which rows, in which section or list, how deep."""

    row: str = ""
    group: str = ""
    group_id: str = ""
    depth: int = 1


@dataclass(frozen=True)
class _Walk:
    """Goes through the components of one form."""

    english: Mapping[str, str]
    form_id: str

    def over(self, components: object, inside: _Inside) -> Iterator[Component]:
        if not isinstance(components, list) or inside.depth > DEEPEST:
            return
        before = ""
        for raw in components:
            if not isinstance(raw, Mapping):
                continue
            is_list = raw.get("type") == "dynamiclist"
            key = str(raw.get("path" if is_list else "key") or "")
            found = Component(
                raw=raw,
                path=f"{inside.row}.{key}" if inside.row and key else key,
                group=inside.group,
                group_id=inside.group_id,
                before=before,
                english=self.english,
                form_id=self.form_id,
            )
            yield found
            before = found.say_name() or key or found.id
            row = found.path if is_list else inside.row
            around = _Inside(row, before, found.id or key, inside.depth + 1)
            yield from self.over(raw.get("components"), around)


def _dump(value: object) -> str:
    if isinstance(value, str):
        return value
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
