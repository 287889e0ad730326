"""The check of one component of a form document."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from engine.feel import FeelSyntaxError
from engine.feel_sentences import Said
from engine.functions import find_unknown_functions
from engine.language import N_
from forms.expressions import compile_attribute, compile_text, is_expression
from forms.formats import FORMATS, PLAIN
from forms.patterns import find_pattern_problem
from forms.properties import CHOICES, PROPERTIES

Finding = tuple[str, dict[str, object]]
"""A message with its values."""

Told = tuple[str, str, dict[str, object]]
"""The rule that was broken, a message, and its values."""

KINDS_BY_EXTENSION = {
    ".pdf": "pdf",
    ".jpg": "jpg",
    ".jpeg": "jpg",
    ".png": "png",
    ".xls": "xls",
    ".xlsx": "xlsx",
}

_RULES: dict[str, tuple[type, ...]] = {
    "required": (bool,),
    "minLength": (int,),
    "maxLength": (int,),
    "min": (int, float),
    "max": (int, float),
    "pattern": (str,),
    "validationType": (str,),
    "patternErrorMessage": (str,),
}
_ATTRIBUTES: dict[str, tuple[type, ...]] = {
    "label": (str,),
    "dateLabel": (str,),
    "description": (str,),
    "text": (str,),
    "accept": (str,),
    "valuesExpression": (str,),
    "components": (list,),
    "decimalDigits": (int,),
    "defaultRepetitions": (int,),
    "allowAddRemove": (bool,),
    "readonly": (bool,),
    "disabled": (bool,),
    "disallowPassedDates": (bool,),
    "defaultValue": (str, int, float, bool, list),
}
_MOST_DIGITS = 6
TEXTS = ("label", "dateLabel", "description", "text")
TEXTS_OF_PROPERTIES = ("hint", "confirm", "message", "rowLabel")
_EXPRESSIONS = ("value", "slots", "check", "min", "max", "maxFiles", "maxSize")


class Component(NamedTuple):
    """A component as it stands in the document, whatever is wrong with it."""

    raw: Mapping[str, Any]
    type: str
    key: str
    row: str
    """Path of the list around it, or empty."""

    @property
    def properties(self) -> Mapping[str, Any]:
        """Its custom properties, if it has any that can be read."""
        properties = self.raw.get("properties")
        return properties if isinstance(properties, Mapping) else {}

    @property
    def is_locked(self) -> bool:
        """Whether its value never comes from the request."""
        is_said = self.properties.get("locked") == "true"
        return is_said or bool(self.raw.get("readonly") or self.raw.get("disabled"))

    @property
    def is_secret(self) -> bool:
        """Whether its value is kept nowhere."""
        kind = FORMATS.get(str(self.properties.get("format")), PLAIN)
        return self.properties.get("secret") == "true" or kind.is_covered


def check_component(component: Component, *, keys: set[str], outcomes: set[str]) -> Iterator[Told]:
    """Say what is wrong with a component."""
    for rule, found in (
        ("form-attribute", _check_attributes(component)),
        ("form-property", _check_properties(component)),
        ("not-feel", _check_expressions(component)),
        ("form-rule", _check_rules(component)),
        ("form-place", _check_place(component)),
        ("form-reference", _check_references(component, keys, outcomes)),
        ("form-type", _check_type(component)),
    ):
        for message, values in found:
            yield rule, message, values


def _check_type(component: Component) -> Iterator[Finding]:
    if component.type in CHOICES:
        yield from _check_options(component)
    elif component.type == "datetime" and component.raw.get("subtype", "date") != "date":
        yield N_("Only dates are supported, no times."), {}
    elif component.type == "filepicker":
        yield from _check_accept(component)
    elif component.type == "button":
        yield from _check_button(component)
    elif component.type == "group" and component.raw.get("path"):
        yield N_("A group has no path here: its fields stand beside the others."), {}
    elif component.type == "dynamiclist" and not component.raw.get("components"):
        yield N_("A list has at least one field."), {}


def _check_attributes(component: Component) -> Iterator[Finding]:
    for name, types in _ATTRIBUTES.items():
        value = component.raw.get(name)
        right = value is None or (
            isinstance(value, types) and (bool in types or not isinstance(value, bool))
        )
        if right and isinstance(value, int) and name != "defaultValue":
            right = 0 <= value <= (_MOST_DIGITS if name == "decimalDigits" else 20)
        if not right:
            message = N_("The attribute “%(name)s” cannot be “%(value)s”.")
            yield message, {"name": name, "value": str(value)[:80]}


def _check_properties(component: Component) -> Iterator[Finding]:
    properties = component.raw.get("properties")
    if properties is not None and not isinstance(properties, Mapping):
        yield N_("Properties are a map from text to text."), {}
    for name, text in component.properties.items():
        known = PROPERTIES.get(name)
        if known is None:
            yield N_("There is no property “%(name)s”."), {"name": name}
            continue
        place = next((each for each in known if component.type in each.types), None)
        if place is None:
            message = N_("The property “%(name)s” does not belong to a component of this type.")
            yield message, {"name": name}
        elif not isinstance(text, str) or not place.is_right(text):
            yield (
                N_("The property “%(name)s” cannot be “%(text)s”."),
                {"name": name, "text": str(text)[:80]},
            )


def _check_expressions(component: Component) -> Iterator[Finding]:
    raw, properties = component.raw, component.properties
    conditional = raw.get("conditional") or {}
    hide = conditional.get("hide") if isinstance(conditional, Mapping) else conditional
    if hide is not None and not is_expression(hide):
        yield N_("A condition begins with “=”."), {}
    sources: list[tuple[str, Any]] = [
        ("hide", hide),
        ("valuesExpression", raw.get("valuesExpression")),
    ]
    sources += [(name, properties.get(name)) for name in _EXPRESSIONS]
    for name, text in sources:
        if isinstance(text, str) and is_expression(text):
            try:
                unknown = find_unknown_functions(compile_attribute(text))
            except FeelSyntaxError as error:
                yield feel_finding(name, error)
                continue
            for function in unknown:
                message = N_("“%(name)s” calls “%(function)s”, a function that does not exist.")
                yield message, {"name": name, "function": function}
    texts = [(name, raw.get(name)) for name in TEXTS]
    texts += [(name, properties.get(name)) for name in TEXTS_OF_PROPERTIES]
    for name, text in texts:
        if isinstance(text, str):
            try:
                compile_text(text)
            except FeelSyntaxError as error:
                yield feel_finding(name, error)


def feel_finding(name: str, error: FeelSyntaxError) -> Finding:
    """Say what is wrong with a text or attribute that holds FEEL."""
    message = N_("“%(name)s” is not valid FEEL (line %(line)s, column %(column)s): %(reason)s")
    values = {"name": name, "line": error.line, "column": error.column, "reason": Said.of(error)}
    return message, values


def _check_rules(component: Component) -> Iterator[Finding]:
    rules = component.raw.get("validate") or {}
    if not isinstance(rules, Mapping):
        yield N_("“validate” is a map of rules."), {}
        return
    for name, rule in rules.items():
        types = _RULES.get(name)
        if types is None:
            yield N_("There is no rule “%(name)s”."), {"name": name}
        elif not isinstance(rule, types) or (bool not in types and isinstance(rule, bool)):
            yield (
                N_("The rule “%(name)s” cannot be “%(value)s”."),
                {"name": name, "value": str(rule)[:80]},
            )
    pattern = rules.get("pattern")
    if isinstance(pattern, str) and (problem := find_pattern_problem(pattern)):
        yield N_("The pattern is no regular expression: %(reason)s"), {"reason": problem}
    if str(rules.get("validationType") or "") not in {"", "email", "phone", "custom"}:
        yield (
            N_("The rule “%(name)s” cannot be “%(value)s”."),
            {"name": "validationType", "value": str(rules["validationType"])[:80]},
        )
    for least, most in (("minLength", "maxLength"), ("min", "max")):
        low, high = rules.get(least), rules.get(most)
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            yield N_("The least is more than the most."), {}


def _check_place(component: Component) -> Iterator[Finding]:
    is_given = component.is_locked or "value" in component.properties
    if component.is_secret and (is_given or component.raw.get("defaultValue") is not None):
        yield N_("What is secret is typed: it cannot be locked or have a value."), {}
    if not component.row:
        return
    if component.type in {"dynamiclist", "filepicker", "button"}:
        message = N_("A component of the type “%(type)s” cannot stand in a list.")
        yield message, {"type": component.type}
    if component.is_locked:
        yield N_("A field in a list cannot be locked."), {}
    if component.is_secret:
        yield N_("A field in a list cannot be secret."), {}


def _check_references(
    component: Component, keys: set[str], outcomes: set[str]
) -> Iterator[Finding]:
    for name in ("identityType", "sameAs"):
        key = str(component.properties.get(name, ""))
        if name in component.properties and key not in keys:
            yield N_("“%(name)s” names “%(key)s”, which is no field."), {"name": name, "key": key}
    for outcome in str(component.properties.get("requiredFor", "")).replace(",", " ").split():
        if outcome not in outcomes:
            message = N_("“requiredFor” names “%(outcome)s”, which is no outcome.")
            yield message, {"outcome": outcome}


def _check_options(component: Component) -> Iterator[Finding]:
    raw = component.raw
    values = raw.get("values")
    given = [values, raw.get("valuesExpression"), component.properties.get("list")]
    # form-js writes `values` beside nothing else, except as an empty leftover.
    if sum(1 for each in given if each) != 1 and "list" not in component.properties:
        yield N_("Options come from either values, an expression or a list."), {}
        return
    if not values:
        return
    right = isinstance(values, list) and all(
        isinstance(each, Mapping) and isinstance(each.get("value"), str) and each["value"]
        for each in values
    )
    if not right:
        yield N_("Each option has a value that is a text."), {}
    elif len({each["value"] for each in values}) != len(values):
        yield N_("Two options have the same value."), {}


def _check_accept(component: Component) -> Iterator[Finding]:
    for extension in str(component.raw.get("accept") or "").replace(",", " ").split():
        if extension.lower() not in KINDS_BY_EXTENSION:
            message = N_("Files of the kind “%(extension)s” are not supported.")
            yield message, {"extension": extension}


def _check_button(component: Component) -> Iterator[Finding]:
    if component.raw.get("action", "submit") != "submit":
        yield N_("A button's action is to submit."), {}
    if ("outcome" in component.properties) == ("action" in component.properties):
        yield N_("A button has either an outcome or an action."), {}
