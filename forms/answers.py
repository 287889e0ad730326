"""Fields of marshmallow that turn what a browser sends into answers.

An answer is plain data that JSON can say; an empty one is None (an empty list, False for a box).
Whether an answer is required depends on the others, so that is asked later, in `requirements`.
"""

import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import regex
from marshmallow import ValidationError, fields

from engine.language import _, ngettext
from forms.document import Component
from forms.patterns import matches

_UNUSABLE = regex.compile(r"[\p{Cc}\p{Cs}--\n]", regex.VERSION1)
_NUMBER = regex.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
LARGEST_NUMBER = Decimal(10) ** 12


def clean_text(text: str, *, lines: bool) -> str:
    """Return a text as it is kept: one way to end lines, nothing invisible, no space around."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not lines:
        text = text.replace("\n", " ")
    text = _UNUSABLE.sub("", text.replace("\t", " "))
    return unicodedata.normalize("NFC", text).strip()


class Answer(fields.Field[Any]):
    """A field that knows its component."""

    def __init__(self, component: Component) -> None:
        super().__init__(allow_none=True)
        self.component = component


class Text(Answer):
    """A text: cleaned, then checked by its format, length and pattern."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str | None:
        component = self.component
        text = str(value)
        if not component.format.is_covered:
            text = clean_text(text, lines=component.type == "textarea")
        text = component.format.clean(text)
        if not text:
            return None
        self._check_length(text)
        problem = component.format.check(text)
        if problem is not None:
            raise ValidationError(_(problem))
        pattern = component.rule("pattern")
        if pattern and not matches(pattern, text):
            own = component.properties.get("message") or component.rule("patternErrorMessage")
            raise ValidationError(own or _("This does not have the form that is asked for."))
        return text

    def _check_length(self, text: str) -> None:
        most, least = self.component.max_length, self.component.rule("minLength") or 0
        if len(text) > most:
            raise ValidationError(
                ngettext("Enter at most %(n)s character.", "Enter at most %(n)s characters.", most)
            )
        if len(text) < least:
            raise ValidationError(
                ngettext(
                    "Enter at least %(n)s character.", "Enter at least %(n)s characters.", least
                )
            )


class Number(Answer):
    """A number: int, or float where the component has decimals."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> int | float | None:
        text = unicodedata.normalize("NFKC", str(value)).replace(",", "").replace(" ", "").strip()
        if not text:
            return None
        if len(text) > 30 or not _NUMBER.fullmatch(text) or abs(Decimal(text)) >= LARGEST_NUMBER:
            raise ValidationError(_("Enter a number, for example 40."))
        number = Decimal(text)
        places = decimal_places(self.component)
        exponent = number.normalize().as_tuple().exponent
        if isinstance(exponent, int) and -exponent > places:
            if places == 0:
                raise ValidationError(_("Enter a whole number."))
            raise ValidationError(
                ngettext(
                    "Enter a number with at most %(n)s decimal place.",
                    "Enter a number with at most %(n)s decimal places.",
                    places,
                )
            )
        self._check_range(number)
        return float(number) if places else int(number)

    def _check_range(self, number: Decimal) -> None:
        least, most = self.component.rule("min"), self.component.rule("max")
        if least is not None and number < Decimal(str(least)):
            raise ValidationError(_("Enter a number of at least %(least)s.", least=least))
        if most is not None and number > Decimal(str(most)):
            raise ValidationError(_("Enter a number of at most %(most)s.", most=most))


def decimal_places(component: Component) -> int:
    """Return how many decimals a number component takes."""
    if component.properties.get("format"):
        return 2
    return int(component.attributes.get("decimalDigits") or 0)


class Box(Answer):
    """A box that is ticked or not."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> bool:
        return value is True or value == "true"


class Choice(Answer):
    """One of several options. Options of the context are looked at later."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str | None:
        if not value:
            return None
        if self.component.expression("valuesExpression") is None:
            check_options([str(value)], self.component.fixed_values)
        return str(value)


class Choices(Answer):
    """Any of several options, each once, in the order of the options."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[str]:
        chosen = {str(each) for each in value if each}
        if self.component.expression("valuesExpression") is None:
            known = self.component.fixed_values
            check_options(chosen, known)
            return [each for each in known if each in chosen]
        return sorted(chosen)


def check_options(chosen: "list[str] | set[str]", known: Mapping[str, object]) -> None:
    """Refuse what cannot be chosen. Raises ValidationError."""
    if any(each not in known for each in chosen):
        raise ValidationError(_("Choose one of the options given."))


_DATE = regex.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d{2})(\d{2})")


class Day(Answer):
    """A date, kept as `2021-07-01`."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str | None:
        text = unicodedata.normalize("NFKC", str(value)).replace(" ", "")
        if not text:
            return None
        day = read_date(text)
        if day is None or not 1900 <= day.year <= 2200:
            raise ValidationError(_("Enter a date that exists, for example 2021-07-01."))
        return day.isoformat()


def read_date(text: str) -> date | None:
    """Return the date that a text says in one of the usual ways."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None


ANSWERS: dict[str, type[Answer]] = {
    "textfield": Text,
    "textarea": Text,
    "number": Number,
    "checkbox": Box,
    "select": Choice,
    "radio": Choice,
    "checklist": Choices,
    "datetime": Day,
}
