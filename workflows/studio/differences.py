"""What is different between two states of a process's documents."""

from dataclasses import dataclass
from typing import Literal

from engine.releases import Documents


@dataclass(frozen=True)
class Difference:
    """A document that came, went or changed."""

    path: str
    kind: Literal["added", "removed", "changed"]


def differences_of(old: Documents, new: Documents) -> list[Difference]:
    """Which documents differ, by path."""
    found = []
    for path in sorted({*old, *new}):
        if path not in old:
            found.append(Difference(path, "added"))
        elif path not in new:
            found.append(Difference(path, "removed"))
        elif old[path] != new[path]:
            found.append(Difference(path, "changed"))
    return found
