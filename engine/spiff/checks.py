"""Whether the processes of a release make sense together."""

from collections.abc import Sequence

from engine.errors import Problem
from engine.spiff.diagram import Diagram


def check_processes(
    process_id: str, diagrams: Sequence[Diagram], decisions: frozenset[str]
) -> list[Problem]:
    return []
