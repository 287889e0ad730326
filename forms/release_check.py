"""The checks of a release that know forms: each step's form is there and can be read."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import orjson
from marshmallow import fields

from engine.errors import InvalidRelease, Problem
from engine.language import N_
from engine.lifecycle import STARTED
from engine.releases import Unit
from engine.signatures import Named, Signature, Value
from engine.spiff import Step
from forms.checking import LARGEST, check_form
from forms.document import Component
from forms.form import Form, read_form

CACHED = 256
CACHED_TEXTS = 16

KINDS: Mapping[str, type[fields.Field[Any]]] = {
    "number": fields.Float,
    "checkbox": fields.Boolean,
    "checklist": fields.List,
    "datetime": fields.Date,
    "dynamiclist": fields.List,
    "filepicker": fields.List,
}
"""What kind of value an answer is; a text where nothing else is said."""


def path_of(step: Step) -> str:
    """Where a step's form is in its unit."""
    return f"forms/{step.process_id}/{step.form_id}.form"


def find_form(unit: Unit, step: Step) -> Form | None:
    """A step's form, or None if it has none that can be read."""
    document = unit.documents.get(path_of(step)) if step.form_id else None
    return None if document is None else _read_form(document, f"{step.process_id}/{step.form_id}")


def read_answers(unit: Unit, step: Step) -> Signature | None:
    """What the output mapping of a user task can take of its form; None if it cannot be read."""
    form = find_form(unit, step)
    if form is None:
        return None
    return {
        each.key: Value(each.key, _kind_of(each), Named(str(each.attributes.get("label") or "")))
        for each in form.fields
    }


def check_forms(unit: Unit) -> Iterator[Problem]:
    """Find what is wrong with the forms of a unit."""
    used: set[str] = set()
    for process in unit.model.processes.values():
        for step in process.steps.values():
            if step.form_id is None:
                continue
            path = path_of(step)
            document = unit.documents.get(path)
            if document is None:
                yield Problem(
                    process.document,
                    step.id,
                    N_("“%(step)s” has no form: there is no form “%(form)s” in this process."),
                    rule="unknown-form",
                    step=step.label,
                    form=step.form_id,
                )
            elif path not in used:
                english = unit.documents.get(f"bpmn/{process.id}/{process.id}.en.json", b"{}")
                check = _check_form if len(english) <= LARGEST else _check_form.__wrapped__
                yield from check(document[: LARGEST + 1], path, english)
            used.add(path)
            if step.kind == "start_event":
                yield from _check_start(unit, step)
    for path in unit.documents:
        if path.startswith("forms/") and path not in used:
            name = path.rpartition("/")[2].removesuffix(".form")
            message = N_("The form “%(form)s” belongs to no step.")
            yield Problem(path, None, message, rule="form-unused", is_warning=True, form=name)


# Of a unit that is being edited one document changes at a time.
@lru_cache(maxsize=CACHED)
def _read_form(document: bytes, name: str) -> Form | None:
    try:
        return read_form(document, name=name)
    except InvalidRelease:
        return None


@lru_cache(maxsize=CACHED)
def _check_form(document: bytes, path: str, english: bytes) -> tuple[Problem, ...]:
    """What is wrong with a form, under the path that it has in its unit."""
    name = path.removeprefix("forms/").removesuffix(".form")
    return tuple(
        Problem(
            path,
            each.element,
            each.message,
            rule=each.rule,
            is_warning=each.is_warning,
            **each.values,
        )
        for each in check_form(document, name, english=_english_of(name, english))
    )


def _english_of(name: str, english: bytes) -> Mapping[str, str] | None:
    by_form = _read_english(english)
    return None if by_form is None else by_form.get(name.rpartition("/")[2], {})


def _kind_of(component: Component) -> fields.Field[Any]:
    kind = KINDS.get(component.type, fields.String)
    return fields.List(fields.Raw()) if kind is fields.List else kind()


# The forms of a process share a document, which may be large.
@lru_cache(maxsize=CACHED_TEXTS)
def _read_english(document: bytes) -> Mapping[str, Mapping[str, str]] | None:
    """The English texts of a process by form; None if they cannot be read: said elsewhere."""
    try:
        texts = orjson.loads(document)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(texts, dict):
        return None
    found: dict[str, dict[str, str]] = {}
    for key, text in texts.items():
        if isinstance(text, str):
            found.setdefault(key.partition(".")[0], {})[key] = text
    return found


def _check_start(unit: Unit, step: Step) -> Iterator[Problem]:
    """A form that a case is started with comes to one thing: the start."""
    form = find_form(unit, step)
    if form is not None and {each.id for each in form.outcomes} != {STARTED}:
        yield Problem(
            path_of(step),
            None,
            N_("“%(step)s” starts the process: the one outcome of its form is “%(outcome)s”."),
            rule="start-form",
            step=step.label,
            outcome=STARTED,
        )
