"""Variables of a process: JSON data, small, and never shared with anybody else's objects.

Numbers are int or Decimal, so that money stays exact; JSON has them as plain numbers.
"""

import json
import re
from decimal import Decimal
from typing import Any

import orjson

from engine.feel import to_json
from engine.spiff.errors import VariablesNotData, VariablesTooLarge

LIMIT = 8 * 1024
"""How many bytes the variables of a case may take as JSON."""

SMALL = 2**53
FRACTION = re.compile(rb"\d[.eE]")


def as_data(name: str, value: object) -> object:
    """Copy a value through JSON, as it would be after storing."""
    if value is None or value is True or value is False:
        return value
    if type(value) is int and -SMALL < value < SMALL:
        return value
    if type(value) is str and len(value) < 80:
        return value
    return read(write(name, value))


def assign(scope: dict[str, object], name: str, value: object) -> None:
    """Set a variable to a copy of a value. Whole values are replaced, never merged."""
    scope[name] = as_data(name, value)


def write(name: str, value: object) -> bytes:
    """Write a value as JSON; raises VariablesNotData or VariablesTooLarge."""
    try:
        raw = orjson.dumps(value, default=plain)
    except TypeError as error:
        raise VariablesNotData(name=name, reason=str(error)) from error
    if len(raw) > LIMIT:
        raise VariablesTooLarge(size=len(raw), limit=LIMIT)
    return raw


def read(raw: bytes) -> Any:
    """Read what was written; numbers with a fraction are Decimal."""
    if FRACTION.search(raw):  # orjson would make it a float
        return json.loads(raw, parse_float=Decimal)
    return orjson.loads(raw)


def plain(value: object) -> object:
    """Say a value that JSON has no form for in one that it has; raises TypeError."""
    if isinstance(value, Decimal) and value.is_finite():
        number = to_json(value)
        return orjson.Fragment(str(number)) if isinstance(number, Decimal) else number
    raise TypeError(f"{type(value).__name__} is no data")
