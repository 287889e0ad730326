"""What a firm types about somebody on its list, checked: a sentence at each field that is wrong."""

import re
from collections.abc import Mapping
from datetime import date

from engine.language import N_, _
from forms.answers import clean_text, read_date
from forms.formats import FORMATS
from forms.lists import Language, get_list
from forms.options import Option
from workflows.training_enrolment.firms.employees import PRIVATE, EmployeeFacts

FIELDS = ("number", "name", "sex", "birth_date", "position", "mobile", "email")
LONGEST = {"number": 20, "name": 50, "position": 100, "mobile": 30, "email": 254}

_NUMBER = re.compile(r"[0-9A-Za-z\-]{1,20}")
_EARLIEST = date(1900, 1, 1)

_MISSING = {"number": N_("Enter a number."), "name": N_("Enter the name.")}


def sexes(language: Language) -> tuple[Option, ...]:
    """What can be chosen as somebody's sex."""
    return get_list("sexes", language)


def read_employee(typed: Mapping[str, str], *, today: date) -> tuple[EmployeeFacts, dict[str, str]]:
    """What was typed, cleaned, and what is wrong with it by field; empty if nothing is."""
    cleaned = {name: clean_text(typed.get(name, ""), lines=False) for name in FIELDS}
    for name in PRIVATE:
        cleaned[name] = FORMATS[name].clean(cleaned[name])
    wrong = {name: _(sentence) for name, sentence in _MISSING.items() if not cleaned[name]}
    for name, most in LONGEST.items():
        if len(cleaned[name]) > most:
            wrong[name] = _("At most %(most)s characters.", most=most)
    if cleaned["number"] and not _NUMBER.fullmatch(cleaned["number"]):
        wrong["number"] = _("A number has at most 20 letters, digits and hyphens.")
    if cleaned["sex"] not in ("", *(each.value for each in sexes("zh"))):
        wrong["sex"] = _("Choose one of the options given.")
    birth_date = read_date(cleaned["birth_date"])
    if cleaned["birth_date"] and (birth_date is None or not _EARLIEST <= birth_date < today):
        wrong["birth_date"] = _("Enter a date in the past, for example 1990-05-31.")
    for name in PRIVATE:
        problem = FORMATS[name].check(cleaned[name]) if cleaned[name] else None
        if problem is not None:
            wrong.setdefault(name, _(problem))
    facts = EmployeeFacts(
        number=cleaned["number"],
        name=cleaned["name"],
        sex=cleaned["sex"],
        birth_date=birth_date,
        position=cleaned["position"],
        private={name: cleaned[name] for name in PRIVATE},
    )
    return facts, wrong
