"""Answers as people read them: labels for values, dates and numbers as written, masks."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from engine.language import _
from forms.answers import decimal_places
from forms.document import Component
from forms.expressions import Scope
from forms.formats import NUMBER_FORMATS
from forms.masking import mask
from forms.options import Option, find_label
from forms.regions import find_region_name
from forms.requirements import is_empty

if TYPE_CHECKING:
    from forms.bound import BoundForm


def write_number(component: Component, value: Any) -> str:
    """Write a number as it is typed; what is no number stays as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    places = decimal_places(component)
    return f"{value:.{places}f}" if places else str(value)


Reveal = bool | Collection[str]
"""Whether masked values are shown: all, none, or those with these masks."""


def display(
    bound: "BoundForm", component: Component, value: Any, scope: Scope, *, reveal: Reveal = True
) -> str:
    """Return an answer as text, empty when nothing was answered.

    Without `reveal`, what the component's `mask` covers is covered.
    """
    if component.type == "checkbox":
        return _("Yes") if value is True else _("No")
    if is_empty(value):
        return ""
    if component.type == "number":
        unit = NUMBER_FORMATS.get(component.properties.get("format", ""))
        written = write_number(component, value)
        return f"{written} {_(unit)}" if unit else written
    if component.type in {"select", "radio", "checklist"}:
        options = bound.options(component, scope)
        values = value if isinstance(value, list) else [value]
        words = [_name_of(component, options, each) for each in values]
        return _(", ").join(words)
    kind = component.properties.get("mask")
    return str(value) if not kind or _is_revealed(kind, reveal) else mask(kind, str(value))


def _is_revealed(kind: str, reveal: Reveal) -> bool:
    return reveal if isinstance(reveal, bool) else kind in reveal


def _name_of(component: Component, options: tuple[Option, ...], value: Any) -> str:
    if component.properties.get("list") in {"regions", "provinces"}:
        return find_region_name(str(value)) or str(value)
    return find_label(options, value) or str(value)


def write_size(size: int) -> str:
    """Write how large a file is: `312 KB`, `4.2 MB`."""
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{max(1, round(size / 1024))} KB"
