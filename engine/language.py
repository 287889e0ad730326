"""The language that sentences for people are spoken in.

Message ids are English. Whoever serves a person (the web, a job) sets the language with
`speak`; code below calls `_` and never asks which language it is. Without a language the
message id itself is spoken.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class Catalogue(Protocol):
    """What gettext, Babel and Flask-Babel call translations."""

    def gettext(self, message: str, /) -> str:
        """Translate one message."""

    def ngettext(self, singular: str, plural: str, n: int, /) -> str:
        """Translate one message that counts something."""


_spoken: ContextVar[Catalogue | None] = ContextVar("spoken_language", default=None)


def _(message: str, /, **values: object) -> str:
    """Say a message in the current language; `%(name)s` in it takes a value."""
    catalogue = _spoken.get()
    text = message if catalogue is None else catalogue.gettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, n: int, /, **values: object) -> str:
    """Say a message that counts something; `%(n)s` is the number."""
    catalogue = _spoken.get()
    if catalogue is None:
        text = singular if n == 1 else plural
    else:
        text = catalogue.ngettext(singular, plural, n)
    return text % {"n": n, **values}


def N_(message: str, /) -> str:
    """Mark a message for translation where it is written; it is said elsewhere with `_`."""
    return message


@contextmanager
def speak(catalogue: Catalogue | None) -> Iterator[None]:
    """Use a language until the block ends."""
    token = _spoken.set(catalogue)
    try:
        yield
    finally:
        _spoken.reset(token)
