"""Operations that the engine itself offers to every diagram."""

from engine.cases import Case
from engine.language import N_
from engine.operations import operation


@operation(
    "cases.begin_round",
    title=N_("Begin a new round"),
    about=N_("Counts the next round of the application: it went back to whoever made it."),
)
def begin_round(*, case: Case) -> None:
    """Begin the next round: the application went back to who made it."""
    case.round += 1
