"""What answers must be beyond their own form: given, allowed here, in keeping with each other."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.language import _, ngettext
from forms.answers import read_date
from forms.conditions import row_path, top_level
from forms.document import Component
from forms.expressions import Scope, evaluate, is_true
from forms.identity import find_identity_problem

if TYPE_CHECKING:
    from forms.bound import BoundForm


class FieldError(NamedTuple):
    """One wrong answer: where, what the field is called, and the sentence at it."""

    path: str
    label: str
    sentence: str


def is_empty(value: object) -> bool:
    """Tell whether nothing was answered."""
    return value is None or value is False or value in ("", [])


def bound_date(component: Component, name: str, scope: Scope) -> date | None:
    """Return the earliest (`min`) or latest (`max`) date that a field takes, if it says one."""
    expression = component.expression(name)
    value = component.properties.get(name) if expression is None else evaluate(expression, scope)
    match value:
        case str():
            return read_date(value)
        case datetime():
            return value.date()
        case date():
            return value
    return None


class Requirements:
    """The check of one reading."""

    def __init__(
        self,
        bound: "BoundForm",
        *,
        answers: Mapping[str, Any],
        scope: Scope,
        outcome: str,
        shown: frozenset[str],
    ) -> None:
        """`shown` are the keys of conditional fields that the page had on it."""
        self.bound = bound
        self.answers = answers
        self.scope = scope
        self.outcome = outcome
        self.shown = shown

    def errors(self, wrong: Mapping[str, str]) -> Iterator[FieldError]:
        """Say what is wrong, in the order of the form; `wrong` is known already, by path."""
        for component in self.bound.form.fields:
            if self.bound.visibility.shows(component):
                yield from self._check(component, component.key, self.answers, self.scope, wrong)

    def _check(
        self,
        component: Component,
        path: str,
        answers: Mapping[str, Any],
        scope: Scope,
        wrong: Mapping[str, str],
    ) -> Iterator[FieldError]:
        if component.type == "filepicker":
            yield from self._check_files(component)
        elif component.type == "dynamiclist":
            yield from self._check_rows(component, wrong)
        if component.is_locked:
            return
        value = answers.get(component.key)
        sentence = wrong.get(path) or self._find_problem(component, path, value, scope)
        if sentence:
            yield FieldError(path, component.label(self.bound.language, scope), sentence)

    def _find_problem(
        self, component: Component, path: str, value: Any, scope: Scope
    ) -> str | None:
        if is_empty(value):
            if component.type != "filepicker" and self._is_required(component):
                return self._ask_for(component, scope)
            # A field that only now came to be there has to be seen before it can be left empty.
            if component.hide is not None and path == component.key not in self.shown:
                return _("Another answer asks for this: fill it in or leave it empty.")
        else:
            problem = self._find_wrong(component, value, scope)
            if problem:
                return problem
        check = component.expression("check")
        if check is None or is_true(check, scope):
            return None
        message = component.say("message", self.bound.language, scope)
        return message or _("This does not fit the other answers.")

    def _is_required(self, component: Component) -> bool:
        outcomes = component.properties.get("requiredFor", "").replace(",", " ").split()
        return component.rule("required") is True or self.outcome in outcomes

    def _ask_for(self, component: Component, scope: Scope) -> str:
        label = component.label(self.bound.language, scope)
        if component.type in {"select", "radio", "checklist"}:
            return _("Choose: %(label)s.", label=label)
        if component.type == "checkbox":
            return _("Tick the box to go on: %(label)s.", label=label)
        return _("Fill in: %(label)s.", label=label)

    def _find_wrong(self, component: Component, value: Any, scope: Scope) -> str | None:
        if component.expression("valuesExpression") is not None:
            known = {option.value for option in self.bound.options(component, scope)}
            if not known.issuperset(value if isinstance(value, list) else [value]):
                return _("Choose one of the options given.")
        if component.type == "datetime":
            return self._find_wrong_date(component, value, scope)
        if component.properties.get("format") == "identity_number":
            key = component.properties.get("identityType", "")
            kind = str(self.answers.get(key) or "identity_card")
            problem = find_identity_problem(value, identity_type=kind, today=self.bound.today)
            if problem:
                return _(problem)
        same = component.properties.get("sameAs")
        if same is not None and value != self.answers.get(same):
            return _("The two are not the same.")
        return None

    def _find_wrong_date(self, component: Component, value: str, scope: Scope) -> str | None:
        day = read_date(value)
        least, most = (
            bound_date(component, "min", scope),
            bound_date(component, "max", scope),
        )
        if component.attributes.get("disallowPassedDates"):
            least = max(least or self.bound.today, self.bound.today)
        if day is not None and least is not None and day < least:
            return _("Enter a date that is not before %(date)s.", date=least.isoformat())
        if day is not None and most is not None and day > most:
            return _("Enter a date that is not after %(date)s.", date=most.isoformat())
        return None

    def _check_rows(self, component: Component, wrong: Mapping[str, str]) -> Iterator[FieldError]:
        rows = self.answers.get(component.key) or []
        label = component.label(self.bound.language, self.scope)
        least, most = component.number("minRows", 0), component.number("maxRows", 20)
        if len(rows) < least:
            sentence = ngettext(
                "Fill in at least %(n)s entry.", "Fill in at least %(n)s entries.", least
            )
            yield FieldError(component.key, label, sentence)
        if len(rows) > most:
            sentence = ngettext(
                "Fill in at most %(n)s entry.", "Fill in at most %(n)s entries.", most
            )
            yield FieldError(component.key, label, sentence)
        for number, row in enumerate(rows):
            scope = self.scope.with_names(self.bound.row_names(component, row))
            for child in top_level(component.children):
                path = row_path(f"{component.key}.{number}", child)
                if child.is_field and self.bound.visibility.shows(child, path):
                    yield from self._check(child, path, row, scope, wrong)

    def _check_files(self, component: Component) -> Iterator[FieldError]:
        slots = self.bound.slots(component)
        files = self.answers.get(component.key) or []
        for slot in slots:
            own = [file for file in files if file["slot"] == slot.name]
            if not own and slot.is_required:
                yield FieldError(slot.path, slot.label, _("Upload: %(label)s.", label=slot.label))
            for file in own:
                if file["kind"] not in slot.kinds or file["size"] > slot.max_size:
                    sentence = _("The file %(name)s is not allowed here.", name=file["name"])
                    yield FieldError(slot.path, slot.label, sentence)
        if slots and len(files) > slots[0].max_files:
            sentence = ngettext(
                "Upload at most %(n)s file in all.",
                "Upload at most %(n)s files in all.",
                slots[0].max_files,
            )
            yield FieldError(slots[0].path, slots[0].label, sentence)
