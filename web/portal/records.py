"""A year's record in words: the personal fields as they were when the year was decided."""

from collections.abc import Mapping
from typing import Any

from engine.language import N_, _
from forms.lists import get_list
from forms.masking import mask
from forms.options import find_label
from forms.regions import find_region_name
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
    return [
        (_(word), _say(name, record[name], list_name))
        for name, word, list_name in FIELDS
        if name in record
    ]


def _say(name: str, value: object, list_name: str | None) -> str:
    if value is None or value == "":
        return ""
    if name == "identity_number":
        return mask("identity", str(value))
    if list_name is None:
        return str(value)
    if list_name == "regions":
        return find_region_name(str(value)) or str(value)
    return find_label(get_list(list_name, spoken()), value) or str(value)
