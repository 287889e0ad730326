"""Places for files: one for each document that is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypedDict

from forms.checking_components import KINDS_BY_EXTENSION
from forms.document import Component
from forms.expressions import Scope, evaluate
from forms.lists import Language
from forms.properties import KEY

MEGABYTE = 2**20
ALL_KINDS = ("pdf", "jpg", "png", "xls", "xlsx")


class StoredFile(TypedDict):
    """A file as a value of a form describes it."""

    slot: str
    id: str
    name: str
    kind: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Slot:
    """One place for files of a file field."""

    name: str
    label: str
    help: str
    is_required: bool
    field: str
    """Key of the file field."""
    kinds: tuple[str, ...]
    max_size: int
    """In bytes, each file."""
    max_files: int
    """In all slots of the field together."""

    @property
    def path(self) -> str:
        """Where its errors and marks are."""
        return f"{self.field}.{self.name}"


def _size(component: Component, name: str, scope: Scope) -> int:
    expression = component.expression(name)
    if expression is None:
        return component.number(name, 5)
    value = evaluate(expression, scope)
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return int(value) if is_number else 5


def _kinds(component: Component) -> tuple[str, ...]:
    extensions = str(component.attributes.get("accept") or "").replace(",", " ").split()
    kinds = dict.fromkeys(KINDS_BY_EXTENSION[extension.lower()] for extension in extensions)
    return tuple(kinds) or ALL_KINDS


def find_slots(component: Component, *, scope: Scope, language: Language) -> tuple[Slot, ...]:
    """Return the slots of a file field; none means that nothing is asked for."""
    expression = component.expression("slots")
    wanted: list[Mapping[str, Any]]
    if expression is None:
        required = bool(component.rule("required"))
        label = component.label(language, scope)
        wanted = [{"name": component.key, "label": label, "required": required}]
    else:
        found = evaluate(expression, scope)
        places = found if isinstance(found, list) else []
        wanted = [each for each in places if isinstance(each, Mapping)]
    return tuple(
        Slot(
            name=str(each["name"]),
            label=_say(each, "label", language) or str(each["name"]),
            help=_say(each, "help", language),
            is_required=each.get("required") is True,
            field=component.key,
            kinds=_kinds(component),
            max_size=_bytes(each) or _size(component, "maxSize", scope) * MEGABYTE,
            max_files=_size(component, "maxFiles", scope),
        )
        for each in wanted
        if KEY.fullmatch(str(each.get("name", "")))
    )


def _bytes(each: Mapping[str, Any]) -> int:
    said = each.get("max_bytes")
    return int(said) if isinstance(said, int | float | Decimal) else 0


def _say(each: Mapping[str, Any], name: str, language: Language) -> str:
    english = each.get(f"{name}_en") if language == "en" else None
    return str(english or each.get(name) or "")
