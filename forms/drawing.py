"""Drawing of forms with Jinja: to fill in, to check, to review, to print.

The environment needs `loader()` in its chain and `_` among its globals.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import jinja2
from markupsafe import Markup

from engine.language import _
from forms.bound import BoundForm
from forms.changes import Change
from forms.display import Reveal
from forms.marks import Mark, label_of_mark
from forms.panels import loader
from forms.requirements import FieldError
from forms.slots import Slot, StoredFile
from forms.viewing import Drawing, Mode, Viewer
from forms.views import FileAddress

__all__ = ["draw", "draw_errors", "draw_slot", "draw_tasks", "loader"]


def draw(
    environment: jinja2.Environment,
    bound: BoundForm,
    values: Mapping[str, Any],
    *,
    mode: Mode = "edit",
    errors: Sequence[FieldError] = (),
    marks: Sequence[Mark] = (),
    changes: Sequence[Change] = (),
    panels: Mapping[str, Any] | None = None,
    scope: str = "",
    reveal: Reveal = False,
    marking: bool = False,
    confirming: str | None = None,
    change_address: str = "",
    change_outcome: str = "",
    file_address: FileAddress | None = None,
    has_preview: bool = False,
    heading_level: int = 2,
) -> Markup:
    """Draw what stands inside `<form method="post" enctype="multipart/form-data">`.

    `edit` draws fields, error summary and buttons; `read` the answers as summary lists; `print`
    the same without links and controls. `values` come from `BoundForm.complete`, or from a
    `Reading` with its `errors`. `panels` are data (or Markup) by panel's name. `scope` keeps the
    ids and marks of several forms on one page apart, for example `fill_information.`. Without
    `reveal`, masked values are covered where they cannot be edited. `marking` gives a reviewer a
    box and a comment at each answer. `confirming` asks the question of that outcome.
    `change_address` or `change_outcome` draws a change link at each section, as a link or as a
    button of the form around it. `file_address` says where a file is shown; `has_preview` shows
    pictures and PDFs in place.
    """
    drawing = Drawing(
        environment=environment,
        mode=mode,
        errors=errors,
        marks=marks,
        changes=changes,
        panels=panels,
        scope=scope,
        reveal=reveal,
        marking=marking,
        has_change_link=bool(change_address or change_outcome),
        file_address=file_address,
    )
    viewer = Viewer(bound, values, drawing)
    views, buttons = viewer.views(), viewer.buttons()
    asked = next((each for each in buttons if each.value == confirming and each.confirm), None)
    template = environment.get_template("forms/edit.html" if mode == "edit" else "forms/read.html")
    return Markup(  # noqa: S704  drawn by a template
        template.render(
            views=views,
            buttons=buttons,
            asked=asked,
            problems=[(drawing.id_of(error.path), _sentence(error)) for error in errors],
            marks=[
                (drawing.id_of(_field_of(mark)), label_of_mark(bound, mark.path), mark.comment)
                for mark in marks
            ],
            is_print=mode == "print",
            change_address=change_address,
            change_outcome=change_outcome,
            has_preview=has_preview,
            level=heading_level,
        )
    )


def draw_slot(
    environment: jinja2.Environment,
    bound: BoundForm,
    slot: Slot,
    files: Sequence[StoredFile],
    *,
    error: str = "",
    marks: Sequence[Mark] = (),
    file_address: FileAddress | None = None,
) -> Markup:
    """Draw one slot alone, to take the place of the one on the page after an upload.

    `files` are all of the slot's field.
    """
    errors = [FieldError(slot.path, slot.label, error)] if error else []
    drawing = Drawing(
        environment=environment, errors=errors, marks=marks, file_address=file_address
    )
    view = Viewer(bound, {}, drawing).slot(slot, files)
    template = environment.get_template("forms/slot.html")
    return Markup(template.render(view=view))  # noqa: S704  drawn by a template


def draw_errors(environment: jinja2.Environment, problems: Sequence[tuple[str, str]]) -> Markup:
    """Draw an error summary of its own: ids (or empty) of what is wrong, and sentences."""
    template = environment.get_template("forms/problems.html")
    return Markup(template.render(problems=problems))  # noqa: S704  drawn by a template


def draw_tasks(environment: jinja2.Environment, tasks: Sequence[Mapping[str, str]]) -> Markup:
    """Draw a list of things to do: `title`, `address` (or empty), `status`, `words`, `text`."""
    template = environment.get_template("forms/tasks.html")
    return Markup(template.render(tasks=tasks))  # noqa: S704  drawn by a template


def _sentence(error: FieldError) -> str:
    """Return a sentence that can stand away from its field."""
    if error.label in error.sentence:
        return error.sentence
    return _("%(label)s: %(sentence)s", label=error.label, sentence=error.sentence)


def _field_of(mark: Mark) -> str:
    """Return where a mark leads to: a mark on a file leads to its slot."""
    parts = mark.path.split(".")
    is_file = len(parts) == 3 and not parts[1].isdecimal()
    return ".".join(parts[:2]) if is_file else mark.path
