"""The custom properties of components: where each may stand and what it may say.

`docs/forms.md` tells people the same in one table; a test holds the two together.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from forms.expressions import is_expression
from forms.formats import FORMATS, NUMBER_FORMATS
from forms.lists import LIST_NAMES
from forms.masking import MASKS

TEXTS = frozenset({"textfield", "textarea"})
CHOICES = frozenset({"select", "radio", "checklist"})
SIMPLE = TEXTS | CHOICES | {"number", "checkbox", "datetime"}
FIELDS = SIMPLE | {"dynamiclist", "filepicker"}

KEY = re.compile(r"[a-z][a-z0-9_]*")
LONGEST_NAME = 80


def _one_of(*words: str) -> Callable[[str], bool]:
    return lambda text: text in words


def _is_key(text: str) -> bool:
    return KEY.fullmatch(text) is not None


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4


def _is_row_count(text: str) -> bool:
    # More rows than that are not read from a page.
    return _is_count(text) and int(text) <= 100


def is_panel(text: str) -> bool:
    """Tell whether a text may be the name of a panel: its own process's, or another's."""
    return (
        len(text) <= LONGEST_NAME
        and re.fullmatch(r"(?:[a-z][a-z0-9_]*/)?[a-z][a-z0-9_]*", text) is not None
    )


def _is_date(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None


def _is_size(text: str) -> bool:
    return _is_count(text) or is_expression(text)


def _is_text(text: str) -> bool:
    return bool(text.strip())


class Property(NamedTuple):
    """One property: the types of component it belongs to and the check of its text."""

    types: frozenset[str]
    is_right: Callable[[str], bool] = _is_text


_FLAG = _one_of("true", "false")
_BUTTON = frozenset({"button"})
_FILES = frozenset({"filepicker"})
_LIST = frozenset({"dynamiclist"})
_TEXTFIELD = frozenset({"textfield"})

PROPERTIES: dict[str, tuple[Property, ...]] = {
    "format": (
        Property(_TEXTFIELD, lambda text: text in FORMATS),
        Property(frozenset({"number"}), lambda text: text in NUMBER_FORMATS),
    ),
    "identityType": (Property(_TEXTFIELD, _is_key),),
    "sameAs": (Property(_TEXTFIELD, _is_key),),
    "list": (Property(CHOICES, lambda text: text in LIST_NAMES),),
    "locked": (Property(SIMPLE, _FLAG),),
    "value": (Property(SIMPLE | _LIST, is_expression),),
    "secret": (Property(SIMPLE, _FLAG),),
    "requiredFor": (Property(FIELDS, _is_text),),
    "autocomplete": (Property(SIMPLE),),
    "hint": (Property(FIELDS),),
    "width": (Property(SIMPLE, _one_of("full", "half", "third", "quarter")),),
    "min": (Property(frozenset({"datetime"}), lambda text: is_expression(text) or _is_date(text)),),
    "max": (Property(frozenset({"datetime"}), lambda text: is_expression(text) or _is_date(text)),),
    "check": (Property(FIELDS, is_expression),),
    "message": (Property(FIELDS),),
    "mask": (Property(_TEXTFIELD | TEXTS, lambda text: text in MASKS),),
    "summary": (Property(FIELDS | {"group", "text"}, _FLAG),),
    "panel": (Property(frozenset({"text"}), is_panel),),
    "shownBy": (Property(SIMPLE, is_panel),),
    "style": (
        Property(frozenset({"text"}), _one_of("info", "warning", "success", "commitment")),
        Property(_BUTTON, _one_of("primary", "secondary", "danger", "link")),
    ),
    "slots": (Property(_FILES, is_expression),),
    "maxFiles": (Property(_FILES, _is_size),),
    "maxSize": (Property(_FILES, _is_size),),
    "minRows": (Property(_LIST, _is_row_count),),
    "maxRows": (Property(_LIST, _is_row_count),),
    "rowLabel": (Property(_LIST),),
    "outcome": (Property(_BUTTON, _is_key),),
    "action": (Property(_BUTTON, _is_key),),
    "validate": (Property(_BUTTON, _FLAG),),
    "confirm": (Property(_BUTTON),),
}
