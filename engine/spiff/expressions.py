"""FEEL in diagrams: compiled when a diagram is read, evaluated over JSON variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.feel import Budget, Expression, FeelError, compile_expression, to_json
from engine.feel.nodes import Literal
from engine.feel_sentences import Said
from engine.functions import FUNCTIONS, find_unknown_functions
from engine.spiff.errors import ExpressionFailed

DEFAULT_BUDGET = Budget()
TRIAL = Budget(steps=500, size=10_000, seconds=0.01)
"""What a check may spend on trying out a value."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A value of a diagram: FEEL when it starts with “=”, else the text itself."""

    source: str
    expression: Expression | None

    @classmethod
    def read(cls, source: str) -> "Formula":
        """Compile a value as the diagram writes it; raises FeelSyntaxError."""
        text = source.strip()
        if text.startswith("="):
            return cls(text, compile_expression(text[1:]))
        return cls(text, None)

    @property
    def is_feel(self) -> bool:
        """Whether it is computed and not the text itself."""
        return self.expression is not None

    @property
    def variables(self) -> frozenset[str]:
        """The names of the variables that it reads."""
        return frozenset() if self.expression is None else self.expression.variables

    @property
    def constant(self) -> tuple[bool, object]:
        """Whether it is one value that is written out, and that value."""
        node = None if self.expression is None else self.expression.node
        if node is None:
            return True, self.source
        return (True, to_json(node.value)) if isinstance(node, Literal) else (False, None)

    @property
    def is_fixed(self) -> bool:
        """Whether it reads no variable: its value shows in the diagram, but for the time."""
        reads = None if self.expression is None else self.expression.reads
        return reads is None or not (reads.variables or reads.possible)

    @property
    def unknown_functions(self) -> list[str]:
        """The names of functions that it calls and that do not exist."""
        return [] if self.expression is None else find_unknown_functions(self.expression)

    def evaluate(
        self, scope: Mapping[str, object], now: datetime, *, budget: Budget = DEFAULT_BUDGET
    ) -> object:
        """Give its value as JSON data; a variable that is not there is null.

        Raises ExpressionFailed when it takes more steps or builds more than it may.
        """
        if self.expression is None:
            return self.source
        try:
            value = self.expression.evaluate(scope, now=now, functions=FUNCTIONS, budget=budget)
            return to_json(value)
        except FeelError as error:
            raise ExpressionFailed(source=self.source, reason=Said.of(error)) from error
