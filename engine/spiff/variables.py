"""Variables of a process: JSON data, small, and never shared with anybody else's objects."""

from collections.abc import Mapping
from decimal import Decimal

import orjson

from engine.feel import to_json
from engine.spiff.errors import VariablesNotData, VariablesTooLarge

LIMIT = 8 * 1024
"""How many bytes the variables of a case may take as JSON."""


def as_data(name: str, value: object) -> object:
    """Copy a value through JSON, as it would be after storing."""
    if value is None or isinstance(value, (bool, str)):
        if isinstance(value, str) and len(value) > LIMIT:
            raise VariablesTooLarge(size=len(value), limit=LIMIT)
        return value
    return orjson.loads(write(name, value))


def assign(scope: dict[str, object], name: str, value: object) -> None:
    """Set a variable to a copy of a value. Whole values are replaced, never merged."""
    scope[name] = as_data(name, value)


def write(name: str, value: object) -> bytes:
    """Write a value as JSON; raises VariablesNotData or VariablesTooLarge."""
    try:
        raw = orjson.dumps(value, default=_plain)
    except TypeError as error:
        raise VariablesNotData(name=name, reason=str(error)) from error
    if len(raw) > LIMIT:
        raise VariablesTooLarge(size=len(raw), limit=LIMIT)
    return raw


def read(raw: bytes) -> Mapping[str, object]:
    """Read what `write` wrote."""
    value: Mapping[str, object] = orjson.loads(raw)
    return value


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return to_json(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
