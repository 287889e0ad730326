"""What is wrong with a DMN file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.feel.errors import FeelError


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence about an element; `message` is its template, as with all errors here."""

    element: str
    message: str
    values: dict[str, object] = field(default_factory=dict)
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        sentence = self.message % self.values if self.values else self.message
        place = f", line {self.line}, column {self.column}" if self.line else ""
        return f"{self.element}{place}: {sentence}" if self.element else sentence


class InvalidDecision(FeelError):
    """The file is no DMN that can be used. `problems` says why, element by element."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return self.message


class Problems:
    """Collects problems: those that forbid use, and those that are only worth a look."""

    def __init__(self) -> None:
        self.fatal: list[Problem] = []
        self.minor: list[Problem] = []

    def add(self, element: str, message: str, **values: object) -> None:
        self.fatal.append(Problem(element, message, values))

    def mention(self, element: str, message: str, **values: object) -> None:
        self.minor.append(Problem(element, message, values))
