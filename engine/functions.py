"""The functions that every expression of an application may call beside FEEL's own."""

from engine.feel import Expression
from engine.feel.working_days import WORKING_DAYS

FUNCTIONS = WORKING_DAYS


def find_unknown_functions(expression: Expression) -> list[str]:
    """The functions that an expression calls and nobody has declared, by name."""
    return sorted(expression.unknown_functions - FUNCTIONS.names)
