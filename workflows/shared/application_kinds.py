"""What tasks and cases are about: each process says its own kinds in its module `kinds`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from types import ModuleType


@dataclass(frozen=True)
class Kind:
    """A kind of task; `label` is the msgid of what people call it.

    `next_words`: what a member is told of what follows such a task, where it is not a review.
    """

    code: str
    label: str
    next_words: str = field(default="", kw_only=True)


@dataclass(frozen=True)
class ApplicationKind(Kind):
    """A kind of application, and what it is made of; everything else is read from its diagram.

    `forms`: the user tasks whose last submissions make the application, in page order.
    `first_step`: the one of them that it begins with. `last_forms`: the user tasks whose
    outcome `apply` sends it off. `result`: what an approved one makes of the year, if anything.
    `change_outcomes`: check-your-answers, the outcome that leads back to each form.
    `shows_season_row`: whether the season's hours and fee are shown beside it.
    `is_listed`: whether it stands, with its trail, among its member's applications.
    `told_when`: the status from which its member sees it; before, it is the association's own.
    `member_endpoint`: the page, of the case or its year, that shows it when he has nothing to do.
    """

    forms: Sequence[str]
    first_step: str
    last_forms: Sequence[str]
    result: str = ""
    change_outcomes: Mapping[str, str] = field(default_factory=dict)
    shows_season_row: bool = False
    is_listed: bool = True
    told_when: str = ""
    member_endpoint: str = "applications.sent"


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


def list_applications() -> list[ApplicationKind]:
    """The kinds of applications, in the order of the processes."""
    return [kind for kind in all_kinds().values() if isinstance(kind, ApplicationKind)]


def told_when() -> dict[str, str]:
    """The kinds that are the association's own until they have a status, with this status."""
    return {kind.code: kind.told_when for kind in list_applications() if kind.told_when}


def find_kind_of_step(element_id: str) -> ApplicationKind | None:
    """The kind of application that a step belongs to; None if it belongs to several, or none."""
    found = [kind for kind in list_applications() if element_id in {*kind.forms, *kind.last_forms}]
    return found[0] if len(found) == 1 else None


def find_sent(element_id: str) -> ApplicationKind | None:
    """The kind of application that a step sends off with its outcome `apply`, or None."""
    return next((kind for kind in list_applications() if element_id in kind.last_forms), None)
