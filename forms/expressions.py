"""FEEL in form documents: conditions, values, and `{{…}}` within texts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from engine.feel import BudgetExceeded, Expression, FeelSyntaxError, compile_expression
from engine.functions import FUNCTIONS

OPENED, CLOSED = "{{", "}}"
_MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]()#+\-.!<>|~&])")


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression sees: names with plain values, and the time it is."""

    names: Mapping[str, object]
    now: datetime

    def with_names(self, names: Mapping[str, object]) -> "Scope":
        """Return a scope in which these names hide those of before."""
        return Scope({**self.names, **names}, self.now)


def is_expression(text: object) -> bool:
    """Tell whether an attribute is FEEL as a whole."""
    return isinstance(text, str) and text.startswith("=")


def compile_attribute(text: str) -> Expression:
    """Compile an attribute that begins with `=`. Raises `FeelSyntaxError`."""
    return compile_expression(text.removeprefix("="))


def evaluate(expression: Expression, scope: Scope) -> Any:
    """Return the plain value; null where something is wrong or takes too long."""
    try:
        return expression.evaluate(scope.names, now=scope.now, functions=FUNCTIONS)
    except BudgetExceeded:
        return None


def is_true(expression: Expression, scope: Scope) -> bool:
    """Tell whether an expression is true: not false, not null, not anything else."""
    return evaluate(expression, scope) is True


def write(value: object) -> str:
    """Write a value of an expression as people read it."""
    match value:
        case None:
            return ""
        case Decimal():
            return format(value.normalize(), "f")
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case list() | tuple():
            return "、".join(write(item) for item in value)
    return str(value)


@dataclass(frozen=True, slots=True)
class Text:
    """A text with places `{{…}}`: pieces of it in turn with expressions."""

    source: str
    pieces: tuple[str | Expression, ...]

    @property
    def is_fixed(self) -> bool:
        """Whether the text is the same wherever it is said."""
        return all(isinstance(piece, str) for piece in self.pieces)

    def say(self, scope: Scope, *, escape_markdown: bool = False) -> str:
        """Put the values in their places."""
        said = []
        for piece in self.pieces:
            if isinstance(piece, str):
                said.append(piece)
                continue
            value = write(evaluate(piece, scope))
            said.append(_MARKDOWN_SIGNS.sub(r"\\\1", value) if escape_markdown else value)
        return "".join(said)


def find_places(text: str) -> Iterator[tuple[int, int]]:
    """Where the places `{{…}}` of a text begin and end."""
    end = 0
    while (start := text.find(OPENED, end)) >= 0:
        closed = text.find(CLOSED, start + len(OPENED))
        if closed < 0:
            return
        end = closed + len(CLOSED)
        yield start, end


def _pieces(text: str) -> Iterator[str | Expression]:
    done = 0
    for start, end in find_places(text):
        if start > done:
            yield text[done:start]
        yield compile_expression(text[start + len(OPENED) : end - len(CLOSED)].strip())
        done = end
    if done < len(text):
        yield text[done:]


@lru_cache(maxsize=4096)
def compile_text(text: str) -> Text:
    """Compile a text with `{{…}}`, or one that is FEEL as a whole. Raises `FeelSyntaxError`."""
    if is_expression(text):
        return Text(text, (compile_attribute(text),))
    return Text(text, tuple(_pieces(text)))


__all__ = [
    "FeelSyntaxError",
    "Scope",
    "Text",
    "compile_attribute",
    "compile_text",
    "evaluate",
    "find_places",
    "is_expression",
    "is_true",
    "write",
]
