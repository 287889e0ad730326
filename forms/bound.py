"""A form for one person's task: with its context, its language and the time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from forms.actions import Action, change_rows
from forms.conditions import Visibility, decide, names_of
from forms.document import Component
from forms.expressions import Scope, evaluate
from forms.form import Form, Outcome, OutcomeNotFound
from forms.lists import Language
from forms.options import Option
from forms.receiving import SHOWN, Submitted, last, receive
from forms.requirements import FieldError, Requirements, is_empty
from forms.schema import load
from forms.slots import Slot, StoredFile, find_slots

NO_FILES: Mapping[str, Sequence[StoredFile]] = {}
NO_VALUES: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a person sent: answers that JSON can say, and what is wrong with them.

    With errors (and in a draft) a wrong answer stands in `values` as it was typed. `secrets`
    are right answers that are never kept; `typed` is what of them may stand on the page again.
    """

    values: dict[str, Any]
    errors: list[FieldError] = field(default_factory=list)
    secrets: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, Any] = field(default_factory=dict)


class BoundForm:
    """A form with its context. `visibility` is of the answers that were read or drawn last."""

    def __init__(
        self, form: Form, *, context: Mapping[str, object], language: Language, now: datetime
    ) -> None:
        self.form = form
        self.context = context
        self.language = language
        self.now = now
        self.scope = Scope(context, now)
        self.visibility = Visibility(form.components)

    @property
    def today(self) -> date:
        """The day that it is where the person is."""
        return self.now.date()

    def see(self, values: Mapping[str, Any]) -> Scope:
        """Decide what is hidden with these answers; return what expressions see."""
        self.visibility = decide(self.form.components, values, self.scope)
        return self.scope.with_names(self.visibility.names(values))

    def options(self, component: Component, scope: Scope) -> tuple[Option, ...]:
        """Return what can be chosen."""
        expression = component.expression("valuesExpression")
        if expression is None:
            return component.fixed_options(self.language)
        found = evaluate(expression, scope)
        return tuple(
            self._option(each) for each in (found if isinstance(found, list) else ()) if each
        )

    def _option(self, given: Any) -> Option:
        if not isinstance(given, Mapping):
            return Option(str(given), str(given))
        value = str(given.get("value"))
        english = given.get("label_en") if self.language == "en" else None
        return Option(value, str(english or given.get("label") or value))

    def slots(self, component: Component) -> tuple[Slot, ...]:
        """Return the slots of a file field."""
        return find_slots(component, scope=self.scope, language=self.language)

    @cached_property
    def all_slots(self) -> tuple[Slot, ...]:
        """The slots of all file fields; a slot's name is unique in a form."""
        files = [each for each in self.form.fields if each.type == "filepicker"]
        return tuple(slot for component in files for slot in self.slots(component))

    def find_slot(self, name: str) -> Slot | None:
        """Return the slot of a name, if the form asks for such a file."""
        return next((slot for slot in self.all_slots if slot.name == name), None)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The ways out that there are with the answers seen last."""
        shown = {
            button.properties.get("outcome")
            for button in self.form.buttons
            if self.visibility.shows(button)
        }
        return tuple(outcome for outcome in self.form.outcomes if outcome.id in shown)

    def complete(
        self,
        values: Mapping[str, Any] | None = None,
        files: Mapping[str, Sequence[StoredFile]] = NO_FILES,
    ) -> dict[str, Any]:
        """Return values to draw: locked ones from the context, missing ones as they begin.

        `files` are those in the slots now; without any, the values keep theirs.
        """
        given = values or {}
        completed: dict[str, Any] = {}
        for component in self.form.fields:
            if component.is_secret:
                continue
            if component.is_locked or component.key not in given:
                completed[component.key] = self._begin(component)
            else:
                completed[component.key] = given[component.key]
            if component.type == "filepicker" and files:
                completed[component.key] = self._files_of(component, files)
        return completed

    def _begin(self, component: Component) -> Any:
        expression = component.expression("value")
        if expression is not None:
            value = evaluate(expression, self.scope)
        elif component.is_locked:
            value = self.context.get(component.key)
        else:
            value = component.attributes.get("defaultValue")
        if component.type == "dynamiclist":
            rows = [
                {name: as_plain(each) for name, each in row.items()}
                for row in (value if isinstance(value, list) else ())
                if isinstance(row, Mapping)
            ]
            missing = int(component.attributes.get("defaultRepetitions", 1)) - len(rows)
            return rows + [{} for _ in range(missing)]
        if component.type in {"checklist", "filepicker"}:
            return [as_plain(each) for each in value] if isinstance(value, list) else []
        if component.type == "checkbox":
            return value is True
        return None if value == "" else as_plain(value)

    def _files_of(
        self, component: Component, files: Mapping[str, Sequence[StoredFile]]
    ) -> list[dict[str, Any]]:
        return [
            {**file, "slot": slot.name}
            for slot in self.slots(component)
            for file in files.get(slot.name, ())
        ]

    def row_names(self, component: Component, row: Mapping[str, Any]) -> dict[str, object]:
        """Return the answers of a row as its expressions see them."""
        return names_of([each for top in component.children for each in top.walk()], row)

    def read(
        self,
        submitted: Submitted,
        *,
        outcome: str | None,
        files: Mapping[str, Sequence[StoredFile]] = NO_FILES,
        values_before: Mapping[str, Any] = NO_VALUES,
    ) -> Reading:
        """Read what was posted.

        `files` are those already stored, by slot. Without an outcome, or with one that does not
        validate, this is a draft: nothing is checked, and what is hidden, or was until now, keeps
        its value of before. Raises `OutcomeNotFound`.
        """
        way = None if outcome is None else self.form.get_outcome(outcome)
        answers, wrong = load(self.form.schema, receive(self.form.components, submitted))
        for component in self.form.fields:
            if component.is_locked:
                answers[component.key] = self._begin(component)
            elif component.type == "filepicker":
                answers[component.key] = self._files_of(component, files)
            elif component.type == "dynamiclist" and way is not None and way.validates:
                _drop_empty_rows(component.key, answers, wrong)
        scope = self.see(answers).with_names({"outcome": outcome})
        if way is not None and way not in self.outcomes:
            raise OutcomeNotFound
        secret = {each.key for each in self.form.fields if each.is_secret}
        if way is None or not way.validates:
            kept = {
                each.key: answers[each.key]
                if self.visibility.shows(each) and _was_asked(each, submitted)
                else values_before.get(each.key)
                for each in self.form.fields
                if each.key not in secret
            }
            return Reading(kept, [], *self._secrets(answers, wrong))
        requirements = Requirements(
            self,
            answers=answers,
            scope=scope,
            outcome=way.id,
            shown=self._shown(submitted),
        )
        errors = list(requirements.errors(wrong))
        values = self._without_hidden(answers, secret)
        return Reading(values, errors, *self._secrets(answers, wrong))

    def _shown(self, submitted: Submitted) -> frozenset[str]:
        """Return the conditional fields that the page had: posted, or said to have been there."""
        conditional = (each.key for each in self.form.fields if each.hide is not None)
        posted = {key for key in conditional if submitted.getlist(key)}
        return frozenset(posted | set(submitted.getlist(SHOWN)))

    def _without_hidden(self, answers: Mapping[str, Any], secret: set[str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for component in self.form.fields:
            if component.key in secret or not self.visibility.shows(component):
                continue
            value = answers[component.key]
            if component.type == "dynamiclist":
                value = [
                    {
                        key: each
                        for key, each in row.items()
                        if f"{component.key}.{number}.{key}" not in self.visibility.hidden
                    }
                    for number, row in enumerate(value)
                ]
            values[component.key] = value
        return values

    def _secrets(
        self, answers: Mapping[str, Any], wrong: Mapping[str, str]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the right secret answers, and what was typed into those that may be seen."""
        asked = [
            each
            for each in self.form.fields
            if each.is_secret and each.key in answers and self.visibility.shows(each)
        ]
        right = {each.key: answers[each.key] for each in asked if each.key not in wrong}
        return right, {each.key: answers[each.key] for each in asked if each.may_be_seen}

    def needs_confirmation(self, submitted: Submitted, outcome: str) -> bool:
        """Tell whether the question of an outcome has still to be asked."""
        return bool(self.form.get_outcome(outcome).confirm) and (
            last(submitted, "confirmed") != outcome
        )

    def change_rows(self, values: Mapping[str, Any], action: Action) -> dict[str, Any]:
        """Return the values with a row added or removed."""
        return change_rows(self.form.fields, values, action)


def as_plain(value: Any) -> Any:
    """Return a value of the context as JSON can say it."""
    match value:
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case Mapping():
            return {str(key): as_plain(each) for key, each in value.items()}
    return value


def _was_asked(component: Component, submitted: Submitted) -> bool:
    """Tell whether a field was on the page: one that was hidden says nothing of its answer."""
    if component.hide is None or component.type in {"dynamiclist", "filepicker"}:
        return True
    return bool(submitted.getlist(component.key)) or component.key in submitted.getlist(SHOWN)


def _drop_empty_rows(key: str, answers: dict[str, Any], wrong: dict[str, str]) -> None:
    """Rows in which nothing was answered count for nothing; sentences move with their rows."""
    rows = answers.get(key) or []
    kept: list[Any] = []
    moved: dict[str, str] = {}
    for number, row in enumerate(rows):
        if all(is_empty(value) for value in row.values()):
            continue
        for name in row:
            sentence = wrong.get(f"{key}.{number}.{name}")
            if sentence is not None:
                moved[f"{key}.{len(kept)}.{name}"] = sentence
        kept.append(row)
    for path in [path for path in wrong if path.startswith(f"{key}.")]:
        del wrong[path]
    wrong.update(moved)
    answers[key] = kept
