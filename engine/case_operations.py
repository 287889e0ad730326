"""Operations that the engine itself offers to every diagram."""

from engine.cases import Case
from engine.operations import operation


@operation("cases.begin_round")
def begin_round(*, case: Case) -> None:
    """Begin the next round: the application went back to who made it."""
    case.round += 1
