"""The marshmallow schema of a form: everything about answers that needs no context."""

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from forms.answers import ANSWERS
from forms.document import Component


class AnswersSchema(Schema):
    """What the schemas of forms have in common: unknown names are nothing to them."""

    class Meta(Schema.Meta):
        """Options of marshmallow."""

        unknown = EXCLUDE


def build_schema(components: Iterable[Component]) -> Schema:
    """Return the schema of the fields among some components; it can be kept and shared."""
    found: dict[str, fields.Field[Any]] = {}
    for component in components:
        if component.type in ANSWERS:
            found[component.key] = ANSWERS[component.type](component)
        elif component.type == "dynamiclist":
            rows = [child for top in component.children for child in top.walk()]
            found[component.key] = fields.List(fields.Nested(build_schema(rows)))
    return AnswersSchema.from_dict(dict(found), name="FormSchema")()


def load(schema: Schema, raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the answers and, by path, the sentence of what is wrong.

    A wrong answer stays as it was typed, so that it can be shown again.
    """
    try:
        return dict(schema.load(raw)), {}
    except ValidationError as error:
        answers = dict(error.valid_data) if isinstance(error.valid_data, dict) else {}
        wrong: dict[str, str] = {}
        _collect(_messages(error), raw, answers, wrong, "")
        return answers, wrong


def _messages(error: ValidationError) -> Mapping[Any, Any]:
    return error.messages if isinstance(error.messages, dict) else {}


def _collect(
    messages: Mapping[Any, Any], raw: Any, answers: Any, wrong: dict[str, str], path: str
) -> None:
    for name, below in messages.items():
        here = f"{path}.{name}" if path else str(name)
        if isinstance(below, Mapping):
            _collect(below, raw[name], answers[name], wrong, here)
        else:
            wrong[here] = str(below[0])
            answers[name] = raw[name]
