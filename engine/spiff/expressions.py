"""FEEL in diagrams: compiled when a diagram is read, evaluated over JSON variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.feel import Expression, FeelError, compile_expression, to_json
from engine.feel_sentences import Said
from engine.functions import FUNCTIONS, find_unknown_functions
from engine.spiff.errors import ExpressionFailed


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
    def unknown_functions(self) -> list[str]:
        """The names of functions that it calls and that do not exist."""
        return [] if self.expression is None else find_unknown_functions(self.expression)

    def evaluate(self, scope: Mapping[str, object], now: datetime) -> object:
        """Give its value as JSON data; a variable that is not there is null.

        Raises ExpressionFailed when it takes more steps or builds more than it may.
        """
        if self.expression is None:
            return self.source
        try:
            return to_json(self.expression.evaluate(scope, now=now, functions=FUNCTIONS))
        except FeelError as error:
            raise ExpressionFailed(source=self.source, reason=Said.of(error)) from error
