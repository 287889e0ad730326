"""What tasks and cases are about: each process says its own kinds in its module `kinds`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from types import ModuleType


@dataclass(frozen=True)
class Kind:
    """A kind of task; `label` is the msgid of what people call it."""

    code: str
    label: str


@dataclass(frozen=True)
class ApplicationKind(Kind):
    """A kind of application, and what it is made of; everything else is read from its diagram.

    `forms`: the user tasks whose last submissions make the application, in page order.
    `first_step`: the one of them that it begins with. `last_forms`: the user tasks whose
    outcome `apply` sends it off. `result`: what an approved one makes of the year, if anything.
    `change_outcomes`: check-your-answers, the outcome that leads back to each form.
    `shows_season_row`: whether the season's hours and fee are shown beside it.
    """

    forms: Sequence[str]
    first_step: str
    last_forms: Sequence[str]
    result: str = ""
    change_outcomes: Mapping[str, str] = field(default_factory=dict)
    shows_season_row: bool = False


@cache
def all_kinds() -> Mapping[str, Kind]:
    """Every kind by its code, in the order of the processes."""
    # The list of processes is the package's own; it is complete by the time somebody asks.
    return kinds_in(import_module("workflows").load_modules())


def kinds_in(modules: Iterable[ModuleType]) -> dict[str, Kind]:
    """The kinds that modules declare; raises ValueError if two have the same code."""
    found: dict[str, Kind] = {}
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, Kind) and found.setdefault(value.code, value) is not value:
                raise ValueError(f"two kinds are called {value.code}")
    return found


def find_application(code: str) -> ApplicationKind | None:
    """The kind of application that a code means; None if it means something else."""
    found = all_kinds().get(code)
    return found if isinstance(found, ApplicationKind) else None


def get_application(code: str) -> ApplicationKind:
    """The kind of application that a code means; raises LookupError."""
    found = find_application(code)
    if found is None:
        raise LookupError(f"no kind of application is called {code}")
    return found


def find_kind_of_step(element_id: str) -> ApplicationKind | None:
    """The kind of application that a step belongs to; None if it belongs to several, or none."""
    found = [
        kind
        for kind in all_kinds().values()
        if isinstance(kind, ApplicationKind) and element_id in {*kind.forms, *kind.last_forms}
    ]
    return found[0] if len(found) == 1 else None


def find_sent(element_id: str) -> ApplicationKind | None:
    """The kind of application that a step sends off with its outcome `apply`, or None."""
    for kind in all_kinds().values():
        if isinstance(kind, ApplicationKind) and element_id in kind.last_forms:
            return kind
    return None
