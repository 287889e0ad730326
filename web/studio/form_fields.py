"""What the form editor draws its palette and its panel from, in the language of the page."""

from typing import Any

from engine.language import _
from forms.lists import LIST_NAMES, get_list
from web.languages import spoken
from web.studio.form_settings import SETTINGS
from web.studio.form_words import LIST_TITLES, PALETTE, SECTIONS, TYPES

LONGEST_LIST = 60
"""Lists with more entries than that are not offered to pick from: regions."""


def describe_form_fields() -> dict[str, Any]:
    """What the form editor draws its palette and its panel from."""
    language = spoken()
    return {
        "types": [
            {"type": kind, "name": _(name), "part": part, "help": _(about)}
            for kind, (name, part, about) in TYPES.items()
        ],
        "palette": [{"part": part, "title": _(title)} for part, title in PALETTE.items()],
        "sections": [{"section": key, "title": _(title)} for key, title in SECTIONS.items()],
        "settings": [each.describe() for each in SETTINGS],
        "words": {f"list.{name}": _(title) for name, title in LIST_TITLES.items()},
        "lists": {
            name: [{"value": each.value, "label": each.label} for each in options]
            for name in LIST_NAMES
            if len(options := get_list(name, language)) <= LONGEST_LIST
        },
    }
