"""What a process gives a form beside its document: values, locked fields, choices, panels.

A function marked with `form_data` is asked each time its form is drawn or read.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import Any, Protocol, TypeVar

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine


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

    def __call__(self, session: Session, *, engine: Engine, case: Case, now: datetime) -> FormData:
        """Gather it; reads only."""


Function = TypeVar("Function", bound=Callable[..., FormData])


def form_data(process_id: str, form_id: str) -> Callable[[Function], Function]:
    """Mark a function as the one that knows what this form shows."""

    def mark(function: Function) -> Function:
        function.__form_data__ = (process_id, form_id)  # type: ignore[attr-defined]
        return function

    return mark


def marked_in(modules: Iterable[ModuleType]) -> dict[tuple[str, str], Provider]:
    """Every marked function of the modules, by process and form."""
    found: dict[tuple[str, str], Provider] = {}
    for module in modules:
        for value in vars(module).values():
            key = getattr(value, "__form_data__", None)
            if isinstance(key, tuple):
                found[key] = value
    return found
