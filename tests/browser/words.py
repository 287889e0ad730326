"""What the pages say, in the language of whoever reads them."""

from web.languages import catalogue


def say(message: str, /, language: str = "zh", **values: object) -> str:
    """A sentence of the pages as a reader of the language finds it."""
    found = catalogue(language).gettext(message)
    return found % values if values else found
