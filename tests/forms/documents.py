"""Form documents for tests, made of as few words as a test needs."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import jinja2
from lxml import html
from werkzeug.datastructures import MultiDict

import forms
from engine.language import _

NOW = datetime(2022, 8, 1, 9, 30, tzinfo=UTC)


def component(kind: str, key: str, **given: Any) -> dict[str, Any]:
    """A component; a name with `properties` may be given as a mapping."""
    named = {"path": key} if kind == "dynamiclist" else {"key": key}
    return {"type": kind, "id": f"id_{key}", "label": f"标签{key}", **named, **given}


def button(outcome: str, **properties: str) -> dict[str, Any]:
    return {
        "type": "button",
        "id": f"button_{outcome}",
        "label": f"按钮{outcome}",
        "properties": {"outcome": outcome, **properties},
    }


def document(*components: dict[str, Any], **given: Any) -> dict[str, Any]:
    """A form document with a button `send` and one `leave` that does not check."""
    return {
        "type": "default",
        "schemaVersion": 18,
        "id": "example",
        "components": [*components, button("send"), button("leave", validate="false")],
        **given,
    }


def bind(
    *components: dict[str, Any],
    context: Mapping[str, Any] | None = None,
    language: forms.Language = "zh",
    english: Mapping[str, str] | None = None,
    **given: Any,
) -> forms.BoundForm:
    form = forms.read_form(
        document(*components, **given), name="process/example", english=english or {}
    )
    return form.bind(context=context or {}, language=language, now=NOW)


def posted(**values: Any) -> MultiDict[str, str]:
    """What a browser posts; `__` in a name stands for a point."""
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        many = value if isinstance(value, list) else [value]
        pairs += [(name.replace("__", "."), each) for each in many]
    return MultiDict(pairs)


@cache
def environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=forms.loader(), autoescape=True, undefined=jinja2.StrictUndefined
    )
    made.globals["_"] = _
    return made


def page(drawn: str) -> html.HtmlElement:
    return html.fromstring(f"<html><body><form>{drawn}</form></body></html>")


def draw(bound: forms.BoundForm, values: Mapping[str, Any] | None = None, **given: Any) -> Any:
    """The drawn form as a tree."""
    shown = bound.complete(values or {})
    return page(str(forms.draw(environment(), bound, shown, **given)))


def post_unchanged(tree: Any) -> MultiDict[str, str]:
    """What a browser posts when nothing was changed on a page."""
    return MultiDict(tree.forms[0].form_values())


def text_of(element: Any) -> str:
    return " ".join(element.text_content().split())
