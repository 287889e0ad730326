"""Form documents as the rest of the package sees them: components with compiled expressions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from engine.feel import Expression
from forms.expressions import Scope, Text, compile_attribute, compile_text, is_expression, is_true
from forms.formats import FORMATS, PLAIN, Format
from forms.lists import Language, get_list
from forms.options import Option
from forms.properties import FIELDS

NO_TEXTS: Mapping[str, str] = {}
_LONGEST = {"textfield": 200, "textarea": 2_000}


@dataclass(frozen=True, eq=False)
class Component:
    """One component. `path` is `mobile`, or `education.school` for a field of a row."""

    type: str
    id: str
    key: str
    """Key of a field, path of a list; empty for what has no value."""
    path: str
    attributes: Mapping[str, Any]
    properties: Mapping[str, str]
    english: Mapping[str, str]
    """English texts by attribute."""
    children: tuple["Component", ...] = field(default=())

    @property
    def is_field(self) -> bool:
        """Whether it has a value."""
        return self.type in FIELDS

    @property
    def is_locked(self) -> bool:
        """Whether its value never comes from the request."""
        return bool(
            self.has("locked") or self.attributes.get("readonly") or self.attributes.get("disabled")
        )

    @property
    def is_secret(self) -> bool:
        """Whether its value goes to the proof of its step and nowhere else."""
        return self.has("secret") or self.format.is_covered

    @property
    def may_be_seen(self) -> bool:
        """Whether what was typed may stand on the page that it was typed in."""
        return not self.format.is_covered

    @cached_property
    def format(self) -> Format:
        """The kind of text that it takes; form-js has two kinds of its own."""
        kind = self.properties.get("format") or self.rule("validationType") or ""
        return FORMATS.get(kind, PLAIN)

    def has(self, name: str) -> bool:
        """Tell whether a property says `true`."""
        return self.properties.get(name) == "true"

    def rule(self, name: str) -> Any:
        """Return what `validate` says under a name, or nothing."""
        return (self.attributes.get("validate") or {}).get(name)

    @cached_property
    def max_length(self) -> int:
        """The most characters that it takes."""
        return int(self.rule("maxLength") or _LONGEST.get(self.type, 2_000))

    def number(self, name: str, default: int) -> int:
        """Return a property that is a plain number."""
        return int(self.properties.get(name, default))

    @cached_property
    def hide(self) -> Expression | None:
        """The condition under which it is not there."""
        text = (self.attributes.get("conditional") or {}).get("hide")
        return compile_attribute(text) if text else None

    def is_hidden(self, scope: Scope) -> bool:
        """Tell whether its own condition hides it."""
        return self.hide is not None and is_true(self.hide, scope)

    @cached_property
    def _expressions(self) -> dict[str, Expression]:
        sources: dict[str, Any] = {**self.attributes, **self.properties}
        names = ("value", "slots", "min", "max", "maxFiles", "maxSize", "check", "valuesExpression")
        return {
            name: compile_attribute(sources[name])
            for name in names
            if is_expression(sources.get(name))
        }

    def expression(self, name: str) -> Expression | None:
        """Return the expression of an attribute or property, if it has one."""
        return self._expressions.get(name)

    @cached_property
    def _texts(self) -> dict[tuple[str, Language], Text]:
        return {}

    def find_text(self, name: str, language: Language) -> Text | None:
        """Return a text in a language; in Chinese where there is no English one."""
        found = self._texts.get((name, language))
        if found is None:
            source = self.english.get(name) if language == "en" else None
            source = source or self.properties.get(name) or self.attributes.get(name)
            if not isinstance(source, str) or not source:
                return None
            found = self._texts[name, language] = compile_text(source)
        return found

    def say(self, name: str, language: Language, scope: Scope) -> str:
        """Say a text; empty where there is none."""
        text = self.find_text(name, language)
        return "" if text is None else text.say(scope)

    def label(self, language: Language, scope: Scope) -> str:
        """Say what it is called: its label, else its key."""
        return self.say("label", language, scope) or self.key

    @cached_property
    def _options(self) -> dict[Language, tuple[Option, ...]]:
        return {language: self._read_options(language) for language in ("zh", "en")}

    def _read_options(self, language: Language) -> tuple[Option, ...]:
        if "list" in self.properties:
            return get_list(self.properties["list"], language)
        return tuple(
            Option(
                str(each["value"]),
                (self.english.get(f"values.{each['value']}") if language == "en" else None)
                or str(each.get("label", each["value"])),
            )
            for each in self.attributes.get("values") or ()
        )

    def fixed_options(self, language: Language) -> tuple[Option, ...]:
        """Return the options that do not depend on the context."""
        return self._options[language]

    @cached_property
    def fixed_values(self) -> dict[str, Option]:
        """The values of the options that do not depend on the context, in their order."""
        return {option.value: option for option in self.fixed_options("zh")}

    def walk(self) -> Iterator["Component"]:
        """Go through it and everything in it, in the order of the document."""
        yield self
        for child in self.children:
            yield from child.walk()


def key_of(raw: Mapping[str, Any]) -> str:
    """Return the key of a component of a document: lists call it their path."""
    return str(raw.get("path" if raw.get("type") == "dynamiclist" else "key") or "")


def name_of(raw: Mapping[str, Any]) -> str:
    """Return the name by which English texts refer to a component."""
    is_field = raw.get("type") in FIELDS
    return key_of(raw) if is_field else str(raw.get("id", ""))


def read_component(
    raw: Mapping[str, Any], *, english: Mapping[str, Mapping[str, str]], row: str = ""
) -> Component:
    """Read a component of a document that has been checked.

    `english` has the texts by name of component; `row` is the path of the list around it.
    """
    name = f"{row}.{name_of(raw)}" if row else name_of(raw)
    key = key_of(raw)
    inside = key if raw["type"] == "dynamiclist" else row
    if raw["type"] == "datetime" and raw.get("dateLabel"):
        raw = {**raw, "label": raw["dateLabel"]}
    return Component(
        type=raw["type"],
        id=str(raw.get("id", "")),
        key=key,
        path=f"{row}.{key}" if row and key else key,
        attributes=raw,
        properties=raw.get("properties") or {},
        english=english.get(name, NO_TEXTS),
        children=tuple(
            read_component(child, english=english, row=inside)
            for child in raw.get("components") or ()
        ),
    )


def group_texts(form_id: str, texts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Sort `<form>.<component>.<attribute>` texts of one form by component and attribute."""
    grouped: dict[str, dict[str, str]] = {}
    for name, text in texts.items():
        form, _, rest = name.partition(".")
        if form != form_id or not rest:
            continue
        component, separator, value = rest.partition(".values.")
        attribute = f"values.{value}" if separator else ""
        if not separator:
            component, _, attribute = rest.rpartition(".")
        grouped.setdefault(component, {})[attribute] = text
    return grouped
