"""What one evaluation carries with it: its budget, its clock, its warnings and its variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from engine.feel.errors import BudgetExceeded, Failure, FeelWarning
from engine.feel.nodes import Place
from engine.feel.plain import from_plain
from engine.feel.values import MISSING, Value

if TYPE_CHECKING:
    from engine.feel.functions import Functions

MOST_WARNINGS = 50


@dataclass(frozen=True, slots=True)
class Budget:
    """How much one evaluation may do.

    `steps` counts rounds of loops, calls and elements looked at; `size` the characters and
    elements that are built; `depth` calls within calls; `seconds` is what all regular expressions
    together may take.
    """

    steps: int = 200_000
    size: int = 2_000_000
    depth: int = 100
    seconds: float = 0.25


DEFAULT_BUDGET = Budget()
NO_VARIABLES: Mapping[str, object] = {}


class Run:
    """One evaluation."""

    __slots__ = (
        "context", "depth", "element", "functions", "now", "seconds", "size", "steps", "warnings",
    )  # fmt: skip

    def __init__(
        self,
        context: Mapping[str, object] = NO_VARIABLES,
        *,
        now: datetime | None = None,
        functions: Functions | None = None,
        budget: Budget = DEFAULT_BUDGET,
    ) -> None:
        self.context = context
        self.now = now
        self.functions = functions
        self.steps = budget.steps
        self.size = budget.size
        self.depth = budget.depth
        self.seconds = budget.seconds
        self.warnings: list[FeelWarning] = []
        self.element: str | None = None

    def step(self, count: int = 1) -> None:
        """Account for work done."""
        self.steps -= count
        if self.steps < 0:
            raise BudgetExceeded("The expression takes too many steps.")

    def build(self, size: int) -> None:
        """Account for characters or elements, before they are built."""
        self.size -= size
        if self.size < 0:
            raise BudgetExceeded("The expression builds a value that is too large.")

    def enter(self) -> None:
        """Account for a call within a call."""
        self.step()
        self.depth -= 1
        if self.depth < 0:
            raise BudgetExceeded("The functions of the expression call each other too deeply.")

    def leave(self) -> None:
        self.depth += 1

    def warn(self, at: Place, message: str, **values: object) -> None:
        """Note why something is null."""
        if len(self.warnings) < MOST_WARNINGS:
            self.warnings.append(FeelWarning(message, at[0], at[1], values, self.element))

    def failed(self, at: Place, failure: Failure) -> None:
        self.warn(at, failure.message, **failure.values)


class Frame:
    """The variables of one scope; what it does not know, its parent may.

    Above the outermost frame are the variables that were given, converted when first read.
    """

    __slots__ = ("parent", "run", "values")

    def __init__(self, run: Run, values: dict[str, Value], parent: Frame | None = None) -> None:
        self.run = run
        self.values = values
        self.parent = parent

    def find(self, name: str) -> Value:
        """Return the variable's value, or MISSING."""
        frame = self
        while True:
            values = frame.values
            if name in values:
                return values[name]
            if frame.parent is None:
                break
            frame = frame.parent
        given = self.run.context.get(name, MISSING)
        if given is MISSING:
            return MISSING
        value = values[name] = from_plain(given, self.run)
        return value
