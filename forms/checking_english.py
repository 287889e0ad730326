"""The check of a component's English texts: none is missing, and each can be said."""

import re
from collections.abc import Iterator, Mapping

from engine.feel import FeelSyntaxError
from forms.checking_components import TEXTS, TEXTS_OF_PROPERTIES, Component, Finding, feel_finding
from forms.expressions import compile_text

CHINESE = re.compile(r"[\u3400-\u9fff]")


def texts_of(component: Component) -> Iterator[tuple[str, str]]:
    """The Chinese texts of a component, under the names of their English ones."""
    if "panel" in component.properties:
        return  # the server draws it and says its words itself
    said = [(name, component.raw.get(name)) for name in TEXTS]
    said += [(name, component.properties.get(name)) for name in TEXTS_OF_PROPERTIES]
    values = component.raw.get("values")
    for value in values if isinstance(values, list) else ():
        if isinstance(value, Mapping):
            said.append((f"values.{value.get('value')}", value.get("label")))
    for name, text in said:
        if isinstance(text, str) and CHINESE.search(text):
            yield "label" if name == "dateLabel" else name, text


def check_texts(texts: Mapping[str, str]) -> Iterator[Finding]:
    """Say which English texts have places that are no FEEL: they could not be drawn."""
    for name, text in texts.items():
        if name.startswith("values.") or not isinstance(text, str):
            continue
        try:
            compile_text(text)
        except FeelSyntaxError as error:
            yield feel_finding(f"{name} (English)", error)
