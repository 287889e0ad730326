"""The forms of the register on a page: read, drawn again with what is wrong, rows added."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app, request
from markupsafe import Markup

import forms
from engine.errors import HuijiError
from engine.language import _
from forms import BoundForm, FieldError, Reading
from web import current
from web.languages import spoken
from workflows.register.changes import FieldWrong
from workflows.register.fields import SAVE, Name, bind


def bind_form(name: Name, *, is_owned: bool = False) -> BoundForm:
    """A form of the register in the reader's language; `is_owned` as `fields.bind` says."""
    return bind(name, language=spoken(), now=current.now(), is_owned=is_owned)


def read_form(name: Name, *, is_owned: bool = False) -> tuple[BoundForm, Reading, bool]:
    """What was sent, and whether it is to be saved: a row that is added or removed stays here."""
    bound = bind_form(name, is_owned=is_owned)
    action = forms.find_action(request.form)
    if action is None:
        return bound, bound.read(request.form, outcome=SAVE), True
    reading = bound.read(request.form, outcome=None)
    return bound, Reading(bound.change_rows(reading.values, action)), False


def draw_form(
    bound: BoundForm, values: Mapping[str, Any], errors: Sequence[FieldError] = ()
) -> Markup:
    """A form to fill in."""
    return forms.draw(
        current_app.jinja_env, bound, bound.complete(values), errors=errors, reveal=True
    )


def point_at(bound: BoundForm, error: HuijiError) -> list[FieldError]:
    """A refusal at the field that it is about; elsewhere at none."""
    field = error.field if isinstance(error, FieldWrong) else ""
    label = next((_label(each) for each in bound.form.fields if each.key == field), "")
    return [FieldError(field or "reason", label or _("This entry"), str(error))]


def _label(component: Any) -> str:
    return str(component.attributes.get("label") or component.attributes.get("dateLabel") or "")
