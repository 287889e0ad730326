"""A year's record in words: the personal fields as they were when the year was decided."""

from collections.abc import Mapping
from typing import Any

from engine.language import N_, _
from forms.lists import get_list
from forms.options import find_label
from web.languages import spoken

FIELDS = (
    ("name", N_("Name"), None),
    ("nation", N_("Nation"), "nations"),
    ("sex", N_("Sex"), "sexes"),
    ("birth_date", N_("Date of birth"), None),
    ("identity_type", N_("Identity document"), "identity_types"),
    ("identity_number", N_("Document number"), None),
    ("political_status", N_("Political status"), "political_statuses"),
    ("region", N_("Region"), "regions"),
    ("household_region", N_("Household region"), "regions"),
)
"""基本信息 as inspection.md names it: field, word, list that the field's value is in."""


def describe_record(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Pairs of word and value; empty when nothing is kept of the year."""
    if not record:
        return []
    return [
        (_(word), _say(record.get(name), list_name))
        for name, word, list_name in FIELDS
        if name in record
    ]


def _say(value: object, list_name: str | None) -> str:
    if value is None:
        return ""
    if list_name is None:
        return str(value)
    label = find_label(get_list(list_name, "en" if spoken() == "en" else "zh"), value)
    return label or str(value)
