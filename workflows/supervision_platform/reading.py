"""Reading an update call: whom it is about, its version, and values that are right.

{"member_number": "330000900001", "version": 17, "fields": {"name": "…", "employer": "…"}}
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from engine.errors import Rejected
from engine.language import N_, _
from forms.identity import clean_identity_number, find_identity_problem
from forms.lists import get_list
from workflows.shared.field_names import EMPLOYMENTS, LISTS
from workflows.shared.register import DATE_FIELDS
from workflows.shared.supervision import OWNED_FIELDS

LONGEST: Mapping[str, int] = {
    "name": 50,
    "certificate_number": 50,
    "employer": 100,
    "department": 100,
    "position": 100,
    "employer_telephone": 30,
    "archive_holder": 100,
    "domestic_other": 100,
    "international_other": 100,
}
"""Characters of the texts, as many as the register has room for."""

NEEDED = frozenset({"name", "identity_type", "identity_number"})
"""Nobody is without these."""

Reader = Callable[[str, Any, date], Any]
"""Reads the value of a field on a day; None where it cannot be taken."""

LATEST_VERSION = 2**53
MOST_ROWS = 10
LONGEST_CELL = 100
EARLIEST = date(1900, 1, 1)


class NotUnderstood(Rejected):
    """The body is not an update."""

    message = N_("The body is not an update: %(what)s.")


class WrongFields(Rejected):
    """Values that the register cannot take. `errors`: a sentence for each field."""

    message = N_("Some fields cannot be taken: %(fields)s.")

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(fields=", ".join(sorted(errors)))
        self.errors = dict(errors)


@dataclass(frozen=True)
class Update:
    """An update. `fields`: of OWNED_FIELDS, as the register keeps them; dates as ISO texts."""

    member_number: str
    version: int
    fields: Mapping[str, Any]


def read_update(body: bytes, *, today: date) -> Update:
    """Read the body of a call; raises NotUnderstood, WrongFields."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise NotUnderstood(what="JSON") from error
    if not isinstance(said, dict):
        raise NotUnderstood(what="object")
    number, version, fields = said.get("member_number"), said.get("version"), said.get("fields")
    if not isinstance(number, str) or not number.isalnum() or len(number) > 12:
        raise NotUnderstood(what="member_number")
    if type(version) is not int or not 0 < version <= LATEST_VERSION:
        raise NotUnderstood(what="version")
    if not isinstance(fields, dict) or not fields:
        raise NotUnderstood(what="fields")
    return Update(number, version, _read_fields(fields, today))


def _read_fields(fields: Mapping[str, Any], today: date) -> dict[str, Any]:
    read: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, value in fields.items():
        if name not in OWNED_FIELDS:
            errors[name[:50]] = _("The platform does not own this field.")
            continue
        reader: Reader = _READERS.get(name, _read_text)
        found = reader(name, value, today)
        if found is None or (name in NEEDED and not found):
            errors[name] = _("This value cannot be taken.")
        else:
            read[name] = found
    if "identity_number" in read:
        # What a number must look like depends on its document: they come together.
        kind = read.get("identity_type")
        problem = (
            _("The type of the document is missing.")
            if kind is None
            else find_identity_problem(read["identity_number"], identity_type=kind, today=today)
        )
        if problem:
            errors["identity_number"] = _(problem)
    elif "identity_type" in read:
        errors["identity_type"] = _("The number of the document is missing.")
    if errors:
        raise WrongFields(errors)
    return read


def _read_text(name: str, value: Any, _today: date) -> str | None:
    """A text on one line that fits; empty empties the field."""
    if value is None:
        return ""
    if not isinstance(value, str) or not all(each.isprintable() for each in value):
        return None
    text = value.strip()
    return text if len(text) <= LONGEST[name] else None


def _read_number(_name: str, value: Any, _today: date) -> str | None:
    return clean_identity_number(value) if isinstance(value, str) and len(value) <= 40 else None


def _read_date(_name: str, value: Any, today: date) -> str | None:
    if value in (None, ""):
        return ""
    if not isinstance(value, str):
        return None
    try:
        found = date.fromisoformat(value)
    except ValueError:
        return None
    return found.isoformat() if EARLIEST <= found <= today else None


def _read_choice(name: str, value: Any, _today: date) -> str | None:
    if value in (None, ""):
        return ""
    return value if isinstance(value, str) and value in _values_of(LISTS[name]) else None


def _read_choices(name: str, value: Any, _today: date) -> list[str] | None:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return None
    return sorted(set(value)) if set(value) <= _values_of(LISTS[name]) else None


def _read_employment(_name: str, value: Any, _today: date) -> str | None:
    if value in (None, ""):
        return ""
    return value if isinstance(value, str) and value in EMPLOYMENTS else None


def _read_education(_name: str, value: Any, today: date) -> list[dict[str, Any]] | None:
    """Rows as the form of 完善信息 has them."""
    if not isinstance(value, list) or len(value) > MOST_ROWS:
        return None
    rows = [_read_row(each, today) for each in value]
    return None if None in rows else [each for each in rows if each is not None]


def _read_row(row: Any, today: date) -> dict[str, Any] | None:
    if not isinstance(row, dict) or row.keys() - {*_ROW_TEXTS, *_ROW_LISTS, "graduated_date"}:
        return None
    read = {name: _read_cell(name, value, today) for name, value in row.items()}
    is_right = None not in read.values() and read.get("education_level") and read.get("school")
    return {name: value or None for name, value in read.items()} if is_right else None


def _read_cell(name: str, value: Any, today: date) -> str | None:
    if value is None:
        return ""
    if name == "graduated_date":
        return _read_date(name, value, today)
    if not isinstance(value, str) or not value.isprintable() or len(value) > LONGEST_CELL:
        return None
    known = _ROW_LISTS.get(name)
    return value.strip() if known is None or not value or value in _values_of(known) else None


_ROW_TEXTS = frozenset({"school", "major"})
_ROW_LISTS: Mapping[str, str] = {"education_level": "education_levels", "degree": "degrees"}


def _values_of(name: str) -> frozenset[str]:
    return frozenset(each.value for each in get_list(name, "zh"))


_READERS: Mapping[str, Reader] = {
    **dict.fromkeys({*DATE_FIELDS, "admission_date"}, _read_date),
    **dict.fromkeys(LISTS, _read_choice),
    "domestic_qualifications": _read_choices,
    "international_qualifications": _read_choices,
    "identity_number": _read_number,
    "employment": _read_employment,
    "education": _read_education,
}
