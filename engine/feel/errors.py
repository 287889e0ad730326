"""What can go wrong with an expression, as facts.

This package depends on nothing, so its sentences are plain English templates: `message` is the
template and `values` fill it, so that whoever shows an error may translate the template first.
"""

from __future__ import annotations

from dataclasses import dataclass, field


class FeelError(Exception):
    """Something is wrong with an expression or with running it."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message, values)
        self.message = message
        self.values = values

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


class FeelSyntaxError(FeelError):
    """The text is not FEEL. `line` and `column` count from one."""

    def __init__(self, message: str, *, line: int, column: int, **values: object) -> None:
        super().__init__(message, **values)
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return f"Line {self.line}, column {self.column}: {super().__str__()}"


class BudgetExceeded(FeelError):
    """The expression takes more steps or builds more than it may."""


class Failure(FeelError):
    """An operation has no result; the expression goes on with null and a warning."""


@dataclass(frozen=True, slots=True)
class FeelWarning:
    """Why something became null: a sentence, and the place in its expression.

    `element` is the id of the DMN element that holds the expression, if there is one.
    """

    message: str
    line: int
    column: int
    values: dict[str, object] = field(default_factory=dict)
    element: str | None = None

    def __str__(self) -> str:
        sentence = self.message % self.values if self.values else self.message
        place = f"line {self.line}, column {self.column}"
        return f"{sentence} ({self.element + ', ' if self.element else ''}{place})"
