"""With which variables cases of a process begin: what its diagram may read from the first step.

A package that starts cases says so once, beside where it starts them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType

from engine.signatures import Signature, read_names


@dataclass(frozen=True)
class Beginning:
    """What `start_case` is given for a process; `variables` is a TypedDict."""

    process_id: str
    variables: type


def beginnings_in(modules: Iterable[ModuleType]) -> Mapping[str, Signature]:
    """What the modules say of their processes, by process; raises ValueError if two say it."""
    found: dict[str, Beginning] = {}
    for module in modules:
        for value in vars(module).values():
            for each in value if isinstance(value, tuple) else (value,):
                if isinstance(each, Beginning) and found.setdefault(each.process_id, each) != each:
                    raise ValueError(f"{each.process_id} begins in two ways")
    return {each.process_id: read_names(each.variables) for each in found.values()}
