"""Mobile numbers as the world writes them: E.164, from what people type and registers hold."""

import re
import unicodedata

from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    format_number,
    is_valid_number,
    number_type,
    parse,
)

from engine.errors import Rejected
from engine.language import N_

MAINLAND = "+86"

_MOBILE_TYPES = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_OF_MAINLAND = re.compile(r"(?:\+86|0086|86)?(1[3-9][0-9]{9})")
_ELSEWHERE = re.compile(r"(?:\+|00)([1-9][0-9]{6,14})|((?:852|853|886)0?[0-9]{8,9})")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class NotAMobile(Rejected):
    """A text that is no number of a mobile phone."""

    message = N_("This is not the number of a mobile phone.")


def to_e164(text: str) -> str:
    """The number in E.164; raises NotAMobile.

    A bare number is one of the mainland. One abroad begins with its country's, `+65…` or
    `0065…`; for Hong Kong, Macao and Taiwan `852-…` is enough. Nothing is guessed beyond that:
    a slip of the finger must not reach a stranger on the other side of the world.
    """
    digits = re.sub(r"[\s\-.()\u200e\u202c]", "", unicodedata.normalize("NFKC", text))
    mainland = _OF_MAINLAND.fullmatch(digits)
    if mainland:
        # New blocks are given out faster than any list of them is kept.
        return MAINLAND + mainland[1]
    elsewhere = _ELSEWHERE.fullmatch(digits)
    if elsewhere is None:
        raise NotAMobile
    number = _parse(f"+{elsewhere[1] or elsewhere[2]}")
    if not is_valid_number(number) or number_type(number) not in _MOBILE_TYPES:
        raise NotAMobile
    return format_number(number, PhoneNumberFormat.E164)


def is_e164(mobile: str) -> bool:
    """Whether a text is written as E.164 asks."""
    return _E164.fullmatch(mobile) is not None


def is_mainland(mobile: str) -> bool:
    """Whether a number in E.164 is one of the mainland."""
    return mobile.startswith(MAINLAND)


def _parse(text: str) -> PhoneNumber:
    try:
        return parse(text)
    except NumberParseException as error:
        raise NotAMobile from error
