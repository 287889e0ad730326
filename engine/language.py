"""The language that sentences for people are spoken in.

Message ids are English. Whoever serves a person (the web, a job) sets the language with
`speak`; code below calls `_` and never asks which language it is. Without a language the
message id itself is spoken.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Protocol


class Catalogue(Protocol):
    """What gettext, Babel and Flask-Babel call translations."""

    def gettext(self, message: str, /) -> str:
        """Translate one message."""

    def ngettext(self, singular: str, plural: str, n: int, /) -> str:
        """Translate one message that counts something."""


_spoken: ContextVar[Catalogue | None] = ContextVar("spoken_language", default=None)


def _(message: str, /, **values: object) -> str:
    """Say a message in the current language; `%(name)s` in it takes a value.

    A date among the values is said as people write it.
    """
    catalogue = _spoken.get()
    text = message if catalogue is None else catalogue.gettext(message)
    return text % _say_dates(values) if values else text


def ngettext(singular: str, plural: str, n: int, /, **values: object) -> str:
    """Say a message that counts something; `%(n)s` is the number."""
    catalogue = _spoken.get()
    if catalogue is None:
        text = singular if n == 1 else plural
    else:
        text = catalogue.ngettext(singular, plural, n)
    return text % {"n": n, **_say_dates(values)}


def N_(message: str, /) -> str:
    """Mark a message for translation where it is written; it is said elsewhere with `_`."""
    return message


MONTHS = (
    N_("January"),
    N_("February"),
    N_("March"),
    N_("April"),
    N_("May"),
    N_("June"),
    N_("July"),
    N_("August"),
    N_("September"),
    N_("October"),
    N_("November"),
    N_("December"),
)


def say_date(day: date) -> str:
    """A date as people write it: 6 September 2022, 2022年9月6日."""
    month = _(MONTHS[day.month - 1])
    return _("%(day)s %(month)s %(year)s", day=day.day, month=month, year=day.year)


def _say_dates(values: Mapping[str, object]) -> dict[str, object]:
    # A datetime is a date to Python, but its day depends on a zone that is not known here.
    return {
        name: say_date(value)
        if isinstance(value, date) and not isinstance(value, datetime)
        else value
        for name, value in values.items()
    }


@contextmanager
def speak(catalogue: Catalogue | None) -> Iterator[None]:
    """Use a language until the block ends."""
    token = _spoken.set(catalogue)
    try:
        yield
    finally:
        _spoken.reset(token)
