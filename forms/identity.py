"""Numbers of identity documents, each checked by the rules of its type."""

import re
from collections.abc import Callable
from datetime import date

from stdnum.cn import ric

from engine.language import N_

# First two digits of a number: the provinces of GB/T 2260. 81, 82 and 83 begin the numbers of the
# residence permits for people of Hong Kong, Macao and Taiwan, 9 those of foreigners.
_PROVINCES = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71")
_RESIDENCE_PERMITS = re.compile(r"8[123]")
_FOREIGNERS = re.compile(r"9[0-9]")
_OLDEST_AGE = 130

_LENGTH = N_("The number has 18 characters: 17 digits, then a digit or X.")
_CHECK_DIGIT = N_("The number is not right: its last character does not fit the others.")
_BIRTH_DATE = N_("The number is not right: it contains no possible date of birth.")
_PLACE = N_("The number is not right: its first digits are no region.")
_RESIDENCE_PERMIT = N_("The number of a residence permit begins with 81, 82 or 83.")
_HK_MACAO = N_("The number of the permit is H or M and 8 digits, or H or M and 10 digits.")
_TAIWAN = N_("The number of the permit is 8 digits.")
_PASSPORT = N_("A passport number is 5 to 17 letters and digits.")
_PERMANENT = N_("The number is 3 letters and 12 digits, or 18 digits beginning with 9.")
_OFFICER = N_("The number is 4 to 30 characters.")


def clean_identity_number(number: str) -> str:
    """Return the number as it is stored: without spaces and hyphens, letters as capitals."""
    return re.sub(r"[\s\-·]", "", number).upper()


def find_birth_date(number: str) -> date | None:
    """Return the birth date that an 18-digit number contains, if it contains one."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def _problem_of_18(number: str, places: re.Pattern[str], place: str, today: date) -> str | None:
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return _LENGTH
    if not places.fullmatch(number[:2]):
        return place
    born = find_birth_date(number)
    if born is None or born > today or born.year < today.year - _OLDEST_AGE:
        return _BIRTH_DATE
    return None if ric.calc_check_digit(number) == number[-1] else _CHECK_DIGIT


def _identity_card(number: str, today: date) -> str | None:
    return _problem_of_18(number, _PROVINCES, _PLACE, today)


def _residence_permit(number: str, today: date) -> str | None:
    return _problem_of_18(number, _RESIDENCE_PERMITS, _RESIDENCE_PERMIT, today)


def _permanent_residence(number: str, today: date) -> str | None:
    if re.fullmatch(r"[A-Z]{3}[0-9]{12}", number):
        return None
    if not re.fullmatch(r"9[0-9]{16}[0-9X]", number):
        return _PERMANENT
    return _problem_of_18(number, _FOREIGNERS, _PERMANENT, today)


def _by_pattern(pattern: str, message: str) -> Callable[[str, date], str | None]:
    compiled = re.compile(pattern)
    return lambda number, _today: None if compiled.fullmatch(number) else message


_RULES: dict[str, Callable[[str, date], str | None]] = {
    "identity_card": _identity_card,
    "residence_permit": _residence_permit,
    "hk_macao_permit": _by_pattern(r"[HM](?:[0-9]{8}|[0-9]{10})", _HK_MACAO),
    "taiwan_permit": _by_pattern(r"[0-9]{8}", _TAIWAN),
    "passport": _by_pattern(r"[A-Z0-9]{5,17}", _PASSPORT),
    "permanent_residence": _permanent_residence,
    "officer_card": _by_pattern(r"\w{4,30}", _OFFICER),
}


def find_identity_problem(number: str, *, identity_type: str, today: date) -> str | None:
    """Return the message of what is wrong with a cleaned number, or nothing.

    An unknown type has the rule of a passport: nearly any number, but nothing absurd.
    """
    return _RULES.get(identity_type, _RULES["passport"])(number, today)
