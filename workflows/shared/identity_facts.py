"""What an identity number says of its holder: it must not say otherwise than the register."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.language import _
from forms.identity import clean_identity_number, find_birth_date

WITH_FACTS = frozenset({"identity_card", "residence_permit"})
"""Documents whose numbers say the date of birth and the sex."""

LENGTH = 18
MALE, FEMALE = "1", "2"


def find_contradictions(values: Mapping[str, Any]) -> dict[str, str]:
    """What does not fit the identity number: a sentence for the date of birth and the sex.

    `values`: identity_type, identity_number, birth_date (ISO text or date), sex. Empty ones say
    nothing.
    """
    number = clean_identity_number(str(values.get("identity_number") or ""))
    if values.get("identity_type") not in WITH_FACTS or len(number) != LENGTH:
        return {}
    found: dict[str, str] = {}
    birth, said = find_birth_date(number), _read_date(values.get("birth_date"))
    if birth is not None and said is not None and birth != said:
        found["birth_date"] = _("The identity number says another date of birth.")
    sex = MALE if number[16] in "13579" else FEMALE
    if values.get("sex") and values["sex"] != sex:
        found["sex"] = _("The identity number says another sex.")
    return found


def _read_date(value: Any) -> date | None:
    if isinstance(value, str):
        return date.fromisoformat(value) if value else None
    return value if isinstance(value, date) else None
