"""Whole numbers in addresses, none bigger than a database's integers."""

from typing import Any

from werkzeug.routing import IntegerConverter, Map

BIGGEST = 2**31 - 1


def small_int(text: str) -> int:
    """A number as sent; raises ValueError, as `type=` of a query's value wants it."""
    number = int(text)
    if abs(number) > BIGGEST:
        raise ValueError("a number beyond those of a database")
    return number


class SmallInt(IntegerConverter):
    """The `int` of a path; beyond it there is no page."""

    def __init__(self, url_map: Map, *args: Any, **options: Any) -> None:
        super().__init__(url_map, *args, **{"max": BIGGEST, **options})
