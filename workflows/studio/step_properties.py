"""What the properties of a step may say, also where an expression works it out."""

from engine.feel import FeelSyntaxError
from engine.feel.analysis import given_texts
from engine.spiff import Formula, Step


def list_values(step: Step, name: str) -> frozenset[str]:
    """What a property may say, as far as it is written out in it."""
    source = step.properties.get(name)
    if source is None:
        return frozenset()
    if not source.startswith("="):
        return frozenset({source})
    try:
        formula = Formula.read(source)
    except FeelSyntaxError:
        return frozenset()
    return frozenset() if formula.expression is None else given_texts(formula.expression.node)
