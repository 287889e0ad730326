"""What a step asks for and keeps nowhere: passwords, codes, answers that prove who somebody is.

A function marked with `proof` looks at the secret answers of a form before it is completed and
outside any transaction: it counts attempts, tries codes and hashes passwords, and says what came
of it. A function marked with `deed` does what a button asks for that stays on the page, such as
sending a code.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import Any, Protocol, TypeVar

from engine.cases import Case
from engine.engine import Engine
from engine.errors import InvalidRelease, Problem
from engine.language import N_
from engine.releases import Check, Unit
from forms.form import read_form
from workflows.shared.form_data import Key

Facts = Mapping[str, object]
"""What the gateway after a step reads and its submission keeps in place of the secrets."""

DeedKey = tuple[str, str, str]
"""A process, one of its forms, and the action of a button."""

Marked = TypeVar("Marked", bound=Callable[..., object])


@dataclass(frozen=True)
class Wrong:
    """What is wrong with secret answers: a sentence for each field."""

    sentences: Mapping[str, str]


@dataclass(frozen=True)
class Given:
    """What was given at a step. `secrets` holds right secret answers only, and goes nowhere else.

    `address` is where the request came from.
    """

    case: Case
    outcome: str | None
    secrets: Mapping[str, Any] = field(repr=False)
    values: Mapping[str, Any]
    address: str
    now: datetime


class Proof(Protocol):
    """A function that looks at the secret answers of one form of one process."""

    def __call__(self, engine: Engine, given: Given) -> Wrong | Facts:
        """Look at them in transactions of its own; attempts are counted before."""


class Deed(Protocol):
    """A function that does what a button asks for."""

    def __call__(self, engine: Engine, given: Given) -> Wrong | None:
        """Do it in transactions of its own, or say what is wrong."""


def proof(process_id: str, form_id: str) -> Callable[[Marked], Marked]:
    """Mark a function as the Proof of a form; it may be that of several."""
    return _mark("__proof__", (process_id, form_id))


def deed(process_id: str, form_id: str, action: str) -> Callable[[Marked], Marked]:
    """Mark a function as the Deed of a button of a form; it may be that of several."""
    return _mark("__deed__", (process_id, form_id, action))


def proofs_in(modules: Iterable[ModuleType]) -> dict[Key, Proof]:
    """Every Proof of the modules, by process and form."""
    return dict(_marked("__proof__", modules))


def deeds_in(modules: Iterable[ModuleType]) -> dict[DeedKey, Deed]:
    """Every Deed of the modules, by process, form and action."""
    return dict(_marked("__deed__", modules))


def check_proofs(proofs: Mapping[Key, Proof], deeds: Mapping[DeedKey, Deed]) -> Check:
    """A check that somebody looks at what forms ask for and keep nowhere."""

    def check(unit: Unit) -> Iterator[Problem]:
        for process in unit.model.processes.values():
            for step in process.steps.values():
                path = f"forms/{process.id}/{step.form_id}.form"
                if step.form_id is None or path not in unit.documents:
                    continue
                try:
                    form = read_form(unit.documents[path], name=f"{process.id}/{step.form_id}")
                except InvalidRelease:
                    continue  # what is wrong with it is said where forms are checked
                is_secret = any(each.is_secret for each in form.fields)
                if is_secret and (process.id, step.id) not in proofs:
                    message = N_("“%(step)s” asks for something secret that nobody looks at.")
                    yield Problem(path, step.id, message, rule="no-proof", step=step.label)
                for button in form.buttons:
                    action = button.properties.get("action")
                    if action and (process.id, step.id, action) not in deeds:
                        message = N_("Nothing is done for the button “%(action)s”.")
                        yield Problem(path, button.id, message, rule="no-deed", action=action)

    return check


def _mark(name: str, key: tuple[str, ...]) -> Callable[[Marked], Marked]:
    def mark(function: Marked) -> Marked:
        known: frozenset[tuple[str, ...]] = getattr(function, name, frozenset())
        setattr(function, name, known | {key})
        return function

    return mark


def _marked(name: str, modules: Iterable[ModuleType]) -> Iterator[tuple[Any, Any]]:
    for module in modules:
        for value in vars(module).values():
            keys = getattr(value, name, None)
            if isinstance(keys, frozenset):
                for key in keys:
                    yield key, value
