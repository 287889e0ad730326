"""How these tests speak: an expression is what another one is."""

from collections.abc import Mapping
from datetime import UTC, datetime

from engine.feel import compile_expression
from engine.feel.comparison import is_equal
from engine.feel.running import Run
from engine.feel.values import Value

NOW = datetime(2026, 4, 15, 9, 30, tzinfo=UTC)


def value_of(source: str, context: Mapping[str, object] | None = None) -> Value:
    """Evaluate to a value of the language."""
    return compile_expression(source).run(Run(context or {}, now=NOW))


def means(source: str, expected: str, context: Mapping[str, object] | None = None) -> bool:
    """Whether two expressions have the same value for sure."""
    return is_equal(value_of(source, context), value_of(expected, context), Run())
