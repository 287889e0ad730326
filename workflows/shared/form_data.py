"""What a process gives a form beside its document: values, locked fields, choices, panels.

A function marked with `form_data` is asked each time its form is drawn or read.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, wraps
from types import ModuleType
from typing import Any, Protocol, TypeVar

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from forms.lists import Language


@dataclass(frozen=True)
class FormData:
    """What a form is drawn with.

    `prefill`: values of fields into which nothing was typed yet. `locked`: values that are
    shown and never read from the request. `context`: what the form's FEEL may refer to, and
    the options of its dynamic lists. `show_panels`: gathers the data of the parts that are no
    fields, by panel; asked only when the form is drawn.
    """

    prefill: Mapping[str, Any] = field(default_factory=dict)
    locked: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    show_panels: Callable[[], Mapping[str, Any]] = dict

    @cached_property
    def panels(self) -> Mapping[str, Any]:
        """The panels' data."""
        return self.show_panels()

    @property
    def given(self) -> dict[str, Any]:
        """What FEEL sees: the context, and the locked values by their fields' keys."""
        return {**self.context, **self.locked}


class Provider(Protocol):
    """A function that knows what one form of one process shows."""

    def __call__(
        self, session: Session, *, engine: Engine, case: Case, language: Language, now: datetime
    ) -> FormData:
        """Gather it; reads only. `language` is that of the page, for texts kept in both."""


class AnswerCheck(Protocol):
    """A function that looks at a form's answers beyond what the form itself can say."""

    def __call__(
        self,
        session: Session,
        *,
        engine: Engine,
        case: Case,
        outcome: str,
        values: Mapping[str, Any],
        seen: str,
        now: datetime,
    ) -> Mapping[str, str]:
        """Find what is wrong: a sentence for each field; empty when all is well.

        `seen`: what the page's panel gave back of what it showed; empty where it gives nothing.
        """


SEEN = "seen"
"""Hidden field of a panel that shows what is agreed to: a digest of it, given back as `seen`."""

Marked = TypeVar("Marked")

Key = tuple[str, str]
"""A process and one of its forms."""


def form_data(process_id: str, form_id: str) -> Callable[[Callable[..., FormData]], Provider]:
    """Mark a function as the Provider of a form; it takes those parameters that it needs."""

    def mark(function: Callable[..., FormData]) -> Provider:
        provider: Provider = _taking_what_it_needs(function)
        return _mark(provider, "__form_data__", (process_id, form_id))

    return mark


def answer_check(
    process_id: str, form_id: str
) -> Callable[[Callable[..., Mapping[str, str]]], AnswerCheck]:
    """Mark a function as the AnswerCheck of a form; it takes those parameters that it needs."""

    def mark(function: Callable[..., Mapping[str, str]]) -> AnswerCheck:
        check: AnswerCheck = _taking_what_it_needs(function)
        return _mark(check, "__answer_check__", (process_id, form_id))

    return mark


def providers_in(modules: Iterable[ModuleType]) -> dict[Key, Provider]:
    """Every Provider of the modules, by process and form."""
    return _marked("__form_data__", modules)


def answer_checks_in(modules: Iterable[ModuleType]) -> dict[Key, AnswerCheck]:
    """Every AnswerCheck of the modules, by process and form."""
    return _marked("__answer_check__", modules)


def _taking_what_it_needs(function: Callable[..., Any]) -> Any:
    if hasattr(function, "__wrapped__"):
        # It serves another form already.
        return function
    wanted = frozenset(inspect.signature(function).parameters)

    @wraps(function)
    def call(session: Session, **given: Any) -> Any:
        given["session"] = session
        return function(**{name: value for name, value in given.items() if name in wanted})

    return call


def _mark(function: Marked, mark: str, key: Key) -> Marked:
    known: frozenset[Key] = getattr(function, mark, frozenset())
    setattr(function, mark, known | {key})
    return function


def _marked(mark: str, modules: Iterable[ModuleType]) -> dict[Key, Any]:
    found: dict[Key, Any] = {}
    for module in modules:
        for value in vars(module).values():
            keys = getattr(value, mark, None)
            if isinstance(keys, frozenset):
                found.update(dict.fromkeys(keys, value))
    return found
