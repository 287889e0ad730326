"""A form as a release has it: read once, shared by all who fill it in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from marshmallow import Schema

from engine.errors import InvalidRelease, NotFound
from engine.language import N_
from forms.checking import check_form, load_document
from forms.conditions import top_level
from forms.document import NO_TEXTS, Component, group_texts, read_component
from forms.lists import Language
from forms.schema import build_schema

if TYPE_CHECKING:
    from forms.bound import BoundForm


class OutcomeNotFound(NotFound):
    """The form has no such outcome, or not now."""

    message = N_("This form cannot be sent in this way.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A way out of a form. Texts are as they stand in the document."""

    id: str
    label: str
    validates: bool
    style: str
    confirm: str


@dataclass(frozen=True, eq=False)
class Form:
    """A form. `name` is `<process>/<form>`."""

    name: str
    components: tuple[Component, ...]

    @property
    def id(self) -> str:
        """The form's id, which is the user task's."""
        return self.name.rpartition("/")[2]

    @property
    def process(self) -> str:
        """The process that it belongs to."""
        return self.name.rpartition("/")[0]

    @cached_property
    def fields(self) -> tuple[Component, ...]:
        """The components with a value, in their order; a list is one field."""
        return tuple(each for each in top_level(self.components) if each.is_field)

    @cached_property
    def buttons(self) -> tuple[Component, ...]:
        """The buttons, in their order."""
        return tuple(each for each in top_level(self.components) if each.type == "button")

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The ways out, in their order."""
        found = [button for button in self.buttons if "outcome" in button.properties]
        return tuple(
            Outcome(
                id=button.properties["outcome"],
                label=str(button.attributes.get("label") or button.properties["outcome"]),
                validates=button.properties.get("validate") != "false",
                style=button.properties.get("style") or ("secondary" if place else "primary"),
                confirm=button.properties.get("confirm", ""),
            )
            for place, button in enumerate(found)
        )

    @cached_property
    def schema(self) -> Schema:
        """The checks of answers that need no context."""
        return build_schema(self.fields)

    @cached_property
    def watched(self) -> frozenset[str]:
        """Keys of the fields that conditions look at: a change of them may show or hide more."""
        read: set[str] = set()
        for component in self.components:
            for each in component.walk():
                if each.hide is not None:
                    read |= each.hide.variables | each.hide.possible_variables
        return frozenset(read)

    def get_outcome(self, outcome: str) -> Outcome:
        """Return a way out. Raises `OutcomeNotFound`."""
        for each in self.outcomes:
            if each.id == outcome:
                return each
        raise OutcomeNotFound

    def bind(
        self, *, context: Mapping[str, object], language: Language, now: datetime
    ) -> "BoundForm":
        """Return the form for one person's task.

        `context` is plain data that the form's expressions see: the season, the member, values of
        locked fields. `now` is aware; its own time zone says which day it is.
        """
        from forms.bound import BoundForm  # noqa: PLC0415  the two know each other

        return BoundForm(self, context=context, language=language, now=now)


def read_form(
    document: Mapping[str, Any] | bytes, *, name: str, english: Mapping[str, str] = NO_TEXTS
) -> Form:
    """Read a form document; `english` are the texts of its process by id.

    Raises InvalidRelease with everything that is wrong with it.
    """
    problems = check_form(document, name)
    if problems:
        raise InvalidRelease(problems)
    loaded = load_document(document)
    texts = group_texts(name.rpartition("/")[2], english)
    return Form(
        name=name,
        components=tuple(read_component(raw, english=texts) for raw in loaded["components"]),
    )
