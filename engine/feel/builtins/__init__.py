"""The built-in functions of the standard, a family a module; importing this declares them all."""

from engine.feel.builtins import (
    contexts,
    conversion,
    dates,
    lists,
    numeric,
    ranges,
    sorting,
    statistics,
    strings,
)

__all__ = [
    "contexts",
    "conversion",
    "dates",
    "lists",
    "numeric",
    "ranges",
    "sorting",
    "statistics",
    "strings",
]
