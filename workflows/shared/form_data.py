"""What a process gives a form beside its document: values, locked fields, choices, panels.

A function marked with `form_data` is asked each time its form is drawn or read.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import Any, Literal, Protocol, TypeVar

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine

Language = Literal["zh", "en"]


@dataclass(frozen=True)
class FormData:
    """What a form is drawn with.

    `prefill`: values of fields into which nothing was typed yet. `locked`: values that are
    shown and never read from the request. `context`: what the form's FEEL may refer to, and
    the options of its dynamic lists. `panels`: data of the parts that are no fields.
    """

    prefill: Mapping[str, Any] = field(default_factory=dict)
    locked: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    panels: Mapping[str, Any] = field(default_factory=dict)


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
        now: datetime,
    ) -> Mapping[str, str]:
        """Find what is wrong: a sentence for each field; empty when all is well."""


Key = tuple[str, str]
"""A process and one of its forms."""

Function = TypeVar("Function", bound=Callable[..., object])


def form_data(process_id: str, form_id: str) -> Callable[[Function], Function]:
    """Mark a function as the Provider of a form."""
    return _mark("__form_data__", process_id, form_id)


def answer_check(process_id: str, form_id: str) -> Callable[[Function], Function]:
    """Mark a function as the AnswerCheck of a form."""
    return _mark("__answer_check__", process_id, form_id)


def providers_in(modules: Iterable[ModuleType]) -> dict[Key, Provider]:
    """Every Provider of the modules, by process and form."""
    return _marked("__form_data__", modules)


def answer_checks_in(modules: Iterable[ModuleType]) -> dict[Key, AnswerCheck]:
    """Every AnswerCheck of the modules, by process and form."""
    return _marked("__answer_check__", modules)


def _mark(mark: str, process_id: str, form_id: str) -> Callable[[Function], Function]:
    def marked(function: Function) -> Function:
        # A function may serve several forms.
        known: frozenset[Key] = getattr(function, mark, frozenset())
        setattr(function, mark, known | {(process_id, form_id)})
        return function

    return marked


def _marked(mark: str, modules: Iterable[ModuleType]) -> dict[Key, Any]:
    found: dict[Key, Any] = {}
    for module in modules:
        for value in vars(module).values():
            keys = getattr(value, mark, None)
            if isinstance(keys, frozenset):
                found.update({key: value for key in keys})
    return found
