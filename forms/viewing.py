"""From a form and its answers to what templates draw."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import jinja2
from markupsafe import Markup

from engine.language import _, ngettext
from forms.bound import BoundForm
from forms.changes import Change, row_label
from forms.conditions import row_path
from forms.display import Reveal, display, write_number, write_size
from forms.document import Component
from forms.expressions import Scope
from forms.formats import NUMBER_FORMATS
from forms.marks import Mark, can_be_marked
from forms.panels import panel_template
from forms.requirements import FieldError
from forms.slots import Slot
from forms.texts import draw_markdown
from forms.views import (
    ButtonView,
    FieldView,
    FileAddress,
    FilesView,
    FileView,
    GroupView,
    ListView,
    RowView,
    SeparatorView,
    SlotView,
    TextView,
    View,
)

Mode = Literal["edit", "read", "print"]

_COLUMNS = {"full": "col-12", "half": "col-md-6", "third": "col-md-4", "quarter": "col-md-3"}
_WIDE = frozenset({"textarea", "checklist", "checkbox"})
_TEMPLATES = {
    "textfield": "input",
    "number": "input",
    "datetime": "input",
    "textarea": "textarea",
    "select": "select",
    "radio": "choice",
    "checklist": "choice",
    "checkbox": "checkbox",
}
_EXTENSIONS = {"pdf": ".pdf", "jpg": ".jpg,.jpeg", "png": ".png", "xls": ".xls", "xlsx": ".xlsx"}


@dataclass(frozen=True)
class Drawing:
    """What a drawing needs beside the form and its answers."""

    environment: jinja2.Environment
    mode: Mode = "edit"
    errors: Sequence[FieldError] = ()
    marks: Sequence[Mark] = ()
    changes: Sequence[Change] = ()
    panels: Mapping[str, Any] | None = None
    scope: str = ""
    reveal: Reveal = False
    marking: bool = False
    has_change_link: bool = False
    file_address: FileAddress | None = None

    def id_of(self, path: str) -> str:
        """Return the id on the page of what a path names."""
        return "field-" + f"{self.scope}{path}".replace(".", "-")


class Viewer:
    """Makes the views of one drawing."""

    def __init__(self, bound: BoundForm, values: Mapping[str, Any], drawing: Drawing) -> None:
        self.bound = bound
        self.values = values
        self.drawing = drawing
        self.seen = bound.see(values)
        self.is_edit = drawing.mode == "edit"
        self._errors = {error.path: error.sentence for error in reversed(drawing.errors)}

    def views(self) -> list[View]:
        """Return everything but the buttons, in order."""
        shown = [each for each in self.bound.form.components if each.type != "button"]
        return list(self._all(shown, self.values, self.seen, row=""))

    def buttons(self) -> list[ButtonView]:
        """Return the buttons that there are now."""
        views: list[ButtonView] = []
        language, form = self.bound.language, self.bound.form
        first = form.outcomes[0].id
        for button in form.buttons:
            if not self.bound.visibility.shows(button):
                continue
            outcome = button.properties.get("outcome")
            value = outcome or button.properties["action"]
            views.append(
                ButtonView(
                    name="outcome" if outcome else "action",
                    value=value,
                    label=button.label(language, self.seen) or value,
                    style=button.properties.get(
                        "style", "primary" if outcome == first else "secondary"
                    ),
                    validates=bool(outcome) and button.properties.get("validate") != "false",
                    confirm=button.say("confirm", language, self.seen),
                )
            )
        return views

    def _all(
        self, components: Iterable[Component], answers: Mapping[str, Any], scope: Scope, *, row: str
    ) -> Iterator[View]:
        for component in components:
            path = row_path(row, component) if row else component.key
            if not self.bound.visibility.shows(component, path if row else ""):
                continue
            if not self.is_edit and component.properties.get("summary") == "false":
                continue
            if self._has_panel(component.properties.get("shownBy")):
                continue
            view = self._view(component, path, answers, scope, row)
            if view is not None:
                yield view

    def _view(
        self, component: Component, path: str, answers: Mapping[str, Any], scope: Scope, row: str
    ) -> View | None:
        match component.type:
            case "group":
                return self._group(component, answers, scope, row)
            case "dynamiclist":
                return self._list(component, scope)
            case "filepicker":
                return self._files(component)
            case "text":
                return self._text(component, scope)
            case "separator":
                return SeparatorView()
            case "button":
                return None
        if component.is_secret and not self.is_edit:
            return None
        return self._field(component, path, answers.get(component.key), scope)

    def _group(
        self, component: Component, answers: Mapping[str, Any], scope: Scope, row: str
    ) -> GroupView | None:
        views = list(self._all(component.children, answers, scope, row=row))
        if not views:
            return None
        return GroupView(
            id=self.drawing.id_of(f"{row}.{component.id}" if row else component.id),
            label=component.say("label", self.bound.language, scope),
            views=views,
            has_change_link=self.drawing.has_change_link and not row,
        )

    def _field(self, component: Component, path: str, value: Any, scope: Scope) -> FieldView:
        language = self.bound.language
        is_open = self.is_edit and not component.is_locked
        view = FieldView(
            template=_TEMPLATES[component.type] if is_open else "locked",
            id=self.drawing.id_of(path),
            name=path,
            label=component.label(language, scope),
            description=component.say("description", language, scope),
            hint=component.say("hint", language, scope),
            is_required=component.rule("required") is True,
            error=self._errors.get(path, ""),
            marks=self._marks(path),
            changes=self._changes(path),
            column=self._column(component),
            is_marked_by=self._marked_by(path) if can_be_marked(component) else "",
        )
        if is_open:
            self._open(view, component, value, scope)
        else:
            view.value = display(self.bound, component, value, scope, reveal=self.drawing.reveal)
        return view

    def _open(self, view: FieldView, component: Component, value: Any, scope: Scope) -> None:
        kind = component.format
        view.is_multiple = component.type == "checklist"
        view.is_watched = component.key in self.bound.form.watched or component.path in (
            self.bound.form.watched
        )
        view.tells_shown = component.hide is not None and component.type in {
            "radio",
            "checkbox",
            "checklist",
        }
        view.autocomplete = component.properties.get("autocomplete") or kind.autocomplete
        if component.type in {"select", "radio", "checklist"}:
            view.options = self.bound.options(component, scope)
            chosen = value if isinstance(value, list) else [value]
            view.values = tuple(str(each) for each in chosen if each not in (None, ""))
        elif component.type == "checkbox":
            view.values = ("true",) if value is True else ()
        elif not kind.is_covered:
            is_number = component.type == "number"
            written = write_number(component, value) if is_number else str(value)
            view.value = "" if value is None else written
        if component.type in {"textfield", "textarea"}:
            view.max_length = component.max_length
            view.input_type, view.inputmode = kind.input_type, kind.inputmode
        elif component.type == "number":
            unit = NUMBER_FORMATS.get(component.properties.get("format", ""))
            view.unit = _(unit) if unit else ""
            view.inputmode = "decimal"
        elif component.type == "datetime":
            view.input_type = "date"

    def _column(self, component: Component) -> str:
        default = "full" if component.type in _WIDE else "half"
        return _COLUMNS[component.properties.get("width", default)]

    def _list(self, component: Component, scope: Scope) -> ListView:
        key, language = component.key, self.bound.language
        rows = [row for row in self.values.get(key) or () if isinstance(row, Mapping)]
        if self.is_edit:
            rows += [{}] * (component.number("minRows", 0) - len(rows))
        can_change = self.is_edit and component.attributes.get("allowAddRemove") is not False
        views = []
        for number, row in enumerate(rows):
            path = f"{key}.{number}"
            inside = scope.with_names(self.bound.row_names(component, row))
            views.append(
                RowView(
                    number=number,
                    label=row_label(self.bound, component, number),
                    id=self.drawing.id_of(path),
                    views=list(self._all(component.children, row, inside, row=path)),
                    can_remove=can_change,
                    changes=self._changes(path),
                    marks=self._marks(path),
                )
            )
        return ListView(
            id=self.drawing.id_of(key),
            name=key,
            label=component.label(language, scope),
            description=component.say("description", language, scope),
            rows=views,
            can_add=can_change and len(rows) < component.number("maxRows", 20),
            row_label=component.say("rowLabel", language, scope)
            or component.label(language, scope),
            error=self._errors.get(key, ""),
            marks=self._marks(key),
            changes=self._changes(key),
        )

    def _files(self, component: Component) -> FilesView | None:
        files = [each for each in self.values.get(component.key) or () if "slot" in each]
        slots = self.bound.slots(component)
        views = [self.slot(slot, files) for slot in slots]
        if not views:
            return None
        return FilesView(
            id=self.drawing.id_of(component.key),
            label=component.label(self.bound.language, self.bound.scope),
            description=component.say("description", self.bound.language, self.bound.scope),
            limits=ngettext(
                "At most %(n)s file in all.", "At most %(n)s files in all.", slots[0].max_files
            ),
            slots=views,
        )

    def slot(self, slot: Slot, files: Sequence[Mapping[str, Any]]) -> SlotView:
        """Return one slot with those of the field's files that are in it."""
        own = [file for file in files if file["slot"] == slot.name]
        return SlotView(
            id=self.drawing.id_of(slot.path),
            name=slot.name,
            label=slot.label,
            help=slot.help,
            is_required=slot.is_required,
            limits=_(
                "%(kinds)s, at most %(size)s each",
                kinds=_(", ").join(slot.kinds),
                size=write_size(slot.max_size).replace(".0", ""),
            ),
            accept=",".join(_EXTENSIONS[kind] for kind in slot.kinds),
            max_size=slot.max_size,
            files=[self._file(slot, file) for file in own],
            error=self._errors.get(slot.path, ""),
            marks=self._marks(slot.path, below=True),
            changes=self._changes(slot.path),
            is_full=len(files) >= slot.max_files,
            is_marked_by=self._marked_by(slot.path),
        )

    def _file(self, slot: Slot, file: Mapping[str, Any]) -> FileView:
        address = self.drawing.file_address
        path = f"{slot.path}.{file['id']}"
        return FileView(
            id=str(file["id"]),
            name=str(file["name"]),
            kind=str(file["kind"]),
            size=write_size(int(file["size"])),
            address=address(file) if address else "",  # type: ignore[arg-type]  # as it was stored
            path=self._marked_by(path),
        )

    def _text(self, component: Component, scope: Scope) -> TextView | None:
        name = component.properties.get("panel")
        identifier = self.drawing.id_of(component.id)
        if name is not None:
            body = self._panel(name)
            return TextView(identifier, body) if body else None
        text = component.find_text("text", self.bound.language)
        if text is None:
            return None
        body = draw_markdown(text.say(scope, escape_markdown=True))
        return TextView(identifier, body, component.properties.get("style", ""))

    def _has_panel(self, name: str | None) -> bool:
        return name is not None and bool((self.drawing.panels or {}).get(name))

    def _panel(self, name: str) -> Markup:
        """Draw a panel; one without data is not there."""
        data = (self.drawing.panels or {}).get(name)
        if data is None or isinstance(data, Markup):
            return data or Markup()
        template = self.drawing.environment.get_template(
            panel_template(name, process=self.bound.form.process)
        )
        return Markup(template.render(panel=data))  # noqa: S704  drawn by a template

    def _marks(self, path: str, *, below: bool = False) -> tuple[Mark, ...]:
        """Return the marks at a path; with `below`, those of a slot's files too."""
        return tuple(
            mark
            for mark in self.drawing.marks
            if mark.path == path or (below and mark.path.startswith(f"{path}."))
        )

    def _changes(self, path: str) -> tuple[Change, ...]:
        return tuple(change for change in self.drawing.changes if change.path == path)

    def _marked_by(self, path: str) -> str:
        return f"{self.drawing.scope}{path}" if self.drawing.marking else ""
