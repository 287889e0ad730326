"""One thing that can be set at a component of a form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.language import _
from forms.properties import PROPERTIES

Place = Literal["attribute", "property", "validate", "conditional"]
Control = Literal[
    "text",
    "texts",
    "name",
    "number",
    "flag",
    "select",
    "feel",
    "outcomes",
    "key",
    "panel",
    "options",
    "accept",
    "condition",
]


@dataclass(frozen=True)
class Setting:
    """One thing that can be set. `place` says where it stands in the component.

    `options` are words by value; `off` and `on` what a flag writes, nothing by default.
    """

    name: str
    place: Place
    section: str
    types: frozenset[str]
    control: Control
    label: str
    about: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    none: str = ""
    """What a choice says where nothing is set."""
    on: object = "true"
    off: object = None

    def describe(self) -> dict[str, Any]:
        """What the editor is told, in the language of the page."""
        return {
            "name": self.name,
            "place": self.place,
            "section": self.section,
            "types": sorted(self.types),
            "control": self.control,
            "label": _(self.label),
            "help": _(self.about) if self.about else "",
            "options": [{"value": key, "label": _(text)} for key, text in self.options.items()],
            "none": _(self.none) if self.none else "",
            "on": self.on,
            "off": self.off,
        }


def attribute_setting(
    name: str, section: str, types: Iterable[str], control: Control, label: str, **more: Any
) -> Setting:
    """Return what form-js itself says at a component."""
    return Setting(name, "attribute", section, frozenset(types), control, label, **more)


def rule_setting(
    name: str, types: Iterable[str], control: Control, label: str, **more: Any
) -> Setting:
    """Return a rule of `validate`."""
    return Setting(name, "validate", "answer", frozenset(types), control, label, **more)


def property_setting(
    name: str,
    section: str,
    control: Control,
    label: str,
    *,
    types: frozenset[str] | None = None,
    **more: Any,
) -> Setting:
    """Return a property of ours, at the `types` that it belongs to or at these of them."""
    known = frozenset(each for place in PROPERTIES[name] for each in place.types)
    return Setting(name, "property", section, types or known, control, label, **more)
