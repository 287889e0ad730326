"""Formats of texts: how a kind of text is cleaned, checked and typed.

A check answers the message of what is wrong, or nothing. Messages are said where they are shown.
"""

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from marshmallow import ValidationError
from marshmallow.validate import Email

from engine.language import N_
from forms.identity import clean_identity_number

_MOBILE = N_("Enter a mobile number: 11 digits, or + and the country's number for one abroad.")
_PHONE = N_("Enter a telephone number with its area code, for example 020-83063500.")
_EMAIL = N_("Enter an e-mail address, for example name@example.com.")
_POSTAL_CODE = N_("Enter a postal code of 6 digits.")
_MEMBER_NUMBER = N_("Enter a member number: 4 to 20 letters and digits.")
_NEW_PASSWORD = N_("Enter a password of at least 10 characters.")
_LONG_PASSWORD = N_("Enter a password of at most 200 characters.")
_CODE = N_("Enter the code of 6 digits.")
_URL = N_("Enter an address that begins with https:// or http://.")

_is_email = Email()


def _clean_number(text: str) -> str:
    return re.sub(r"[\s\-()（）]", "", text)


def _clean_mobile(text: str) -> str:
    number = _clean_number(text)
    return re.sub(r"^(?:\+86|0086|86(?=1[0-9]{10}$))", "", number)


def _check_mobile(text: str) -> str | None:
    right = re.fullmatch(r"1[3-9][0-9]{9}|\+[1-9][0-9]{6,14}", text)
    return None if right else _MOBILE


def _check_phone(text: str) -> str | None:
    right = re.fullmatch(r"\+?[0-9][0-9 \-()（）]{5,24}(?:(?:转|ext\.?|x|#)\s?[0-9]{1,6})?", text)
    return None if right and 7 <= len(re.sub(r"[^0-9]", "", text)) <= 21 else _PHONE


def _check_email(text: str) -> str | None:
    if len(text) > 254:
        return _EMAIL
    try:
        _is_email(text)
    except ValidationError:
        return _EMAIL
    return None


def _check_new_password(text: str) -> str | None:
    return _NEW_PASSWORD if len(text) < 10 else _LONG_PASSWORD if len(text) > 200 else None


def _check_url(text: str) -> str | None:
    try:
        parts = urlsplit(text)
        right = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        right = False
    return None if right and " " not in text else _URL


def _by_pattern(pattern: str, message: str) -> Callable[[str], str | None]:
    compiled = re.compile(pattern)
    return lambda text: None if compiled.fullmatch(text) else message


class Format(NamedTuple):
    """A kind of text: its cleaning, its check, and what a browser is told about it."""

    check: Callable[[str], str | None] = lambda _: None
    clean: Callable[[str], str] = lambda text: text
    input_type: str = "text"
    inputmode: str = ""
    autocomplete: str = ""
    is_covered: bool = False
    """Never drawn with its value, never kept."""


FORMATS: dict[str, Format] = {
    # Checked with all answers at hand, because the type of document is another answer.
    "identity_number": Format(clean=clean_identity_number, autocomplete="off"),
    "mobile": Format(_check_mobile, _clean_mobile, "tel", "tel", "tel"),
    "phone": Format(_check_phone, input_type="tel", inputmode="tel", autocomplete="off"),
    "email": Format(_check_email, input_type="email", inputmode="email", autocomplete="email"),
    "postal_code": Format(
        _by_pattern(r"[0-9]{6}", _POSTAL_CODE),
        _clean_number,
        inputmode="numeric",
        autocomplete="postal-code",
    ),
    "member_number": Format(
        _by_pattern(r"[0-9A-Z]{4,20}", _MEMBER_NUMBER),
        lambda text: _clean_number(text).upper(),
        autocomplete="username",
    ),
    "password": Format(input_type="password", autocomplete="current-password", is_covered=True),
    "new_password": Format(
        _check_new_password, input_type="password", autocomplete="new-password", is_covered=True
    ),
    "code": Format(
        _by_pattern(r"[0-9]{6}", _CODE),
        _clean_number,
        inputmode="numeric",
        autocomplete="one-time-code",
        is_covered=True,
    ),
    "url": Format(_check_url, input_type="url", inputmode="url", autocomplete="url"),
}

PLAIN = Format()

NUMBER_FORMATS: dict[str, str] = {"money": N_("yuan"), "hours": N_("hours")}
